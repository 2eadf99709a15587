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


_EXAMPLES = (
    (
        "Send a file and print the response",
        (
            "smrt invoke-endpoint --endpoint-name my-endpoint \\\n"
            "  --content-type text/csv --body fileb://input.csv"
        ),
    ),
    (
        "Send JSON from the command line",
        (
            "smrt invoke-endpoint --endpoint-name my-endpoint \\\n"
            "  --content-type application/json --cli-binary-format raw-in-base64-out \\\n"
            "  --body '{\"instances\": [[5.1, 3.5, 1.4, 0.2]]}'"
        ),
    ),
    (
        "Send standard input, save the response and print the metadata",
        (
            "cat photo.jpg | smrt invoke-endpoint --endpoint-name my-endpoint \\\n"
            "  --content-type image/jpeg --body - labels.json"
        ),
    ),
    (
        "Invoke one model of a multi-model endpoint, and retry while it loads",
        (
            "smrt invoke-endpoint --endpoint-name my-endpoint \\\n"
            "  --target-model model-1.tar.gz --wait-ready 600 \\\n"
            "  --content-type text/csv --body fileb://input.csv"
        ),
    ),
)
command = OperationCommand(
    INVOKE_ENDPOINT,
    (METADATA,),
    run,
    read_timeout=INVOKE_READ_TIMEOUT,
    examples=_EXAMPLES,
)
