"""`smrt invoke-endpoint-with-response-stream`: writes the response while it is generated."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import NamedTuple

import click

from smrt.cli.operation_command import OperationCommand
from smrt.cli.typed_options import invoke_options
from smrt.client.caller import OperationResponse
from smrt.errors import SmrtError, UsageError
from smrt.invoke.invocation import Call, included_head, run_operation, send
from smrt.invoke.metadata import report
from smrt.invoke.option_table import BODY_QUERY, STREAM
from smrt.invoke.options import InvokeOptions
from smrt.output.body import deliver, plan_body
from smrt.output.console import App
from smrt.output.generated_text import NO_MATCH
from smrt.output.stream_format import StreamFormatOptions, StreamFormatter, stream_formatter
from smrt.output.stream_stats import StreamStats
from smrt.protocol.messages import INVOKE_READ_TIMEOUT
from smrt.protocol.operations import INVOKE_ENDPOINT_WITH_RESPONSE_STREAM as OPERATION
from smrt.protocol.response_stream import parts
from smrt.protocol.responses import header, response_metadata


class StreamOptions(NamedTuple):
    """The options of the command: those of every call, and the format of the stream."""

    invoke: InvokeOptions
    format: StreamFormatOptions = StreamFormatOptions()
    timings: bool = False


def gather(ctx: click.Context) -> StreamOptions:
    """The options of the command. Raises UsageError."""
    values = ctx.params
    if values[BODY_QUERY.dest] is not None:
        raise UsageError(
            f"{BODY_QUERY.flag} needs a whole response, not a stream",
            "use --text JMESPATH, which selects from each event",
        )
    return StreamOptions(
        format=StreamFormatOptions(values["stream"], values["text"], values["chat"]),
        timings=values["timings"],
        invoke=invoke_options(ctx, OPERATION, INVOKE_READ_TIMEOUT),
    )


def run(app: App, options: StreamOptions) -> None:
    """Make the call that the options describe."""
    write = stream_formatter(options.format)
    run_operation(app, OPERATION, options.invoke, lambda call: _stream(app, call, options, write))


def _stream(app: App, call: Call, options: StreamOptions, write: StreamFormatter) -> None:
    """Make the call, write the stream as it arrives, then the metadata; or preview the request."""
    plan = plan_body(call.outfile)
    metadata = report(
        app,
        call,
        options.invoke.shared,
        stdout_is_free=plan is not None or options.invoke.is_preview,
        body_plan=plan,
        is_requested=options.timings,
    )
    if options.invoke.is_preview:
        from smrt.invoke.preview import show_preview

        show_preview(app, call, options.invoke, metadata)
        return
    stats = StreamStats(monotonic)
    response = send(app, call)
    with _complete_output(app, stats), response.body:
        deliver(
            write(stats.counted_chunks(_chunks(response)), stats, app.console),
            app.console,
            plan=plan,
            request_id=header(response.headers, "x-amzn-RequestId"),
            save_partial=True,
            text=options.format.is_text,
            head=included_head(app, response, options.invoke, plan),
        )
    timings = {"Timings": stats.timings()} if options.timings else {}
    metadata.write({**response.metadata, **timings})


@contextmanager
def _complete_output(app: App, stats: StreamStats) -> Iterator[None]:
    """End the output with a newline; add the statistics so far to an error."""
    try:
        yield
    except SmrtError as exc:
        if exc.code != NO_MATCH:
            exc.add_hints(stats.so_far())
        raise
    finally:
        app.console.end_line()


def _chunks(response: OperationResponse) -> Iterator[bytes]:
    metadata = response_metadata(response.status, response.headers, response.retries)
    return parts(response.body.chunks(), metadata)


_EXAMPLES = (
    (
        "Print the text of a language model as it is generated",
        (
            "smrt invoke-endpoint-with-response-stream --endpoint-name my-llm \\\n"
            "  --json @prompt.json --chat"
        ),
    ),
    (
        "Print the data of each server-sent event on a line",
        (
            "smrt invoke-endpoint-with-response-stream --endpoint-name my-llm \\\n"
            "  --json @prompt.json --stream sse"
        ),
    ),
    (
        "Save the raw stream, and print the metadata with the time to first byte",
        (
            "smrt invoke-endpoint-with-response-stream --endpoint-name my-llm \\\n"
            "  --json @prompt.json --timings stream.txt"
        ),
    ),
)
command = OperationCommand(
    OPERATION,
    (*STREAM, BODY_QUERY._replace(group="")),
    gather,
    run,
    read_timeout=INVOKE_READ_TIMEOUT,
    examples=_EXAMPLES,
)
