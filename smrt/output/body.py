"""Where the body of an answer goes: a file, standard output, or out of a terminal's way."""

from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from itertools import chain

from smrt.errors import SmrtError, UsageError

from . import outfile
from .console import Console
from .outfile import Plan

STDOUT = "-"
_LONGEST = 64


def plan_body(path: str | None) -> Plan | None:
    """Where the body goes by the path on the command line: a file, or None for standard output."""
    return None if path is None or path == STDOUT else outfile.plan(path)


def deliver(
    pieces: Iterable[bytes],
    console: Console,
    *,
    plan: Plan | None,
    request_id: str | None,
    keep: bool = False,
    text: bool = False,
) -> None:
    """Write `pieces` as planned, each at once; without a plan to standard output.

    A terminal is spared bytes that are no text: they go to a file in the current folder. What is
    known to be `text` is made visible there. With `keep`, a file that fails to become whole is
    kept as far as it came.
    """
    if text and (console.is_terminal if plan is None else plan.is_terminal):
        pieces = _visible(pieces, console)
    elif plan is None and console.is_terminal:
        first, pieces = _peek(pieces)
        if not is_text(first):
            plan = _kept(request_id)
            console.note(f"the answer is binary, and is kept in {plan.path}")
    if plan is None:
        for piece in pieces:
            console.write(piece)
            del piece  # it may be large, and the next is about to come
    else:
        with outfile.writing(plan, keep=keep) as file:
            for piece in pieces:
                file.write(piece)
                file.flush()
                del piece


def _visible(pieces: Iterable[bytes], console: Console) -> Iterator[bytes]:
    from smrt.protocol.visible import visible_chunks

    return (console.encoded((text,), terminal=True) for text in visible_chunks(pieces))


def is_text(start: bytes) -> bool:
    """Whether bytes begin like UTF-8 text without control characters."""
    if any(byte < 0x20 and byte not in b"\t\n\r\f\b\x1b" for byte in start):  # noqa: PLR2004 - a space
        return False
    try:
        getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return True


def _kept(request_id: str | None) -> Plan:
    """A file in the current folder; of the id, which the server chose, what a name may have."""
    kept = [c for c in request_id or "" if c.isascii() and (c.isalnum() or c == "-")]
    name = "".join(kept)[:_LONGEST] or "answer"
    try:
        return outfile.plan(f"smrt-{name}.bin")
    except UsageError as exc:  # the model has answered: this is not the command line's fault
        raise SmrtError(f"the answer is binary, and {exc.message}", "name an outfile") from exc


def _peek(pieces: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    rest = iter(pieces)
    first = next(rest, b"")
    return first, chain([first], rest)
