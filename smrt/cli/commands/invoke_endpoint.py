"""`smrt invoke-endpoint`: send input to an endpoint and get the model's answer."""

from typing import Any

import click

from smrt.cli.operation_command import OperationCommand
from smrt.invoke.invocation import perform, prepare
from smrt.invoke.metadata import report
from smrt.invoke.option_table import METADATA
from smrt.output import outfile
from smrt.output.body import STDOUT, deliver
from smrt.output.console import App
from smrt.protocol.messages import INVOKE_READ_TIMEOUT
from smrt.protocol.operations import INVOKE_ENDPOINT
from smrt.protocol.responses import header


@click.pass_obj
def run(app: App, /, **given: Any) -> None:
    """Make the call, deliver its answer and tell its metadata."""
    call = prepare(app, INVOKE_ENDPOINT, given, INVOKE_READ_TIMEOUT)
    path = call.outfile
    plan = None if path is None or path == STDOUT else outfile.plan(path)
    free = plan is not None or given["generate_cli_skeleton"] is not None
    told = report(app, call, given, answer=plan, stdout_is_free=free)
    reply = perform(app, call, given, told.tell)
    if reply is None:
        return
    with reply.body as body:
        request_id = header(reply.headers, "x-amzn-RequestId")
        deliver(body.pieces(), app.console, plan=plan, request_id=request_id)
    told.tell(reply.metadata)


_EXAMPLE = (
    "call an endpoint on this machine, which answers with what it is sent",
    (
        "smrt local run -- smrt invoke-endpoint --endpoint-name echo \\\n"
        "  --cli-binary-format raw-in-base64-out --body 'Hello, endpoint!'"
    ),
)
command = OperationCommand(
    INVOKE_ENDPOINT,
    (METADATA,),
    run,
    read_timeout=INVOKE_READ_TIMEOUT,
    example=_EXAMPLE,
)
