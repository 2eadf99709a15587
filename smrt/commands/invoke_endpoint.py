"""`smrt invoke-endpoint`: send input to an endpoint and get the model's answer."""

from typing import Any

import click

from smrt import outfile
from smrt.delivery import STDOUT, deliver
from smrt.errors import ServiceError
from smrt.invocation import prepare
from smrt.message import INVOKE_READ_TIMEOUT
from smrt.operations import INVOKE_ENDPOINT
from smrt.options import METADATA, App, OperationCommand
from smrt.replies import header
from smrt.report import report


@click.pass_obj
def run(app: App, /, **given: Any) -> None:
    """Make the call, deliver its answer and tell its metadata."""
    path = None if given["outfile"] in (None, STDOUT) else given["outfile"]
    call = prepare(app, INVOKE_ENDPOINT, given, INVOKE_READ_TIMEOUT)
    client = call.client()
    if given["dry_run"]:
        from smrt import preview

        app.console.show(preview.text(client, call.operation, call.parameters))
        return
    plan = None if path is None else outfile.plan(path)
    told = report(app, call.operation, given, call.config, stdout_is_free=path is not None)
    try:
        reply = client.call(call.operation, call.parameters)
    except ServiceError as exc:
        from smrt import remedies

        exc.hints += remedies.remedies(exc, call.operation, call.parameters)
        raise
    with reply.body as body:
        request_id = header(reply.headers, "x-amzn-RequestId")
        deliver(body.pieces(), app.console, plan=plan, request_id=request_id)
    told.tell(reply.metadata)


command = OperationCommand(INVOKE_ENDPOINT, (METADATA,), run)
