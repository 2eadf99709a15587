"""A model folder as a container: /ping and /invocations, without the service around them."""

from http import HTTPStatus
from typing import NamedTuple

from smrt.local.api_errors import ApiError
from smrt.local.context import CUSTOM_ATTRIBUTES
from smrt.local.endpoint import Endpoint, Invocation, ModelFailure
from smrt.local.server_response import ServerResponse, text_response
from smrt.protocol.messages import Headers, Request
from smrt.protocol.operations import INVOKE_ENDPOINT
from smrt.protocol.responses import header

_FORWARDED = ("ContentType", "Accept", "CustomAttributes")


class FolderContainer(NamedTuple):
    """Responds to the requests that a container gets."""

    endpoint: Endpoint

    def rejection(self, head: Request) -> ServerResponse | None:  # noqa: ARG002 - a Handler
        """No request is rejected."""
        return None

    def respond(self, request: Request) -> ServerResponse:
        """The response to /ping or /invocations."""
        asked = (request.method, request.url.target)
        if asked == ("GET", "/ping"):
            return ServerResponse(HTTPStatus.OK, (), b"")
        if asked != ("POST", "/invocations"):
            return text_response(HTTPStatus.NOT_FOUND, "no such path")
        try:
            prediction = self.endpoint(_invocation(request))
        except (ModelFailure, ApiError) as exc:
            return text_response(exc.status, exc.message)
        attributes = prediction.custom_attributes
        added: Headers = ((CUSTOM_ATTRIBUTES, attributes),) if attributes else ()
        headers = (("Content-Type", prediction.content_type), *added)
        return ServerResponse(HTTPStatus.OK, headers, prediction.body)


def _invocation(request: Request) -> Invocation:
    content = request.payload.content
    members = {name: INVOKE_ENDPOINT.member(name).wire for name in _FORWARDED}
    parameters = {
        name: value
        for name, wire in members.items()
        if (value := header(request.headers, wire)) is not None
    }
    return Invocation(content if isinstance(content, bytes) else content.read(), parameters)
