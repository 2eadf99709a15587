"""`smrt invoke-endpoint-async`: queue a request on an asynchronous endpoint."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from smrt.cli.operation_command import OperationCommand
from smrt.errors import SmrtError, UsageError
from smrt.invoke.invocation import Call, perform, prepare, storage
from smrt.invoke.metadata import report
from smrt.invoke.option_table import METADATA, STAGE, WAIT, WAIT_TIMEOUT
from smrt.output.console import App
from smrt.protocol.operations import INVOKE_ENDPOINT_ASYNC

if TYPE_CHECKING:
    from smrt.invoke.waiting import Wait
    from smrt.s3.objects import S3

    Storage = Callable[[], S3]


@click.pass_obj
def run(app: App, /, **given: Any) -> None:
    """Make the call and tell where the answer will be; or wait for it, and bring it."""
    call = prepare(app, INVOKE_ENDPOINT_ASYNC, given)
    if given["wait"] or given["wait_timeout"] is not None or given["stage"] is not None:
        _run_with_s3(app, call, given)
        return
    told = report(app, call, given)
    reply = perform(app, call, given, told.tell)
    if reply is not None:
        told.tell(reply.metadata)


def _run_with_s3(app: App, call: Call, given: dict[str, Any]) -> None:
    from functools import cache
    from time import monotonic

    if not given["wait"] and given["wait_timeout"] is not None:
        raise UsageError(f"{WAIT_TIMEOUT.flag} goes with {WAIT.flag}")
    store = cache(storage(app, call.config, given))
    waits = _wait(app, call, given, store) if given["wait"] else None
    told = waits.report if waits else report(app, call, given)
    if waits and _is_sent(given):
        waits.connect()
    call, kept = _stage(app, call, given, store)
    begun = monotonic()
    try:
        reply = perform(app, call, given, told.tell)
    except SmrtError as exc:
        exc.add_hints(*kept)
        raise
    except BaseException:
        for line in kept:
            app.console.note(line)
        raise
    if reply is not None and waits:
        waits.bring(reply.metadata, begun)
    elif reply is not None:
        told.tell(reply.metadata)


def _is_sent(given: dict[str, Any]) -> bool:
    return not given["dry_run"] and given["generate_cli_skeleton"] is None


def _wait(app: App, call: Call, given: dict[str, Any], store: "Storage") -> "Wait":
    """The wait; the address of the runtime is not one of S3, and so is not part of its line."""
    from smrt.invoke.waiting import wait
    from smrt.s3.async_results import max_wait_seconds

    given = {**given, "endpoint_url": None}
    limit = max_wait_seconds(call.parameters)
    return wait(app, call, given, store, patience=limit, stdout_is_free=not _is_sent(given))


def _stage(
    app: App, call: Call, given: dict[str, Any], store: "Storage"
) -> tuple[Call, tuple[str, ...]]:
    """The call that names its input in S3, where it is now; and where that is, as a hint."""
    if given["stage"] is None:
        return call, ()
    from contextlib import closing

    from smrt.invoke.s3_upload import staged
    from smrt.output.progress import progress

    made = staged(call, given["stage"])
    if not _is_sent(given):
        return made.call, ()
    with closing(store()) as storage, progress(app.console, f"uploading to {made.place}"):
        made.upload(storage)
    return made.call, (f"the input is kept: --input-location {made.place}",)


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
            "  --content-type text/csv --body fileb://input.csv --wait output.csv"
        ),
    ),
    (
        "Upload a large input to S3, and wait for up to 10 minutes",
        (
            "smrt invoke-endpoint-async --endpoint-name my-endpoint \\\n"
            "  --content-type text/csv --body fileb://input.csv \\\n"
            "  --stage s3://my-bucket/inputs --wait --wait-timeout 600 output.csv"
        ),
    ),
)
command = OperationCommand(
    INVOKE_ENDPOINT_ASYNC,
    (METADATA, WAIT, WAIT_TIMEOUT, STAGE),
    run,
    outfile_with=WAIT.flag,
    examples=_EXAMPLES,
)
