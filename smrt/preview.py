"""A request as it would be sent, for --dry-run; secrets are masked."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .client import Client
from .message import Headers, Request
from .operations import Operation

MASK = "****"
_SECRET = frozenset({"x-amz-security-token", "proxy-authorization"})
_SIGNATURE = re.compile(r"(?<=Signature=)[0-9a-f]+")


def text(client: Client, operation: Operation, values: Mapping[str, Any]) -> Iterator[str]:
    """Method, URL, headers and the length of the body, line by line."""
    request: Request = client.first_attempt(operation, values)
    yield f"{request.method} {request.url}\n"
    yield f"Host: {request.url.authority}\n"
    for name, value in masked(request.headers):
        yield f"{name}: {value}\n"
    yield f"Content-Length: {request.payload.length}\n"


def masked(headers: Headers) -> Headers:
    """The headers without tokens and signatures."""
    return tuple(
        (name, MASK if name.lower() in _SECRET else _SIGNATURE.sub(MASK, value))
        for name, value in headers
    )
