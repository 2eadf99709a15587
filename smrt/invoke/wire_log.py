"""Prints the heads of requests and responses, for --verbose; secrets are masked."""

from collections.abc import Callable

from smrt.client.debug_log import masked_headers
from smrt.errors import redacted
from smrt.protocol.messages import Headers, Request
from smrt.transport.pool import Response, Transport

from .dry_run import sent_headers

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

    def close(self) -> None:
        """Close the idle connections."""
        self._transport.close()


def _lines(mark: str, start: str, headers: Headers) -> str:
    lines = (start, *(f"{name}: {value}" for name, value in masked_headers(headers)), "")
    return "".join(f"{mark} {line}".rstrip() + "\n" for line in lines)
