"""From what stood on the command line to a call that is ready to be made."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from smrt.client.caller import Caller, Reply
from smrt.client.dependencies import Dependencies
from smrt.client.payload import length
from smrt.config import configuration, credentials
from smrt.config.configuration import Config
from smrt.config.settings import check_endpoint_option, settings, timeout
from smrt.errors import ServiceError, TransportError, after_sending
from smrt.output.console import App, check_encoding
from smrt.protocol.messages import DEFAULT_TIMEOUT, Settings, veiled
from smrt.protocol.operations import Operation
from smrt.protocol.urls import shown
from smrt.transport.pool import HttpTransport

from .inputs import SKELETONS, gather

if TYPE_CHECKING:
    from smrt.s3.objects import S3


class Call(NamedTuple):
    """A call that is ready: what to call, with what, and what is configured.

    `outfile` is the path for the answer's body, None where the command line names none.
    """

    operation: Operation
    parameters: dict[str, Any]
    config: Config
    settings: Settings
    outfile: str | None = None

    def __repr__(self) -> str:
        return veiled(self, "parameters")

    def client(self, world: Dependencies) -> Caller:
        """The client that makes this call in `world`."""
        return Caller(self.settings, credentials.source(self.config, self.settings), world)


def prepare(
    app: App,
    operation: Operation,
    given: Mapping[str, Any],
    read_timeout: float = DEFAULT_TIMEOUT,
) -> Call:
    """The call that the options `given` ask for; `read_timeout` where they name none.

    Raises UsageError and ConfigurationError in the order in which AWS CLI finds such things, and
    click's Exit where a skeleton was asked for, which is printed.
    """
    if given["query"] is not None:
        from smrt.output import query

        query.compile(given["query"], run=False)
    check_endpoint_option(given["endpoint_url"])
    timeout("read", given["cli_read_timeout"])
    timeout("connect", given["cli_connect_timeout"])
    check_encoding(app.environ)
    found = configuration.load(app.environ, given["profile"])
    inputs = gather(
        app, operation, given, configuration.binary_format(found, given["cli_binary_format"])
    )
    if given["generate_cli_skeleton"] in SKELETONS:
        from smrt.protocol import skeleton

        kind = given["generate_cli_skeleton"]
        text = skeleton.input_json if kind == "input" else skeleton.input_yaml
        app.console.show([text(operation)])
        raise click.exceptions.Exit(0)
    if not given["no_sign_request"]:
        credentials.static(found)  # AWS CLI tells of incomplete keys before a missing region
    resolved = settings(
        found,
        endpoint_url=given["endpoint_url"],
        retry_timeouts=given["retry_timeouts"],
        wait_ready=given["wait_ready"],
        **_connection(given, read_timeout),
    )
    if given["debug"]:
        _explain(app, found, resolved, given)
    if inputs.flaw is not None:
        raise inputs.flaw
    return Call(operation, inputs.values, found, resolved, inputs.outfile)


def storage(
    app: App, found: Config, given: Mapping[str, Any], *, endpoint_url: str | None = None
) -> "Callable[[], S3]":
    """What connects to S3, judged already; `endpoint_url` is an option that is meant for S3.

    Raises UsageError and ConfigurationError.
    """
    from smrt.s3 import botocore_client as s3_client

    options = _connection(given, DEFAULT_TIMEOUT)
    resolved = settings(found, endpoint_url=endpoint_url, service="s3", **options)
    keys = credentials.source(found, resolved)
    if given["debug"]:
        from smrt.client.debug_log import stamped

        trace = stamped(app.console.say)
        url = resolved.endpoint_url
        trace(f"S3 at {shown(url) if url else 'the address of the region'} ({resolved.region})")
    return lambda: s3_client.connect(found, resolved, keys)


def _connection(given: Mapping[str, Any], read_timeout: float) -> dict[str, Any]:
    """The options that are settings; `read_timeout` where they name none."""
    named = given["cli_read_timeout"]
    return {
        "region": given["region"],
        "sign": not given["no_sign_request"],
        "verify": not given["no_verify_ssl"],
        "ca_bundle": given["ca_bundle"],
        "connect_timeout": given["cli_connect_timeout"],
        "read_timeout": read_timeout if named is None else named,
    }


def perform(
    app: App, call: Call, given: Mapping[str, Any], told: Callable[[Mapping[str, Any]], None]
) -> Reply | None:
    """Make the call; None where it was only to be shown: its request, or a sample of its answer.

    Raises what the client raises, with remedies.
    """
    client = call.client(_world(app, given))
    app.held.callback(client.close)
    if given["generate_cli_skeleton"] is not None:
        from smrt.protocol import skeleton

        client.request(call.operation, call.parameters)
        told(skeleton.output_json(call.operation))
        return None
    if given["dry_run"]:
        from . import dry_run

        app.console.show(dry_run.request_text(client, call.operation, call.parameters))
        return None
    try:
        reply = client.call(call.operation, call.parameters)
    except (ServiceError, TransportError) as exc:
        from .hints import FailedCall, hints

        size = length(call.parameters.get("Body", b""))
        region = client.settings.region
        exc.add_hints(*hints(FailedCall(exc, call.operation, call.parameters, size, region)))
        raise
    app.held.enter_context(after_sending(reply.metadata))
    if call.operation.answers_in_json:
        client.close()  # nothing is left to be read
    if reply.flaw:
        app.console.note(reply.flaw)
    return reply


def _explain(app: App, found: Config, resolved: Settings, given: Mapping[str, Any]) -> None:
    from smrt.client.debug_log import stamped
    from smrt.config.origins import origins

    trace = stamped(app.console.say)
    for line in origins(found, resolved, given):
        trace(line)


def _world(app: App, given: Mapping[str, Any]) -> Dependencies:
    """Warnings go to standard error, and with --debug everything else that happens."""
    world = Dependencies(warn=lambda text: app.console.note(f"warning: {text}"))
    if not given["debug"]:
        return world
    from smrt.client.debug_log import stamped

    trace = stamped(app.console.say)
    return world._replace(trace=trace, transport=lambda found: HttpTransport(found, trace))
