"""`smrt invoke-endpoint-async`: queues a request on an asynchronous endpoint."""

from typing import TYPE_CHECKING, NamedTuple

import click

from smrt.cli.operation_command import OperationCommand
from smrt.cli.typed_options import invoke_options
from smrt.errors import UsageError
from smrt.invoke.invocation import Call, run_operation, send
from smrt.invoke.metadata import report
from smrt.invoke.option_table import BODY, BODY_QUERY, METADATA, STAGE, WAIT, WAIT_TIMEOUT
from smrt.invoke.options import InvokeOptions
from smrt.output.console import App
from smrt.protocol.operations import INVOKE_ENDPOINT_ASYNC

if TYPE_CHECKING:
    from smrt.invoke.waiting import WaitOptions


class AsyncOptions(NamedTuple):
    """The options of the command; `wait` is None without --wait.

    `stage` is the S3 URI of the folder to which the input is uploaded.
    """

    invoke: InvokeOptions
    wait: "WaitOptions | None" = None
    stage: str | None = None


def gather(ctx: click.Context) -> AsyncOptions:
    """The options of the command. Raises UsageError."""
    invoke = invoke_options(ctx, INVOKE_ENDPOINT_ASYNC)
    return AsyncOptions(invoke, _wait_options(ctx, invoke), ctx.params[STAGE.dest])


def _wait_options(ctx: click.Context, invoke: InvokeOptions) -> "WaitOptions | None":
    """The wait options, without the endpoint URL: it is that of the runtime, not of S3."""
    if ctx.params[WAIT.dest]:
        from smrt.cli.wait_options import wait_options

        return wait_options(ctx, invoke.shared, excluded=("--endpoint-url",))
    for row in (WAIT_TIMEOUT, BODY_QUERY):
        if ctx.params[row.dest] is not None:
            raise UsageError(f"{row.flag} requires {WAIT.flag}")
    return None


def run(app: App, options: AsyncOptions) -> None:
    """Make the call that the options describe."""
    queue = _queue if options.wait is None and options.stage is None else _queue_with_s3
    run_operation(
        app, INVOKE_ENDPOINT_ASYNC, options.invoke, lambda call: queue(app, call, options)
    )


def _queue(app: App, call: Call, options: AsyncOptions) -> None:
    """Queue the request and print the location of its result."""
    metadata = report(app, call, options.invoke.shared)
    if options.invoke.is_preview:
        from smrt.invoke.preview import show_preview

        show_preview(app, call, options.invoke, metadata)
    else:
        metadata.write(send(app, call).metadata)


def _queue_with_s3(app: App, call: Call, options: AsyncOptions) -> None:
    from smrt.invoke.s3_invocation import queue_with_s3

    queue_with_s3(app, call, options.invoke, wait_options=options.wait, upload_prefix=options.stage)


_EXAMPLES = (
    (
        "Queue an input that is in S3 already",
        (
            "smrt invoke-endpoint-async --endpoint-name my-endpoint \\\n"
            "  --content-type text/csv --input-location s3://my-bucket/input.csv"
        ),
    ),
    (
        "Send a small input, wait for the result and save it",
        (
            "smrt invoke-endpoint-async --endpoint-name my-endpoint \\\n"
            "  --data @input.csv --wait output.csv"
        ),
    ),
    (
        "Upload a large input to S3, and wait for up to 10 minutes",
        (
            "smrt invoke-endpoint-async --endpoint-name my-endpoint \\\n"
            "  --data @input.csv --stage s3://my-bucket/inputs \\\n"
            "  --wait --wait-timeout 600 output.csv"
        ),
    ),
)
command = OperationCommand(
    INVOKE_ENDPOINT_ASYNC,
    (METADATA, *BODY, WAIT, WAIT_TIMEOUT, STAGE),
    gather,
    run,
    outfile_with=WAIT.flag,
    examples=_EXAMPLES,
)
