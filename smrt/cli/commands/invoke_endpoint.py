"""`smrt invoke-endpoint`: sends input to an endpoint and writes the model's response."""

import click

from smrt.cli.operation_command import OperationCommand
from smrt.cli.typed_options import invoke_options
from smrt.invoke.invocation import Call, body_format, included_head, run_operation, send
from smrt.invoke.metadata import report
from smrt.invoke.option_table import BODY, INCLUDE, METADATA
from smrt.invoke.options import InvokeOptions
from smrt.output.body import deliver, plan_body
from smrt.output.console import App
from smrt.protocol.messages import INVOKE_READ_TIMEOUT
from smrt.protocol.operations import INVOKE_ENDPOINT
from smrt.protocol.responses import header


def gather(ctx: click.Context) -> InvokeOptions:
    """The options of the command. Raises UsageError."""
    return invoke_options(ctx, INVOKE_ENDPOINT, INVOKE_READ_TIMEOUT)


def run(app: App, options: InvokeOptions) -> None:
    """Make the call that the options describe."""
    run_operation(app, INVOKE_ENDPOINT, options, lambda call: _invoke(app, call, options))


def _invoke(app: App, call: Call, options: InvokeOptions) -> None:
    """Make the call and write the response body and the metadata; or preview the request."""
    plan = plan_body(call.outfile)
    free = plan is not None or options.is_preview
    metadata = report(app, call, options.shared, stdout_is_free=free, body_plan=plan)
    if options.is_preview:
        from smrt.invoke.preview import show_preview

        show_preview(app, call, options, metadata)
        return
    format_ = body_format(app, call, options.shared, plan)
    response = send(app, call)
    with response.body as body:
        request_id = header(response.headers, "x-amzn-RequestId")
        deliver(
            format_(body.chunks(), request_id),
            app.console,
            plan=plan,
            request_id=request_id,
            head=included_head(app, response, options, plan),
        )
    metadata.write(response.metadata)


_EXAMPLES = (
    (
        "Send a file and print the response",
        ("smrt invoke-endpoint --endpoint-name my-endpoint --data @input.csv"),
    ),
    (
        "Send JSON from the command line",
        (
            "smrt invoke-endpoint --endpoint-name my-endpoint \\\n"
            "  --json '{\"instances\": [[5.1, 3.5, 1.4, 0.2]]}'"
        ),
    ),
    (
        "Send standard input, save the response and print the metadata",
        (
            "cat photo.jpg | smrt invoke-endpoint --endpoint-name my-endpoint \\\n"
            "  --content-type image/jpeg --data @- labels.json"
        ),
    ),
    (
        "Invoke one model of a multi-model endpoint, and retry while it loads",
        (
            "smrt invoke-endpoint --endpoint-name my-models \\\n"
            "  --target-model season-3.tar.gz --wait-ready 600 --data @input.csv"
        ),
    ),
)
command = OperationCommand(
    INVOKE_ENDPOINT,
    (METADATA, INCLUDE, *BODY),
    gather,
    run,
    read_timeout=INVOKE_READ_TIMEOUT,
    examples=_EXAMPLES,
)
