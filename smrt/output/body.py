"""Writes the body of a response to a file or to standard output, but no bytes to a terminal."""

from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from smrt.errors import SmrtError, UsageError

from . import outfile
from .console import Console
from .outfile import Plan

STDOUT = "-"
_LONGEST = 64
BodyFormat = Callable[[Iterable[bytes], str | None], Iterable[bytes]]
"""Formats the chunks of the response to the request with this ID."""


def unformatted(chunks: Iterable[bytes], request_id: str | None) -> Iterable[bytes]:  # noqa: ARG001 - a BodyFormat
    """The chunks as they are."""
    return chunks


def plan_body(path: str | None) -> Plan | None:
    """The file for the body, None for standard output; `path` is the outfile, if any."""
    return None if path is None or path == STDOUT else outfile.plan(path)


def is_on_terminal(console: Console, plan: Plan | None) -> bool:
    """Whether the body appears on a terminal."""
    return console.is_terminal if plan is None else plan.is_terminal


def save_body(chunks: Iterable[bytes], request_id: str | None) -> str:
    """Save a body that cannot be used in the current folder; return a hint about it."""
    try:
        plan = outfile.plan(_file_name(request_id))
        with outfile.writing(plan) as file:
            file.writelines(chunks)
    except SmrtError as exc:
        return f"the response could not be saved: {exc.message}"
    return f"the response is saved in {plan.path}"


def deliver(
    chunks: Iterable[bytes],
    console: Console,
    *,
    plan: Plan | None,
    request_id: str | None,
    save_partial: bool = False,
    text: bool = False,
    head: bytes = b"",
) -> None:
    """Write each of `chunks` immediately, to the file of `plan`, by default to standard output.

    If standard output is a terminal, binary data goes to a file in the current folder instead, and
    the control characters of known `text` are escaped. With `save_partial`, an incomplete response
    is saved. `head` is written before the body.
    """
    if text and is_on_terminal(console, plan):
        chunks = _visible(chunks, console)
    elif plan is None and console.is_terminal:
        first, chunks = _peek(chunks)
        if not is_text(first):
            plan = _binary_file(request_id)
            console.write(head)
            console.note(f"the response is binary; saving it to {plan.path}")
            head = b""
    chunks = chain((head,), chunks) if head else chunks
    if plan is None:
        for chunk in chunks:
            console.write(chunk)
            del chunk  # it may be large, and the next is about to come
    else:
        with outfile.writing(plan, save_partial=save_partial) as file:
            for chunk in chunks:
                file.write(chunk)
                file.flush()
                del chunk


def _visible(chunks: Iterable[bytes], console: Console) -> Iterator[bytes]:
    from smrt.protocol.visible import visible_chunks

    return (console.encoded((text,), terminal=True) for text in visible_chunks(chunks))


def is_text(start: bytes) -> bool:
    """Whether bytes start like UTF-8 text without control characters."""
    if any(byte < 0x20 and byte not in b"\t\n\r\f\b\x1b" for byte in start):  # noqa: PLR2004 - a space
        return False
    try:
        getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return True


def _file_name(request_id: str | None) -> str:
    """A file name in the current folder, of the safe characters of the request ID."""
    allowed = [c for c in request_id or "" if c.isascii() and (c.isalnum() or c == "-")]
    name = "".join(allowed)[:_LONGEST] or "answer"
    return f"smrt-{name}.bin"


def _binary_file(request_id: str | None) -> Plan:
    """Plan a file in the current folder for a binary body."""
    try:
        return outfile.plan(_file_name(request_id))
    except UsageError as exc:  # the model has run: this is no error of the command line
        raise SmrtError(f"the response is binary, but {exc.message}", "specify an outfile") from exc


def _peek(chunks: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    rest = iter(chunks)
    first = next(rest, b"")
    return first, chain([first], rest)
