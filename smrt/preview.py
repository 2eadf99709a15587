"""A request as it would be sent, for --dry-run; secrets are masked."""

from collections.abc import Iterator, Mapping
from typing import Any

from .client import Client
from .message import Request
from .operations import Operation
from .trace import masked


def text(client: Client, operation: Operation, values: Mapping[str, Any]) -> Iterator[str]:
    """Method, URL, headers and the length of the body, line by line."""
    request: Request = client.first_attempt(operation, values)
    yield f"{request.method} {request.url}\n"
    yield f"Host: {request.url.authority}\n"
    for name, value in masked(request.headers):
        yield f"{name}: {value}\n"
    yield f"Content-Length: {request.payload.length}\n"
