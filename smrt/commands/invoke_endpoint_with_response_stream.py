"""`smrt invoke-endpoint-with-response-stream`: the model's answer part by part, as it is made."""

from collections.abc import Iterator, Mapping
from time import monotonic
from typing import Any

import click

from smrt import outfile
from smrt.app import App
from smrt.caller import Reply
from smrt.delivery import STDOUT, deliver
from smrt.errors import SmrtError
from smrt.events import parts
from smrt.invocation import perform, prepare
from smrt.message import INVOKE_READ_TIMEOUT
from smrt.operations import INVOKE_ENDPOINT_WITH_RESPONSE_STREAM
from smrt.options import OperationCommand
from smrt.replies import header, response_metadata
from smrt.report import report
from smrt.rows import STREAM
from smrt.tally import Tally
from smrt.writing import is_text, writing


@click.pass_obj
def run(app: App, /, **given: Any) -> None:
    """Make the call, write the parts of its answer as they come and tell its metadata."""
    write = writing(given)
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
                text=is_text(given),
            )
    except SmrtError as exc:
        exc.hints += (tally.so_far(),)
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


_EXAMPLE = (
    "read an answer in parts, from an endpoint on this machine",
    (
        "smrt local run -- smrt invoke-endpoint-with-response-stream \\\n"
        "  --endpoint-name echo --body aGVsbG8="
    ),
)
command = OperationCommand(
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
    STREAM,
    run,
    read_timeout=INVOKE_READ_TIMEOUT,
    example=_EXAMPLE,
)
