"""The list of the endpoints that are served, for programs of smrt. It needs no signature."""

import json
import os
from collections.abc import Iterable
from http import HTTPStatus

from smrt.protocol.messages import Request

from .server_response import ServerResponse

PATH = "/endpoints"
PROCESS_ID = "ProcessId"


def is_requested(request: Request) -> bool:
    """Whether `request` is for the list; AWS has no such request."""
    return request.method == "GET" and request.url.target == PATH


def response(names: Iterable[str]) -> ServerResponse:
    """The names and the process ID of the server as JSON."""
    body = json.dumps({"EndpointNames": list(names), PROCESS_ID: os.getpid()}).encode()
    return ServerResponse(HTTPStatus.OK, (("Content-Type", "application/json"),), body)
