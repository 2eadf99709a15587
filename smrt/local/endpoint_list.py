"""The list of the endpoints that are served, for shell completion. It needs no signature."""

import json
from collections.abc import Iterable
from http import HTTPStatus

from smrt.protocol.messages import Request

from .server_response import ServerResponse

PATH = "/endpoints"


def is_requested(request: Request) -> bool:
    """Whether `request` is for the list; AWS has no such request."""
    return request.method == "GET" and request.url.target == PATH


def response(names: Iterable[str]) -> ServerResponse:
    """The names as JSON."""
    body = json.dumps({"EndpointNames": list(names)}).encode()
    return ServerResponse(HTTPStatus.OK, (("Content-Type", "application/json"),), body)
