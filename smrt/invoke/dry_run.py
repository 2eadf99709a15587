"""The request that --dry-run prints; secrets are masked."""

from collections.abc import Iterator, Mapping
from typing import Any

from smrt.client.caller import Caller
from smrt.client.debug_log import masked_headers
from smrt.errors import redacted
from smrt.protocol.messages import Headers, Request
from smrt.protocol.operations import Operation
from smrt.transport.connection import head


def request_text(caller: Caller, operation: Operation, values: Mapping[str, Any]) -> Iterator[str]:
    """The lines of the request: method and URL, then the headers."""
    request = caller.first_attempt(operation, values)
    yield f"{request.method} {redacted(str(request.url))}\n"
    for name, value in masked_headers(sent_headers(request)):
        yield f"{name}: {value}\n"


def sent_headers(request: Request) -> Headers:
    """The headers that are sent, in order."""
    lines = head(request).decode().split("\r\n")[1:-2]
    return tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
