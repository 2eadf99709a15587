"""The request that --dry-run prints; secrets are masked."""

from collections.abc import Iterator, Mapping
from typing import Any

from smrt.client.caller import Caller
from smrt.client.debug_log import masked_headers
from smrt.errors import redacted
from smrt.output.body import is_text
from smrt.output.response_head import header_chunks
from smrt.protocol.messages import Headers, Payload, Request
from smrt.protocol.operations import Operation
from smrt.transport.connection import blocks, head

MOST_TEXT = 1000
MOST_BINARY = 32
"""Bytes of a body that are printed, as text or in hexadecimal."""


def request_text(
    caller: Caller, operation: Operation, values: Mapping[str, Any], *, bold: bool
) -> Iterator[str]:
    """The request: method and URL, the headers (`bold`: with bold names), the start of the body."""
    request = caller.first_attempt(operation, values)
    yield f"{request.method} {redacted(str(request.url))}\n"
    fields = http2_fields(request) if operation.service.needs_http2 else sent_headers(request)
    for name, value in masked_headers(fields):
        yield from (*header_chunks(name, value, bold=bold), "\n")
    if request.payload.length:
        yield "\n" + _excerpt(request.payload).removesuffix("\n") + "\n"


def sent_headers(request: Request) -> Headers:
    """The headers that are sent, in order."""
    lines = head(request).decode().split("\r\n")[1:-2]
    return tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))


def _excerpt(payload: Payload) -> str:
    """The first bytes of a body, and how many follow."""
    start = next(blocks(payload))[:MOST_TEXT]
    if is_text(start):
        shown = start.decode(errors="ignore")  # a character that was cut
        size = len(shown.encode())
    else:
        shown, size = start[:MOST_BINARY].hex(" "), len(start[:MOST_BINARY])
    rest = payload.length - size
    return f"{shown}... ({rest:,} more bytes)" if rest else shown


def http2_fields(request: Request) -> Headers:
    """The header fields that are sent over HTTP/2."""
    from smrt.transport.http2.http2_fields import request_fields

    return request_fields(request)
