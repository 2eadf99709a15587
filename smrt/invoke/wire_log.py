"""Prints the heads of requests and responses, for --verbose; secrets are masked."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from smrt.client.debug_log import masked_headers
from smrt.errors import redacted
from smrt.protocol.messages import Headers, Request
from smrt.transport.pool import Response, Transport

from .dry_run import http2_fields, sent_headers

if TYPE_CHECKING:
    from smrt.transport.http2.client_stream import ClientStream

Write = Callable[[str], None]


class LoggingTransport:
    """A transport that writes each head as curl does, with > and <."""

    def __init__(self, transport: Transport, write: Write) -> None:
        self._transport = transport
        self._write = write

    def send(self, request: Request) -> Response:
        """Send `request` and return its response; raises TransportError."""
        line = f"{request.method} {redacted(request.url.target)} HTTP/1.1"
        self._write(_lines(">", line, sent_headers(request)))
        response = self._transport.send(request)
        line = f"HTTP/1.1 {response.status} {response.reason}".rstrip()
        self._write(_lines("<", line, response.headers))
        return response

    def open_stream(self, request: Request) -> "ClientStream":
        """Open a stream with `request`; raises TransportError."""
        line = f"{request.method} {redacted(request.url.target)} HTTP/2"
        self._write(_lines(">", line, http2_fields(request)))
        stream = self._transport.open_stream(request)
        self._write(_lines("<", f"HTTP/2 {stream.head.status}", stream.head.headers))
        return stream

    def close(self) -> None:
        """Close the idle connections."""
        self._transport.close()


def _lines(mark: str, start: str, headers: Headers) -> str:
    lines = (start, *(f"{name}: {value}" for name, value in masked_headers(headers)), "")
    return "".join(f"{mark} {line}".rstrip() + "\n" for line in lines)
