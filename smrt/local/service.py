"""The SageMaker runtime: a request -> its response, as the service responds.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Operations_Amazon_SageMaker_Runtime.html
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from traceback import format_exception
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote
from uuid import uuid4

from smrt.protocol import response_stream
from smrt.protocol.eventstream import encode_message
from smrt.protocol.messages import Request
from smrt.protocol.operations import (
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_ASYNC,
    OPERATIONS,
    HttpLocation,
    Operation,
)

from . import api_errors, endpoint_list, loopback, signature
from .api_errors import ApiError
from .endpoint import VARIANT, Endpoint, Invocation, ModelFailure, NotReady, Prediction
from .server_response import ServerResponse, date_header

if TYPE_CHECKING:
    from .asynchronous import Queues
    from .streams.stream_endpoint import StreamEndpoint

_PATHS = {
    operation: re.compile(operation.path.replace("{EndpointName}", "([^/]+)"))
    for operation in OPERATIONS
}
_PARAMETERS = {
    operation.name: {
        member.wire.lower(): member.name
        for member in operation.members
        if member.location is HttpLocation.HEADER
    }
    for operation in OPERATIONS
}
"""The parameters of each operation by their headers, in lower case."""


class Service(NamedTuple):
    """The endpoints by name, behind one endpoint URL.

    `clock` returns seconds since the epoch; `report_error` reports a model's failure with its
    traceback, and `log` each request in one line. `queues` take asynchronous calls, if the packages
    for them are installed. `streams` are the endpoints that take bidirectional streams.
    """

    endpoints: Mapping[str, Endpoint]
    clock: Callable[[], float]
    report_error: Callable[[str], None]
    log: Callable[[str], None] | None = None
    queues: "Queues | None" = None
    streams: "Mapping[str, StreamEndpoint]" = MappingProxyType({})

    def rejection(self, head: Request) -> ServerResponse | None:
        """The error response to a request that is invalid whatever its body is."""
        started_at = self.clock()
        try:
            _check_sender(head)
            if endpoint_list.is_requested(head):
                return None
            _route(head)
            signature.check_head(head, now=started_at)
        except ApiError as exc:
            return self._finished(head, _error_response(exc), started_at)
        return None

    def respond(self, request: Request) -> ServerResponse:
        """The response to `request`, errors included."""
        started_at = self.clock()
        try:
            response = self._serve(request, started_at)
        except ApiError as exc:
            response = _error_response(exc)
        except BaseException as exc:  # noqa: BLE001 - an endpoint is anybody's code
            self.report_error("".join(format_exception(exc)).rstrip())
            response = _error_response(api_errors.internal_error(repr(exc)))
        return self._finished(request, response, started_at)

    def open_stream(self, head: Request, chunks: Iterator[bytes]) -> ServerResponse:
        """The response to a bidirectional stream, errors included."""
        from .streams.stream_service import serve_stream

        started_at = self.clock()
        try:
            response = serve_stream(self, head, chunks, VARIANT)
        except ApiError as exc:
            response = _error_response(exc)
        return self._finished(head, response, started_at)

    def _finished(
        self, request: Request, response: ServerResponse, started_at: float
    ) -> ServerResponse:
        """Log the request; add the headers that every response has."""
        if self.log:
            from .daily.request_log import RequestLog

            response = RequestLog(self.log, self.clock).logged(request, response, started_at)
        added = (("x-amzn-RequestId", str(uuid4())), date_header(started_at))
        return response._replace(headers=(*response.headers, *added))

    def _serve(self, request: Request, now: float) -> ServerResponse:
        _check_sender(request)
        if endpoint_list.is_requested(request):
            return endpoint_list.response(self.endpoints)
        operation, name = _route(request)
        signature.authorize(request, now=now)
        if name not in self.endpoints:
            raise api_errors.unknown_endpoint(name, self.endpoints)
        if operation is INVOKE_ENDPOINT_ASYNC:
            return self._queued(name, _invocation(operation, request))
        try:
            prediction = self.endpoints[name](_invocation(operation, request))
            if operation is INVOKE_ENDPOINT:
                return _prediction_response(operation, prediction.buffered())
            response = _prediction_response(operation, prediction)
        except ModelFailure as exc:
            self._report_failure(name, exc)
            raise api_errors.model_error(name, exc) from exc
        except NotReady as exc:
            raise api_errors.not_ready(name, str(exc)) from exc
        headers = (*response.headers, ("Content-Type", response_stream.CONTENT_TYPE))
        return response._replace(headers=headers, body=self._stream(name, prediction))

    def _stream(self, name: str, prediction: Prediction) -> Iterator[bytes]:
        """The prediction as an event stream; if the model fails, the last event is the error."""
        try:
            for chunk in prediction.chunks():
                yield encode_message(response_stream.part(chunk))
        except ModelFailure as exc:
            self._report_failure(name, exc)
            members = {"ErrorCode": exc.stream_code}
            yield encode_message(
                response_stream.exception("ModelStreamError", exc.message, **members)
            )

    def _report_failure(self, name: str, failure: ModelFailure) -> None:
        if trace := failure.trace():
            self.report_error(f"endpoint {name}: {trace}")

    def _queued(self, name: str, call: Invocation) -> ServerResponse:
        if self.queues is None:
            raise api_errors.not_installed()
        accepted = self.queues.accept(name, self.endpoints[name], call)
        values = {
            "OutputLocation": str(accepted.output),
            "FailureLocation": str(accepted.failure),
            "InferenceId": accepted.inference_id,
        }
        fields = INVOKE_ENDPOINT_ASYNC.fields
        headers = tuple(
            (f.wire, values[f.name]) for f in fields if f.location is HttpLocation.HEADER
        )
        body = {f.wire: values[f.name] for f in fields if f.location is HttpLocation.JSON}
        content_type = ("Content-Type", "application/json")
        return ServerResponse(
            HTTPStatus.ACCEPTED, (*headers, content_type), json.dumps(body).encode()
        )


def _check_sender(request: Request) -> None:
    """Reject requests of web pages."""
    if reason := loopback.rejection_reason(request):
        raise api_errors.access_denied(reason)


def _route(request: Request) -> tuple[Operation, str]:
    """The operation that `request` calls, and the endpoint's name."""
    path = request.url.target.partition("?")[0]
    for operation, pattern in _PATHS.items():
        match = pattern.fullmatch(path)
        if match and request.method == "POST":
            return operation, unquote(match[1])
    raise api_errors.unknown_operation(request.method, path)


def _invocation(operation: Operation, request: Request) -> Invocation:
    """The call in `request`; empty headers count as missing."""
    names = _PARAMETERS[operation.name]
    parameters = {
        names[name.lower()]: value
        for name, value in request.headers
        if value and name.lower() in names
    }
    content = request.payload.content
    return Invocation(content if isinstance(content, bytes) else content.read(), parameters)


def _prediction_response(operation: Operation, prediction: Prediction) -> ServerResponse:
    values = {
        "ContentType": prediction.content_type,
        "InvokedProductionVariant": VARIANT,
        "CustomAttributes": prediction.custom_attributes,
        **prediction.fields,
    }
    headers = []
    for field in operation.fields:
        value = values.get(field.name)
        if value is None:
            continue
        if not value.isprintable():
            raise ModelFailure(500, f"the model's {field.name} is not a valid header: {value!r}")
        headers.append((field.wire, value))
    return ServerResponse(200, tuple(headers), prediction.body)


def _error_response(exc: ApiError) -> ServerResponse:
    headers = (("Content-Type", "application/json"), ("x-amzn-errortype", exc.code))
    body = json.dumps({"Message": exc.message, **exc.members}, ensure_ascii=False)
    return ServerResponse(exc.status, headers, body.encode())
