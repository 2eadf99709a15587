"""Prints the heads of requests and responses, for --verbose; secrets are masked."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from smrt.client.debug_log import masked_headers
from smrt.errors import redacted
from smrt.output.response_head import header_chunks
from smrt.protocol.messages import Headers, Request
from smrt.transport.pool import Response, Transport

from .dry_run import http2_fields, sent_headers

if TYPE_CHECKING:
    from smrt.transport.http2.client_stream import ClientStream

Write = Callable[..., None]
"""Writes chunks of text."""


class LoggingTransport:
    """A transport that writes each head as curl does, with > and <; `bold`: with bold names."""

    def __init__(self, transport: Transport, write: Write, *, bold: bool) -> None:
        self._transport = transport
        self._write = write
        self._bold = bold

    def send(self, request: Request) -> Response:
        """Send `request` and return its response; raises TransportError."""
        line = f"{request.method} {redacted(request.url.target)} HTTP/1.1"
        self._log(">", line, sent_headers(request))
        response = self._transport.send(request)
        line = f"HTTP/1.1 {response.status} {response.reason}".rstrip()
        self._log("<", line, response.headers)
        return response

    def open_stream(self, request: Request) -> "ClientStream":
        """Open a stream with `request`; raises TransportError."""
        line = f"{request.method} {redacted(request.url.target)} HTTP/2"
        self._log(">", line, http2_fields(request))
        stream = self._transport.open_stream(request)
        self._log("<", f"HTTP/2 {stream.head.status}", stream.head.headers)
        return stream

    def close(self) -> None:
        """Close the idle connections."""
        self._transport.close()

    def _log(self, mark: str, start: str, headers: Headers) -> None:
        self._write(*_chunks(mark, start, headers, bold=self._bold))


def _chunks(mark: str, start: str, headers: Headers, *, bold: bool) -> Iterator[str]:
    yield f"{mark} {start}\n"
    for name, value in masked_headers(headers):
        yield from (f"{mark} ", *header_chunks(name, value, bold=bold), "\n")
    yield f"{mark}\n"
