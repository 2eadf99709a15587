"""The endpoint that `smrt bench` calls, and the requests that it sends there."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from smrt.batching.records.record import Record
from smrt.bench.load.load_target import LoadTarget, RequestInput, request_input
from smrt.config import credentials
from smrt.errors import UsageError
from smrt.invoke.inputs import read_inputs
from smrt.invoke.invocation import Call, open_caller, prepare
from smrt.output.console import App
from smrt.protocol import parameters
from smrt.protocol.messages import Credentials, Headers, Request
from smrt.protocol.operations import Operation
from smrt.protocol.prepared_request import PreparedRequest

from .bench_options import BenchOptions
from .bench_records import read_records


class _Inputs(NamedTuple):
    """What each request has, and the parameters that all have."""

    requests: tuple[RequestInput, ...]
    shared: Mapping[str, Any]


def bench_target(app: App, options: BenchOptions) -> LoadTarget:
    """Read what is to be sent, and prepare the call. Raises UsageError, ConfigurationError."""
    inputs = read_inputs(app, _without_body(options.operation), options.invoke)
    call = prepare(app, inputs, options.invoke.shared)
    own, shared = _records(app, call, options) if options.input else _body(call)
    caller = open_caller(app, call)
    request = caller.request(options.operation, {**shared, "Body": b""})
    caller.warn_unverified(request.url)
    return LoadTarget(
        request.url,
        call.settings,
        _credentials_loader(call),
        options.operation,
        lambda proxy_headers: _prepared(request, call, proxy_headers),
        own,
        options.token_query,
        options.shuffle,
        call.parameters["EndpointName"],
    )


def _credentials_loader(call: Call) -> Callable[[], Credentials | None]:
    """Loads the credentials; there are none for requests that are not signed."""
    if not call.settings.sign:
        return lambda: None
    return credentials.loader(call.config, call.settings, call.static_credentials)


def _without_body(operation: Operation) -> Operation:
    """The operation, whose body may come from --input."""
    members = (
        each._replace(required=each.required and each.name != "Body") for each in operation.members
    )
    return operation._replace(members=tuple(members))


def _prepared(request: Request, call: Call, proxy_headers: Headers | None) -> PreparedRequest:
    return PreparedRequest(
        request.method,
        request.url,
        request.headers,
        region=call.settings.region,
        service="sagemaker",
        unsigned=(("User-Agent", call.settings.user_agent),),
        proxy_headers=proxy_headers,
    )


def _body(call: Call) -> _Inputs:
    """The body of the command line, for all requests."""
    body = call.parameters["Body"]
    content = body if isinstance(body, bytes) else body.read()
    shared = {name: value for name, value in call.parameters.items() if name != "Body"}
    return _Inputs((request_input(content),), shared)


def _records(app: App, call: Call, options: BenchOptions) -> _Inputs:
    """The records of --input; what they have of their own parameters is not shared."""
    records, content_type = read_records(app, call, options)
    own = {name for record in records for name in record.parameters}
    if any(
        each.parameters.get("EndpointName", "") not in ("", call.parameters["EndpointName"])
        for each in records
    ):
        raise UsageError("a benchmark calls one endpoint", "remove EndpointName from the records")
    own.discard("EndpointName")
    defaults = {name: value for name, value in call.parameters.items() if name in own}
    known = {"ContentType": content_type, **call.parameters} if content_type else call.parameters
    shared = {name: value for name, value in known.items() if name not in own}
    requests = (_request(options.operation, record, defaults) for record in records)
    return _Inputs(tuple(requests), shared)


def _request(operation: Operation, record: Record, values: Mapping[str, Any]) -> RequestInput:
    headers = parameters.headers(operation, {**values, **record.parameters})
    return request_input(record.body, headers)
