"""Prepares a call from the options of a command, and makes it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from smrt.client.caller import Caller, OperationResponse
from smrt.client.dependencies import Dependencies
from smrt.client.payload import length
from smrt.config import credentials
from smrt.config.configuration import Config
from smrt.config.connection_options import ConnectionOptions
from smrt.config.settings import settings
from smrt.errors import ServiceError, TransportError, after_sending
from smrt.named_tuple import NamedTuple
from smrt.output.body import BodyFormat, is_on_terminal, unformatted
from smrt.output.console import App, has_style
from smrt.output.outfile import Plan
from smrt.protocol.messages import Credentials, Settings, masked_repr
from smrt.protocol.operations import Operation
from smrt.protocol.urls import masked_url
from smrt.transport.pool import HttpTransport

from .inputs import Inputs, read_inputs
from .options import GlobalOptions, InvokeOptions

if TYPE_CHECKING:
    from smrt.client.stream_opening import OpenedStream
    from smrt.s3.objects import S3

ConnectS3 = Callable[[], "S3"]
"""Connects to S3."""


class Call(NamedTuple):
    """A call that is ready to be sent: operation, parameters, configuration and settings.

    `outfile` is the path for the response body, None without one on the command line;
    `static_credentials` are credentials that need no request.
    """

    operation: Operation
    parameters: dict[str, Any]
    config: Config
    settings: Settings
    outfile: str | None = None
    static_credentials: Credentials | None = None
    debug: bool = False
    verbose: bool = False

    def __repr__(self) -> str:
        return masked_repr(self, "parameters")


def run_operation(
    app: App, operation: Operation, options: InvokeOptions, act: Callable[[Call], None]
) -> None:
    """Read the inputs and pass the call to `act`; or print a template of the inputs."""
    inputs = read_inputs(app, operation, options)
    if options.is_input_skeleton:
        from .input_document import show_input_skeleton

        show_input_skeleton(app, operation, options.skeleton)
    else:
        act(prepare(app, inputs, options.shared))


def prepare(app: App, inputs: Inputs, options: GlobalOptions) -> Call:
    """The call with these inputs and options.

    Raises UsageError and ConfigurationError, in the order in which AWS CLI checks.
    """
    config, connection = inputs.config, options.connection
    # AWS CLI reports incomplete credentials before a missing region
    static_credentials = credentials.static(config) if connection.sign else None
    resolved = settings(config, connection, service=inputs.operation.service.setting)
    if options.debug:
        _log_origins(app, inputs, resolved, connection)
    if inputs.body_error is not None:
        raise inputs.body_error
    return Call(
        inputs.operation,
        inputs.values,
        config,
        resolved,
        inputs.outfile,
        static_credentials,
        options.debug,
        options.verbose,
    )


def _log_origins(app: App, inputs: Inputs, resolved: Settings, options: ConnectionOptions) -> None:
    from smrt.client.debug_log import stamped
    from smrt.config.origins import origins

    trace = stamped(app.console.print_stderr)
    configured = {name: inputs.values[name] for name in inputs.configured}
    for line in origins(
        inputs.config, resolved, options, configured, inputs.operation.service.setting
    ):
        trace(line)


def send(app: App, call: Call) -> OperationResponse:
    """Make the call. Raises the errors of Caller.call, with hints."""
    caller = open_caller(app, call)
    with _hints(call):
        response = caller.call(call.operation, call.parameters)
    app.exit_stack.enter_context(after_sending(response.metadata))
    if call.operation.returns_json:
        caller.close()  # the body has been read
    if response.error:
        app.console.note(response.error)
    return response


def opened_stream(app: App, call: Call) -> "OpenedStream":
    """Open a bidirectional stream. Raises the errors of Caller.open_stream, with hints."""
    with _hints(call):
        return open_caller(app, call).open_stream(call.operation, call.parameters)


@contextmanager
def _hints(call: Call) -> Iterator[None]:
    """Add hints to an error of `call`."""
    try:
        yield
    except (ServiceError, TransportError) as exc:
        from .hints import FailedCall, hints

        size = length(call.parameters.get("Body", b""))
        region = call.settings.region
        exc.add_hints(*hints(FailedCall(exc, call.operation, call.parameters, size, region)))
        raise


def body_format(app: App, call: Call, options: GlobalOptions, plan: Plan | None) -> BodyFormat:
    """The format of the response body. Raises UsageError for invalid options."""
    if not options.formats_body(terminal=is_on_terminal(app.console, plan)):
        return unformatted
    from .response_body import format_of

    return format_of(app, call.config, call.operation.name, options, plan)


def included_head(
    app: App, response: OperationResponse, options: InvokeOptions, plan: Plan | None
) -> bytes:
    """The head of the response, if --include requests it."""
    if not options.include:
        return b""
    from smrt.output.response_head import response_head

    terminal = is_on_terminal(app.console, plan)
    head = (response.status, response.reason, response.headers)
    bold = has_style(app.environ, terminal=terminal)
    return response_head(*head, app.console, terminal=terminal, bold=bold)


def open_caller(app: App, call: Call) -> Caller:
    """A caller with the settings of `call`; it is closed when the command ends."""
    load_credentials = credentials.loader(call.config, call.settings, call.static_credentials)
    caller = Caller(
        call.settings,
        load_credentials,
        _dependencies(app, call),
        service=call.operation.service,
    )
    app.exit_stack.callback(caller.close)
    return caller


def _dependencies(app: App, call: Call) -> Dependencies:
    """Warnings, with --verbose the heads, with --debug all steps of the call, go to stderr."""
    dependencies = _debugging(app, call)
    if not call.verbose:
        return dependencies
    from .wire_log import LoggingTransport

    bold = has_style(app.environ, terminal=app.console.stderr_is_terminal)
    return dependencies._replace(
        transport=lambda settings: LoggingTransport(
            dependencies.transport(settings), app.console.print_stderr, bold=bold
        )
    )


def _debugging(app: App, call: Call) -> Dependencies:
    dependencies = Dependencies(warn=lambda text: app.console.note(f"warning: {text}"))
    if not call.debug:
        return dependencies
    from smrt.client.debug_log import stamped

    trace = stamped(app.console.print_stderr)
    return dependencies._replace(
        trace=trace, transport=lambda settings: HttpTransport(settings, trace)
    )


def s3_connector(
    app: App, config: Config, options: GlobalOptions, static_credentials: Credentials | None = None
) -> ConnectS3:
    """Check the settings for S3, and return a function that connects to it.

    An endpoint URL in `options` is that of S3.

    Raises UsageError and ConfigurationError.
    """
    from smrt.s3 import botocore_client

    resolved = settings(config, options.connection, service="s3")
    load_credentials = credentials.loader(config, resolved, static_credentials)
    if options.debug:
        from smrt.client.debug_log import stamped

        trace = stamped(app.console.print_stderr)
        url = resolved.endpoint_url
        trace(f"S3 endpoint URL {masked_url(url) if url else 'of the region'} ({resolved.region})")
    return lambda: botocore_client.connect(config, resolved, load_credentials)
