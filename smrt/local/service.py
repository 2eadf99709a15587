"""The SageMaker runtime: a request -> its response, as the service answers.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Operations_Amazon_SageMaker_Runtime.html
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote
from uuid import uuid4

from smrt.errors import redacted
from smrt.protocol import response_stream
from smrt.protocol.eventstream import encode_message
from smrt.protocol.messages import Headers, Request
from smrt.protocol.operations import (
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_ASYNC,
    OPERATIONS,
    HttpLocation,
    Operation,
)

from . import loopback, refusal, signature
from .endpoint import Endpoint, Invocation, ModelFailure, NotReady, Prediction
from .refusal import Refusal
from .server_response import ServerResponse, date_header

if TYPE_CHECKING:
    from .asynchronous import Queues

VARIANT = "AllTraffic"
_PATHS = {
    operation: re.compile(operation.path.replace("{EndpointName}", "([^/]+)"))
    for operation in OPERATIONS
}


class Service(NamedTuple):
    """The endpoints by their names, behind one address.

    `clock` gives seconds since the epoch; `complain` is told of a model's failures (with the
    traceback), `log` of each request, one line each. `queues` take asynchronous calls, where what
    they need is installed.
    """

    endpoints: Mapping[str, Endpoint]
    clock: Callable[[], float]
    complain: Callable[[str], None]
    log: Callable[[str], None] | None = None
    queues: "Queues | None" = None

    def answer(self, request: Request) -> ServerResponse:
        """The response to `request`, errors included."""
        begun = self.clock()
        try:
            response = self._serve(request, begun)
        except Refusal as exc:
            response = _refused(exc)
        if self.log:
            line = f"{request.method} {request.url.target} {response.status}"
            took = (self.clock() - begun) * 1000
            body = response.body
            size = f"{len(body)} bytes" if isinstance(body, bytes) else "a stream begun"
            self.log(redacted(f"{line} {size} in {took:.1f} ms"))
        added = (
            ("x-amzn-RequestId", str(uuid4())),
            date_header(begun),
            *_length(response.body),
        )
        return response._replace(headers=(*response.headers, *added))

    def _serve(self, request: Request, now: float) -> ServerResponse:
        if reason := loopback.objection(request):
            raise refusal.denied(reason)
        operation, name = _route(request)
        signature.authorize(request, now=now)
        if name not in self.endpoints:
            raise refusal.unknown_endpoint(name)
        if operation is INVOKE_ENDPOINT_ASYNC:
            return self._queued(name, _call(operation, request))
        try:
            answer = self.endpoints[name](_call(operation, request))
            if operation is INVOKE_ENDPOINT:
                return _answered(operation, answer.whole())
            response = _answered(operation, answer)
        except ModelFailure as exc:
            self._complain_of(name, exc)
            raise refusal.model_error(name, exc) from exc
        except NotReady as exc:
            raise refusal.not_ready(name, str(exc)) from exc
        headers = (*response.headers, ("Content-Type", response_stream.CONTENT_TYPE))
        return response._replace(headers=headers, body=self._stream(name, answer))

    def _stream(self, name: str, answer: Prediction) -> Iterator[bytes]:
        """The answer as an event stream; a failure on the way is the last event."""
        try:
            for part in answer.parts():
                yield encode_message(response_stream.part(part))
        except ModelFailure as exc:
            self._complain_of(name, exc)
            members = {"ErrorCode": exc.stream_code}
            yield encode_message(
                response_stream.exception("ModelStreamError", exc.message, **members)
            )

    def _complain_of(self, name: str, failure: ModelFailure) -> None:
        if trace := failure.trace():
            self.complain(f"endpoint {name}: {trace}")

    def _queued(self, name: str, call: Invocation) -> ServerResponse:
        if self.queues is None:
            raise refusal.not_installed()
        accepted = self.queues.accept(name, self.endpoints[name], call)
        values = {
            "OutputLocation": str(accepted.output),
            "FailureLocation": str(accepted.failure),
            "InferenceId": accepted.inference_id,
        }
        fields = INVOKE_ENDPOINT_ASYNC.fields
        headers = tuple((f.wire, values[f.name]) for f in fields if f.place is HttpLocation.HEADER)
        body = {f.wire: values[f.name] for f in fields if f.place is HttpLocation.JSON}
        typed = ("Content-Type", "application/json")
        return ServerResponse(HTTPStatus.ACCEPTED, (*headers, typed), json.dumps(body).encode())


def _route(request: Request) -> tuple[Operation, str]:
    """The operation that `request` asks for, and the endpoint's name."""
    path = request.url.target.partition("?")[0]
    for operation, pattern in _PATHS.items():
        match = pattern.fullmatch(path)
        if match and request.method == "POST":
            return operation, unquote(match[1])
    raise refusal.unknown_operation(request.method, path)


def _call(operation: Operation, request: Request) -> Invocation:
    """The members of `operation` that are there; empty headers are as good as none."""
    headers = {name.lower(): value for name, value in request.headers if value}
    parameters = {
        member.name: headers[member.wire.lower()]
        for member in operation.members
        if member.place is HttpLocation.HEADER and member.wire.lower() in headers
    }
    content = request.payload.content
    return Invocation(content if isinstance(content, bytes) else content.read(), parameters)


def _answered(operation: Operation, answer: Prediction) -> ServerResponse:
    values = {
        "ContentType": answer.content_type,
        "InvokedProductionVariant": VARIANT,
        "CustomAttributes": answer.custom_attributes,
        **answer.fields,
    }
    headers = []
    for field in operation.fields:
        value = values.get(field.name)
        if value is None:
            continue
        if not value.isprintable():
            raise ModelFailure(500, f"the model's {field.name} cannot be a header: {value!r}")
        headers.append((field.wire, value))
    return ServerResponse(200, tuple(headers), answer.body)


def _length(body: bytes | Iterator[bytes]) -> Headers:
    return (("Content-Length", str(len(body))),) if isinstance(body, bytes) else ()


def _refused(exc: Refusal) -> ServerResponse:
    headers = (("Content-Type", "application/json"), ("x-amzn-errortype", exc.code))
    body = json.dumps({"Message": exc.message, **exc.members}, ensure_ascii=False)
    return ServerResponse(exc.status, headers, body.encode())
