"""The head of a response as text, for --include."""

from collections.abc import Iterator

from smrt.protocol.messages import Headers
from smrt.protocol.visible import Painted, visible

from .console import Console


def response_head(
    status: int, reason: str, headers: Headers, console: Console, *, terminal: bool
) -> bytes:
    """Status line, headers and an empty line; on a terminal, names are bold."""
    text = "".join(_lines(status, reason, headers, bold=terminal))
    return console.encoded((Painted(text),), terminal=True) if terminal else text.encode()


def _lines(status: int, reason: str, headers: Headers, *, bold: bool) -> Iterator[str]:
    yield f"HTTP/1.1 {status} {reason}".rstrip() + "\r\n"
    for name, value in headers:
        yield (
            f"\x1b[1m{visible(name)}\x1b[0m: {visible(value)}\r\n"
            if bold
            else f"{name}: {value}\r\n"
        )
    yield "\r\n"
