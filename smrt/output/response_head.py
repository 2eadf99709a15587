"""The head of a response as text, for --include."""

from collections.abc import Iterator

from smrt.protocol.messages import Headers
from smrt.protocol.visible import visible

from .console import Console
from .formats.colors import BOLD, painted


def response_head(
    status: int, reason: str, headers: Headers, console: Console, *, terminal: bool, bold: bool
) -> bytes:
    """Status line, headers and an empty line; `bold`: with bold names."""
    chunks = _lines(status, reason, headers, bold=bold)
    return console.encoded(chunks, terminal=True) if terminal else "".join(chunks).encode()


def header_chunks(name: str, value: str, *, bold: bool) -> tuple[str, str]:
    """A header for people, without a newline; `bold`: its name is bold, on a terminal."""
    return painted(visible(name), BOLD) if bold else name, f": {value}"


def _lines(status: int, reason: str, headers: Headers, *, bold: bool) -> Iterator[str]:
    yield f"HTTP/1.1 {status} {reason}".rstrip() + "\r\n"
    for name, value in headers:
        yield from header_chunks(name, value, bold=bold)
        yield "\r\n"
    yield "\r\n"
