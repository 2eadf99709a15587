"""Event streams: cut at every byte, every byte corrupted, with edits, in every output format."""

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import NamedTuple

from tests.fuzz import sandbox
from tests.fuzz.edits import Edit, edited, random_edits
from tests.fuzz.judging import judged
from tests.fuzz.sandbox import Outcome, Setup
from tests.fuzz.target import Finding
from tests.support import streams
from tests.support.scripted_endpoint import response

CHUNKS = (
    b'data: {"choices":[{"delta":{"content":"Hel',
    b'lo"}}]}\n\n',
    b'{"token":{"text":" W\xc3',
    b'\xb6rld"}}\n[1]\n',
    b"",
    b"data: [DONE]\n\n",
)
EVENTS = {
    "chunks": tuple(map(streams.part, CHUNKS)),
    "exception": (streams.part(CHUNKS[0]), streams.BROKEN),
    "error": (streams.part(CHUNKS[0]), streams.error("InternalStreamFailure", "gone")),
    "empty": (),
}
LINES = (
    (),
    ("out.txt",),
    ("--stream=lines",),
    ("--stream=sse", "old.txt"),
    ("--stream=json",),
    ("--stream=json", "--text=choices[0].delta.content"),
    ("--chat", "--timings"),
    ("--chat", "--metadata=meta.json", "out.txt"),
)
WORDS = ("invoke-endpoint-with-response-stream", "--endpoint-name=e", "--body=e30=")


class Case(NamedTuple):
    """A stream by its name, the options of its output, its edits, and how it arrives."""

    name: str
    line: int
    edits: tuple[Edit, ...]
    has_length: bool = False


def cases(random: Random) -> Iterator[Case]:
    """Every cut and every corrupted byte first, in random order; then edits."""
    exact = [
        Case(name, 0, (Edit(at, length, inserted),))
        for name, events in EVENTS.items()
        for at, (length, inserted) in product(
            range(len(b"".join(events))), ((1 << 30, b""), (1, b""), (1, _FLIPPED))
        )
    ]
    yield from random.sample(exact, len(exact))
    while True:
        name = random.choice(tuple(EVENTS))
        edits = random_edits(random, b"".join(EVENTS[name]))
        yield Case(name, random.randrange(len(LINES)), edits, bool(random.randrange(2)))


_FLIPPED = b"\xa5"
"""No message has this byte."""


def run(case: Case) -> Finding | None:
    """Print the stream; what is printed is a beginning of the chunks that were sent."""
    data = edited(b"".join(EVENTS[case.name]), case.edits)
    respond = streams.stream([data] if data else [])
    if case.has_length:
        body = response(200, data, streams.HEADERS)
        respond = lambda sock, _: sock.sendall(body)  # noqa: E731
    setup = Setup(respond=respond, files={"work/old.txt": b"old"})
    outcome = sandbox.run((*WORDS, *LINES[case.line]), setup)
    return judged(outcome, streams=True) or _compared(case, data, outcome)


def _compared(case: Case, data: bytes, outcome: Outcome) -> Finding | None:
    """What is wrong with the raw output, and with the status of a stream that is broken."""
    events = EVENTS[case.name]
    if LINES[case.line] or len(case.edits) != 1:
        return None
    beginnings = [b"".join(CHUNKS[:count]) for count in range(len(CHUNKS) + 1)]
    if outcome.out not in beginnings:
        return Finding("output of a corrupted message", case.name)
    whole = [b"".join(events[:count]) for count in range(len(events) + 1)]
    if outcome.code == 0 and data not in whole:
        return Finding("success of a corrupted stream", case.name)
    return None
