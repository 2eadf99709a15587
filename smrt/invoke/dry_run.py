"""A request as it would be sent, for --dry-run; secrets are masked."""

from collections.abc import Iterator, Mapping
from typing import Any

from smrt.client.caller import Caller
from smrt.client.debug_log import masked_headers
from smrt.errors import redacted
from smrt.protocol.messages import Headers, Request
from smrt.protocol.operations import Operation
from smrt.transport.connection import head


def request_text(caller: Caller, operation: Operation, values: Mapping[str, Any]) -> Iterator[str]:
    """Method, URL, headers and the length of the body, line by line."""
    request = caller.first_attempt(operation, values)
    yield f"{request.method} {redacted(str(request.url))}\n"
    for name, value in masked_headers(sent(request)):
        yield f"{name}: {value}\n"


def sent(request: Request) -> Headers:
    """The headers as they leave, in order."""
    lines = head(request).decode().split("\r\n")[1:-2]
    return tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
