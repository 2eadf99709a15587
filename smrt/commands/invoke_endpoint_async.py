"""`smrt invoke-endpoint-async`: queue a request on an asynchronous endpoint."""

from typing import Any

import click

from smrt.invocation import perform, prepare
from smrt.operations import INVOKE_ENDPOINT_ASYNC
from smrt.options import METADATA, App, OperationCommand
from smrt.report import report


@click.pass_obj
def run(app: App, /, **given: Any) -> None:
    """Make the call and tell where the answer will be."""
    call = prepare(app, INVOKE_ENDPOINT_ASYNC, given)
    told = report(app, call, given)
    reply = perform(app, call, given, told.tell)
    if reply is not None:
        told.tell(reply.metadata)


_EXAMPLE = (
    "see the request that would be sent",
    (
        "smrt local run -- smrt invoke-endpoint-async --endpoint-name queue \\\n"
        "  --input-location s3://bucket/in.csv --content-type text/csv --dry-run"
    ),
)
command = OperationCommand(
    INVOKE_ENDPOINT_ASYNC,
    (METADATA,),
    run,
    outfile=False,
    example=_EXAMPLE,
)
