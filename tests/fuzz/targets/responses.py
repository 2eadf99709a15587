"""Responses of the endpoint: cut at every byte, with FIN or RST, and with edits."""

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import NamedTuple

from tests.fuzz import sandbox
from tests.fuzz.edits import Edit, edited, random_edits
from tests.fuzz.judging import judged
from tests.fuzz.sandbox import Outcome, Setup
from tests.fuzz.target import Finding
from tests.support.scripted_endpoint import MODEL_HEADERS, drop, error, raw, reset, response

BODY = b'{"predictions":[1,2,3]}'
ACCEPTED = b'{"InferenceId": "7"}'
CHUNKED = response(200, b"", [*MODEL_HEADERS, ("Transfer-Encoding", "chunked")], length=False)
ASYNC_HEADERS = [("X-Amzn-SageMaker-OutputLocation", "s3://b/k"), *MODEL_HEADERS]
RESPONSES = {
    "plain": response(200, BODY),
    "chunked": CHUNKED + b"9\r\n" + BODY[:9] + b"\r\ne;a=b\r\n" + BODY[9:] + b"\r\n0\r\n\r\n",
    "interim": b"HTTP/1.1 100 Continue\r\n\r\n" + response(200, BODY),
    "accepted": response(202, ACCEPTED, ASYNC_HEADERS),
    "rejected": error(400, "ValidationError", "Endpoint e not found."),
    "failed": error(424, "ModelError", "out of memory", OriginalStatusCode=500),
    "moved": response(307, b"", [("Location", "http://127.0.0.1:1/")]),
    "page": response(503, b"<html>busy</html>", [("Content-Type", "text/html")]),
}
BODIES = {"plain": BODY, "chunked": BODY, "interim": BODY, "accepted": ACCEPTED}
"""Those of successful responses."""
LINES = (
    ("invoke-endpoint",),
    ("invoke-endpoint", "out.json"),
    ("invoke-endpoint", "old.json", "--metadata=meta.json"),
    ("invoke-endpoint", "--select=ContentType", "--debug"),
    ("invoke-endpoint-async", "--input-location=s3://b/k"),
    ("invoke-endpoint-with-response-stream", "out.json"),
)
OPTIONS = ("--endpoint-name=e", "--body=e30=", "--cli-read-timeout=10")


class Case(NamedTuple):
    """A response by its name, the number of bytes that arrive, and how the connection ends."""

    name: str
    line: int
    cut: int
    is_reset: bool
    edits: tuple[Edit, ...] = ()


def cases(random: Random) -> Iterator[Case]:
    """Every cut of every response first, in random order; then edits."""
    cuts = [
        Case(name, line, cut, is_reset)
        for name, data in RESPONSES.items()
        for cut, is_reset in product(range(len(data) + 1), (False, True))
        for line in (random.randrange(len(LINES)),)
    ]
    yield from random.sample(cuts, len(cuts))
    while True:
        name = random.choice(tuple(RESPONSES))
        edits = random_edits(random, RESPONSES[name])
        cut = random.choice((random.randrange(len(RESPONSES[name])), 1 << 30))
        yield Case(name, random.randrange(len(LINES)), cut, bool(random.randrange(2)), edits)


def run(case: Case) -> Finding | None:
    """Make the call, and compare with what must come of a response that is cut."""
    data = edited(RESPONSES[case.name], case.edits)
    command, *options = LINES[case.line]
    body = OPTIONS[1:2] if command != "invoke-endpoint-async" else ()
    words = (command, *options, OPTIONS[0], *body, OPTIONS[2])
    respond = raw(data[: case.cut], reset if case.is_reset else drop)
    outcome = sandbox.run(words, Setup(respond=respond, files={"work/old.json": b"old"}))
    return judged(outcome, bodies=BODIES.values()) or _compared(case, outcome)


def _compared(case: Case, outcome: Outcome) -> Finding | None:
    """What is wrong with the outcome of a response that has no edits."""
    if case.edits or LINES[case.line][0] != "invoke-endpoint":
        return None
    is_whole = case.cut >= len(RESPONSES[case.name])
    if outcome.code == 0 and (case.name not in BODIES or not is_whole):
        return Finding("success without a complete response", case.name)
    if is_whole and not case.is_reset and (outcome.code == 0) != (case.name in BODIES):
        return Finding("failure of a complete response", outcome.err)
    files = [data for name, data in outcome.files.items() if name != "meta.json"]
    saved = [data for data in (outcome.out, *files) if BODIES.get(case.name) == data]
    if outcome.code == 0 and "--select=ContentType" not in LINES[case.line] and not saved:
        return Finding("success without the body", case.name)
    return None
