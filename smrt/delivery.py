"""Where the body of an answer goes: a file, standard output, or out of a terminal's way."""

from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from itertools import chain

from . import outfile
from .console import Console
from .outfile import Plan

STDOUT = "-"


def deliver(
    pieces: Iterable[bytes],
    console: Console,
    *,
    plan: Plan | None,
    request_id: str | None,
    keep: bool = False,
) -> None:
    """Write `pieces` as planned, each at once; without a plan to standard output.

    A terminal is spared bytes that are no text: they go to a file in the current folder. With
    `keep`, a file that fails to become whole is kept as far as it came.
    """
    if plan is None and console.is_terminal:
        first, pieces = _peek(pieces)
        if not is_text(first):
            plan = outfile.plan(f"smrt-{request_id or 'answer'}.bin")
            console.note(f"the answer is binary, and is kept in {plan.path}")
    if plan is None:
        for piece in pieces:
            console.write(piece)
    else:
        with outfile.writing(plan, keep=keep) as file:
            for piece in pieces:
                file.write(piece)
                file.flush()


def is_text(start: bytes) -> bool:
    """Whether bytes begin like UTF-8 text without control characters."""
    if any(byte < 0x20 and byte not in b"\t\n\r\f\b\x1b" for byte in start):  # noqa: PLR2004 - a space
        return False
    try:
        getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return True


def _peek(pieces: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    rest = iter(pieces)
    first = next(rest, b"")
    return first, chain([first], rest)
