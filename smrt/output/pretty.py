"""Makes a body readable: JSON is indented, for a terminal colored, and ends with a newline."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from smrt.errors import SmrtError

from .body import is_text
from .console import Console
from .json_layout import indented_json

LARGEST = 64 << 20
"""Bytes; a larger body is written as it is."""
Format = Callable[[str], bytes]


def pretty(chunks: Iterable[bytes], format_: Format, *, terminal: bool) -> Iterator[bytes]:
    """A body whose JSON is indented by `format_`, which raises ValueError for no JSON.

    For a terminal, other text ends with a newline, too. What cannot be formatted is unchanged.
    """
    rest = iter(chunks)
    first = next(rest, b"")
    chunks = chain((first,), rest)
    if first.lstrip().startswith((b"{", b"[")):
        chunks = _formatted(chunks, format_)
    return _ended(chunks) if terminal and is_text(first) else iter(chunks)


def json_format(console: Console, *, color: bool, terminal: bool) -> Format:
    """The format of JSON for standard output, or for a terminal."""

    def format_(text: str) -> bytes:
        text = indented_json(text, console.width)
        if not terminal:
            return text.encode("utf-8", "surrogatepass")
        if color:
            from smrt.protocol.visible import visible

            from .formats.colors import colored_json

            text = colored_json(visible(text))
        return console.encoded((text,), terminal=True)

    return format_


def _formatted(chunks: Iterable[bytes], format_: Format) -> Iterator[bytes]:
    """The document in one chunk. If the transfer fails, what has arrived is unchanged."""
    rest = iter(chunks)
    buffered: list[bytes] = []
    size = 0
    try:
        for chunk in rest:
            buffered.append(chunk)
            size += len(chunk)
            if size > LARGEST:
                break
        else:
            yield _document(b"".join(buffered), format_)
            return
    except (SmrtError, KeyboardInterrupt):
        yield from buffered
        raise
    yield from chain(buffered, rest)


def _document(body: bytes, format_: Format) -> bytes:
    try:
        return format_(body.decode())
    except ValueError:
        return body


def _ended(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Chunks, and a newline if the last line has none."""
    end = b""
    for chunk in chunks:
        yield chunk
        end = chunk[-1:] or end
    if end not in (b"", b"\n"):
        yield b"\n"
