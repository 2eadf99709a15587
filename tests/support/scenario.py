"""The language of the golden scenarios, which `cases/README.md` describes."""

import ast
import re
import shlex
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.support.scripted_endpoint import MODEL_HEADERS, Received, Responder, hang, response

QUEUED = response(
    202,
    b'{"InferenceId":"7"}',
    [
        MODEL_HEADERS[0],
        ("X-Amzn-SageMaker-OutputLocation", "s3://answers/7.out"),
        ("X-Amzn-SageMaker-FailureLocation", "s3://answers/7.err"),
    ],
)


class Message(NamedTuple):
    """An HTTP message: its first line or status, its headers, its body."""

    start: str
    headers: dict[str, str]
    body: bytes


class Scenario:
    """The setup, a command, and its expected results."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.argv: list[str] | None = None
        self.env: dict[str, str] = {}
        self.unset: list[str] = []
        self.stdin = b""
        self.terminal = False
        self.files_before: dict[str, bytes] = {}
        self.responses: list[Responder] = []
        self.exit = 0
        self.requests: list[Message] = []
        self.stdout = b""
        self.stderr = b""
        self.files: dict[str, bytes] = {}

    def read(self, word: str, rest: str, block: str) -> None:
        """Add a statement: its first word, the rest of the line, and the block below it."""
        if word == "$":
            program, *self.argv = shlex.split(rest)
            assert program == "smrt"
        elif self.argv is None:
            self._read_setup(word, rest, block)
        else:
            self._read_expectation(word, rest, block)

    def _read_setup(self, word: str, rest: str, block: str) -> None:
        match word:
            case "env":
                name, _, value = rest.partition("=")
                self.env[name] = value
            case "unset":
                self.unset = rest.split()
            case "terminal":
                self.terminal = True
            case "stdin":
                self.stdin = _text(rest, block)
            case "file":
                name, _, literal = rest.partition(" ")
                self.files_before[name] = _text(literal, block)
            case "<":
                self.responses.append(_response(rest, block))
            case _:
                raise ValueError(f"{self.name}: unknown setup statement {word!r}")

    def _read_expectation(self, word: str, rest: str, block: str) -> None:
        match word:
            case ">":
                self.requests.append(_message(rest, block))
            case "exit":
                self.exit = int(rest)
            case "stdout" | "stderr":
                setattr(self, word, _text(rest, block))
            case "file":
                name, _, literal = rest.partition(" ")
                self.files[name] = _text(literal, block)
            case _:
                raise ValueError(f"{self.name}: unknown expectation {word!r}")


def scenarios(path: Path) -> Iterator[Scenario]:
    """The scenarios in a file."""
    for text in re.split(r"(?m)^=== ", path.read_text(encoding="utf-8"))[1:]:
        name, _, statements = text.partition("\n")
        scenario = Scenario(name)
        for word, rest, block in re.findall(
            r"(?m)^(\S+) ?(.*)\n((?: {4}.*\n|\n(?=\n* {4}))*)", statements
        ):
            if word != "#":
                scenario.read(word, rest, re.sub(r"(?m)^ {4}", "", block))
        yield scenario


def _text(literal: str, block: str) -> bytes:
    """A block of lines, or a Python literal of text or bytes."""
    value = ast.literal_eval(literal) if literal else block
    return value if isinstance(value, bytes) else str(value).encode()


def _message(start: str, block: str) -> Message:
    headers, body = {}, b""
    for line in block.splitlines():
        name, _, value = line.partition(" " if line.startswith("|") else ":")
        if name == "|":
            body = _text(value, "")
        else:
            headers[name] = value.strip()
    return Message(start, headers, body)


def _response(start: str, block: str) -> Responder:
    """The endpoint's response: a status with headers and a body, or a behavior by its name."""
    if start == "drops":
        return lambda sock, _received: sock.shutdown(socket.SHUT_RDWR)
    if start == "hangs":
        return hang
    if start == "queued":
        return lambda sock, _received: sock.sendall(QUEUED)
    message = _message(start, block)
    status, _, cut = start.partition(" ")
    headers = [*message.headers.items()]
    if cut == "cut short":
        headers.append(("Content-Length", str(len(message.body) + 1)))
    raw = response(int(status), message.body, headers, length=not cut)

    def respond(sock: socket.socket, _received: Received) -> None:
        sock.sendall(raw)
        if cut:
            sock.shutdown(socket.SHUT_RDWR)

    return respond
