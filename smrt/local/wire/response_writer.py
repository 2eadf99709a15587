"""Encodes responses for HTTP/1.1 and HTTP/1.0. The server alone decides how a body is framed.

https://www.rfc-editor.org/rfc/rfc9112#name-message-body-length
"""

from collections.abc import Iterator
from http import HTTPStatus

from smrt.local.server_response import ServerResponse
from smrt.protocol.messages import Headers
from smrt.protocol.responses import header

from .incoming_request import IncomingRequest

_FRAMING = frozenset({"connection", "content-length", "transfer-encoding"})
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_EMPTY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
_JOINED = 1 << 16
"""Bytes of a body that is sent together with the head."""


def keeps_alive(response: ServerResponse, message: IncomingRequest) -> bool:
    """Whether the connection stays open after `response` to `message`."""
    has_end = isinstance(response.body, bytes) or message.version != "1.0"
    return has_end and message.keeps_alive and message.is_complete


def encoded(response: ServerResponse, message: IncomingRequest) -> Iterator[bytes]:
    """The bytes of `response` to `message`, in chunks. Raises ValueError for an invalid header."""
    head, body = _head(response, message), response.body
    if message.method == "HEAD" or response.status in _EMPTY:
        yield head
    elif not isinstance(body, bytes):
        yield head
        yield from body if message.version == "1.0" else _in_chunks(body)
    elif len(body) <= _JOINED:
        yield head + body
    else:
        yield head
        yield body


def _head(response: ServerResponse, message: IncomingRequest) -> bytes:
    lines = [
        f"HTTP/1.1 {response.status} {_PHRASES.get(response.status, '')}",
        *(f"{name}: {value}" for name, value in response.headers if name.lower() not in _FRAMING),
        *(f"{name}: {value}" for name, value in _framing(response, message)),
    ]
    text = "\n".join(lines)
    if "\r" in text or "\0" in text or text.count("\n") != len(lines) - 1:
        raise ValueError(f"a line end or NUL in a header: {lines}")
    return f"{text}\n\n".replace("\n", "\r\n").encode()


def _framing(response: ServerResponse, message: IncomingRequest) -> Headers:
    body = response.body
    if response.status in _EMPTY:
        framing: Headers = ()
    elif isinstance(body, bytes):
        framing = (("Content-Length", _length(response, body, message)),)
    else:
        framing = () if message.version == "1.0" else (("Transfer-Encoding", "chunked"),)
    if not keeps_alive(response, message):
        return (*framing, ("Connection", "close"))
    return (*framing, ("Connection", "keep-alive")) if message.version == "1.0" else framing


def _length(response: ServerResponse, body: bytes, message: IncomingRequest) -> str:
    """The length of the body; only the handler knows which one HEAD leaves out."""
    announced = header(response.headers, "Content-Length") if message.method == "HEAD" else None
    return announced or str(len(body))


def _in_chunks(body: Iterator[bytes]) -> Iterator[bytes]:
    """`body` as chunks; an empty one would be the last."""
    for chunk in filter(None, body):
        yield b"%x\r\n%b\r\n" % (len(chunk), chunk)
    yield b"0\r\n\r\n"
