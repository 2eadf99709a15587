"""`smrt invoke-endpoint-with-response-stream`: the model's answer part by part, as it is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import NamedTuple

import click

from smrt.cli.operation_command import OperationCommand
from smrt.cli.typed_options import invoke_options
from smrt.client.caller import OperationResponse
from smrt.errors import SmrtError
from smrt.invoke.invocation import Call, run_operation, send
from smrt.invoke.metadata import report
from smrt.invoke.option_table import STREAM
from smrt.invoke.options import InvokeOptions
from smrt.output.body import deliver, plan_body
from smrt.output.console import App
from smrt.output.stream_format import StreamFormatOptions, Writing, stream_writing
from smrt.output.stream_stats import StreamStats
from smrt.protocol.messages import INVOKE_READ_TIMEOUT
from smrt.protocol.operations import INVOKE_ENDPOINT_WITH_RESPONSE_STREAM as OPERATION
from smrt.protocol.response_stream import parts
from smrt.protocol.responses import header, response_metadata


class StreamOptions(NamedTuple):
    """The options of the command: those of every call, and how the stream is written."""

    invoke: InvokeOptions
    format: StreamFormatOptions = StreamFormatOptions()
    timings: bool = False


def gather(ctx: click.Context) -> StreamOptions:
    """The options of the command. Raises UsageError."""
    values = ctx.params
    return StreamOptions(
        format=StreamFormatOptions(values["stream"], values["text"], values["chat"]),
        timings=values["timings"],
        invoke=invoke_options(ctx, OPERATION, INVOKE_READ_TIMEOUT),
    )


def run(app: App, options: StreamOptions) -> None:
    """Make the call that the options name."""
    write = stream_writing(options.format)
    run_operation(app, OPERATION, options.invoke, lambda call: _stream(app, call, options, write))


def _stream(app: App, call: Call, options: StreamOptions, write: Writing) -> None:
    """Make the call, write the stream as it comes, then its metadata; or show the request."""
    plan = plan_body(call.outfile)
    metadata = report(
        app,
        call,
        options.invoke.shared,
        stdout_is_free=plan is not None or options.invoke.is_preview,
        answer=plan,
        is_requested=options.timings,
    )
    if options.invoke.is_preview:
        from smrt.invoke.preview import show_preview

        show_preview(app, call, options.invoke, metadata)
        return
    tally = StreamStats(monotonic)
    reply = send(app, call)
    with _counted(app, tally), reply.body:
        deliver(
            write(tally.counted_chunks(_parts(reply)), tally, app.console),
            app.console,
            plan=plan,
            request_id=header(reply.headers, "x-amzn-RequestId"),
            keep=True,
            text=options.format.is_text,
        )
    timings = {"Timings": tally.timings()} if options.timings else {}
    metadata.tell({**reply.metadata, **timings})


@contextmanager
def _counted(app: App, tally: StreamStats) -> Iterator[None]:
    """End what is written with a whole line; a failure says how much came before it."""
    try:
        yield
    except SmrtError as exc:
        exc.add_hints(tally.so_far())
        raise
    finally:
        app.console.end_line()


def _parts(reply: OperationResponse) -> Iterator[bytes]:
    about = response_metadata(reply.status, reply.headers, reply.retries)
    return parts(reply.body.chunks(), about)


_EXAMPLES = (
    (
        "Print the text of a language model as it is generated",
        (
            "smrt invoke-endpoint-with-response-stream --endpoint-name my-llm \\\n"
            "  --content-type application/json --body fileb://prompt.json --chat"
        ),
    ),
    (
        "Print the data of each server-sent event on a line",
        (
            "smrt invoke-endpoint-with-response-stream --endpoint-name my-llm \\\n"
            "  --content-type application/json --body fileb://prompt.json --stream sse"
        ),
    ),
    (
        "Save the raw stream, and print the metadata with the time to first byte",
        (
            "smrt invoke-endpoint-with-response-stream --endpoint-name my-llm \\\n"
            "  --content-type application/json --body fileb://prompt.json \\\n"
            "  --timings stream.txt"
        ),
    ),
)
command = OperationCommand(
    OPERATION,
    STREAM,
    gather,
    run,
    read_timeout=INVOKE_READ_TIMEOUT,
    examples=_EXAMPLES,
)
