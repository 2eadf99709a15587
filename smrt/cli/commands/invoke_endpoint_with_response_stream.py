"""`smrt invoke-endpoint-with-response-stream`: the model's answer part by part, as it is made."""

from collections.abc import Iterator, Mapping
from time import monotonic
from typing import Any

import click

from smrt.cli.operation_command import OperationCommand
from smrt.client.caller import Reply
from smrt.errors import SmrtError
from smrt.invoke.invocation import perform, prepare
from smrt.invoke.metadata import report
from smrt.invoke.option_table import STREAM
from smrt.output import outfile
from smrt.output.body import STDOUT, deliver
from smrt.output.console import App
from smrt.output.stream_format import is_text_stream, stream_writing
from smrt.output.stream_stats import Tally
from smrt.protocol.messages import INVOKE_READ_TIMEOUT
from smrt.protocol.operations import INVOKE_ENDPOINT_WITH_RESPONSE_STREAM
from smrt.protocol.response_stream import parts
from smrt.protocol.responses import header, response_metadata


@click.pass_obj
def run(app: App, /, **given: Any) -> None:
    """Make the call, write the parts of its answer as they come and tell its metadata."""
    write = stream_writing(given)
    call = prepare(app, INVOKE_ENDPOINT_WITH_RESPONSE_STREAM, given, INVOKE_READ_TIMEOUT)
    path = call.outfile
    plan = None if path is None or path == STDOUT else outfile.plan(path)
    free = plan is not None or given["generate_cli_skeleton"] is not None
    told = report(app, call, given, answer=plan, stdout_is_free=free)
    tally = Tally(monotonic)
    reply = perform(app, call, given, told.tell)
    if reply is None:
        return
    try:
        with reply.body:
            pieces = write(tally.parts_of(_parts(reply)), tally, app.console)
            request_id = header(reply.headers, "x-amzn-RequestId")
            deliver(
                pieces,
                app.console,
                plan=plan,
                request_id=request_id,
                keep=True,
                text=is_text_stream(given),
            )
    except SmrtError as exc:
        exc.add_hints(tally.so_far())
        raise
    finally:
        app.console.end_line()
    told.tell(_metadata(reply.metadata, tally, given))


def _parts(reply: Reply) -> Iterator[bytes]:
    about = response_metadata(reply.status, reply.headers, reply.retries)
    return parts(reply.body.pieces(), about)


def _metadata(
    metadata: Mapping[str, Any], tally: Tally, given: Mapping[str, Any]
) -> Mapping[str, Any]:
    return {**metadata, "Timings": tally.timings()} if given["timings"] else metadata


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
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
    STREAM,
    run,
    read_timeout=INVOKE_READ_TIMEOUT,
    examples=_EXAMPLES,
)
