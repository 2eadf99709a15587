"""A model server that counts how often each body was sent, and runs of `smrt batch` against it."""

import io
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from smrt.cli.main import main
from smrt.output.console import Console
from tests.conftest import without_coverage
from tests.support.scripted_endpoint import Endpoint, Received, Responder, response

Behavior = Callable[[Received, int], bytes | Responder]
"""From a request and how often its body was sent, this time included, to the response."""


def echo(received: Received, times: int) -> bytes:
    return response(200, received.body)


class ModelServer(Endpoint):
    """An endpoint that behaves as a function says, and counts bodies; `active` requests at once."""

    def __init__(self, **options: Any) -> None:
        self.counts: Counter[bytes] = Counter()
        self.behavior: Behavior = echo
        self.handled = 0
        self._counting = threading.Lock()
        super().__init__(**options)

    def _respond(self, sock: socket.socket, received: Received) -> None:
        with self._counting:
            self.counts[received.body] += 1
            times = self.counts[received.body]
        result = self.behavior(received, times)
        if callable(result):
            result(sock, received)
        else:
            sock.sendall(result)
        with self._counting:
            self.handled += 1


class Done(NamedTuple):
    """A run: its exit status, what it printed, and its summary, if there is one."""

    code: int
    out: bytes
    err: str
    summary: Mapping[str, Any]


Batch = Callable[..., Done]


@pytest.fixture
def model() -> Iterator[ModelServer]:
    server = ModelServer()
    yield server
    server.close()


@pytest.fixture
def secure_model(context: ssl.SSLContext) -> Iterator[ModelServer]:
    server = ModelServer(wrap=lambda sock: context.wrap_socket(sock, server_side=True))
    yield server
    server.close()


@pytest.fixture
def variables(model: ModelServer, environ: dict[str, str]) -> dict[str, str]:
    return {**environ, "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": model.url}


@pytest.fixture
def batch(variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Batch:
    """Run `smrt batch` in this process; check that the counts of records add up."""
    monkeypatch.chdir(tmp_path)

    def run(
        *argv: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        unset: Collection[str] = (),
    ) -> Done:
        out, err = io.BytesIO(), io.BytesIO()
        console = Console(io.BytesIO(stdin), out, err)
        words = ("batch", "--endpoint-name", "e", "--progress", "none", *argv)
        kept = {name: value for name, value in variables.items() if name not in unset}
        environ = {**kept, **(env or {})}
        code = main(words, console=console, environ=environ)
        return checked(code, out.getvalue(), err.getvalue().decode())

    return run


def checked(code: int, out: bytes, err: str) -> Done:
    """The run, whose counts must add up."""
    summary = summary_in(out.decode(errors="replace")) or summary_in(err)
    if "successRecordCount" in summary:
        names = ("success", "error", "inDoubt", "inFlight", "notStarted")
        states = sum(summary.get(f"{name}RecordCount", 0) for name in names)
        assert summary["totalRecordCount"] == states
    return Done(code, out, err, summary)


def summary_in(text: str) -> dict[str, Any]:
    start = text.find('{\n    "totalRecordCount"')
    if start < 0:
        return {}
    value: dict[str, Any] = json.JSONDecoder().raw_decode(text[start:])[0]
    return value


@pytest.fixture
def started(
    variables: dict[str, str], tmp_path: Path
) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start `smrt batch` as a process."""
    processes = []

    def start(*argv: str, wrapper: str = "") -> subprocess.Popen[bytes]:
        words = ("batch", "--endpoint-name", "e", "--progress", "none", *argv)
        process = subprocess.Popen(
            [sys.executable, *([wrapper] if wrapper else ["-m", "smrt"]), *words],
            cwd=tmp_path,
            env={**without_coverage(variables), "PYTHONPATH": os.getcwd()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def rows(count: int, start: int = 0) -> list[bytes]:
    """The bodies of as many JSON lines."""
    return [b'{"n":%d}' % number for number in range(start, start + count)]


def write_rows(path: Path, count: int) -> list[bytes]:
    bodies = rows(count)
    path.write_bytes(b"".join(body + b"\n" for body in bodies))
    return bodies


@pytest.fixture
def lines(tmp_path: Path) -> list[bytes]:
    """The records of in.jsonl."""
    return write_rows(tmp_path / "in.jsonl", 200)


def results(count: int) -> bytes:
    """The result of an undisturbed run."""
    return b"".join(
        b'{"recordId":%d,"modelOutput":%b}\n' % (number, body)
        for number, body in enumerate(rows(count), 1)
    )
