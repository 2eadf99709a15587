"""Responses of S3 while smrt waits for a result: cut, reset, and with edits."""

from collections.abc import Iterator
from random import Random
from socket import socket
from typing import NamedTuple

from tests.fuzz import sandbox
from tests.fuzz.edits import Edit, edited, random_edits
from tests.fuzz.judging import judged
from tests.fuzz.sandbox import Setup
from tests.fuzz.target import Finding
from tests.support.scripted_endpoint import Received, drop, raw, reset, response

BODY = b'{"predictions":[1,2,3]}'
HEADERS = (
    ("x-amz-request-id", "4442587FB7D0A2F9"),
    ("ETag", '"9b2cf535f27731c974343645a3985328"'),
    ("Last-Modified", "Wed, 12 Oct 2022 17:50:00 GMT"),
    ("Content-Type", "application/json"),
    ("x-amz-checksum-crc32", "c2VsZg=="),
)


def _error(status: int, code: str) -> bytes:
    text = f"<Error><Code>{code}</Code><Message>because</Message><Key>k</Key></Error>"
    return response(status, text.encode(), [("Content-Type", "application/xml"), HEADERS[0]])


RESPONSES = {
    "object": response(200, BODY, HEADERS[:-1]),
    "checksum": response(200, BODY, HEADERS),
    "missing": _error(404, "NoSuchKey"),
    "denied": _error(403, "AccessDenied"),
    "slow": _error(503, "SlowDown"),
    "moved": _error(301, "PermanentRedirect"),
}
WORDS = ("wait", "--output-location=s3://b/k", "--wait-timeout=0", "--cli-read-timeout=10")
LINES = ((), ("out.json",), ("--failure-location=s3://b/f",), ("old.json", "--output=text"))


class Case(NamedTuple):
    """The responses to requests for the output and for all else; the first is cut."""

    name: str
    other: str
    line: int
    cut: int
    is_reset: bool
    edits: tuple[Edit, ...] = ()


def cases(random: Random) -> Iterator[Case]:
    """Random cuts of a response, half of them with edits."""
    names = tuple(RESPONSES)
    while True:
        name = random.choice(names)
        data = RESPONSES[name]
        cut = random.choice((random.randrange(len(data) + 1), 1 << 30))
        edits = random_edits(random, data) if random.randrange(2) else ()
        line, is_reset = random.randrange(len(LINES)), bool(random.randrange(2))
        yield Case(name, random.choice(names), line, cut, is_reset, edits)


def run(case: Case) -> Finding | None:
    """Wait for the result, which is there or not."""
    data = edited(RESPONSES[case.name], case.edits)
    cut = raw(data[: case.cut], reset if case.is_reset else drop)
    other = raw(RESPONSES[case.other])

    def respond(sock: socket, received: Received) -> None:
        (cut if received.target.startswith("/b/k") else other)(sock, received)

    setup = Setup(respond=respond, files={"work/old.json": b"old"})
    outcome = sandbox.run((*WORDS, *LINES[case.line]), setup)
    if finding := judged(outcome, bodies=(BODY,)):
        return finding
    is_whole = case.name == "object" and case.cut >= len(RESPONSES[case.name])
    if outcome.code == 0 and not case.edits and not is_whole:
        return Finding("success without a complete result", case.name)
    return None
