"""`smrt wait`: wait for the answer to an asynchronous call that was made before, and fetch it."""

import json
from typing import Any

import click

from smrt.cli.operation_command import RowsCommand
from smrt.config import configuration
from smrt.errors import UsageError
from smrt.invoke.invocation import Call, storage
from smrt.invoke.option_table import METADATA, SHARED, WAIT_TIMEOUT, Row
from smrt.invoke.waiting import wait
from smrt.output.console import App
from smrt.protocol.messages import Settings
from smrt.s3.async_results import DEFAULT_MAX_WAIT_SECONDS, FOLLOWED, places

STDIN = "-"
OUTPUT = Row("--output-location", "output_location", "S3 URI of the result.", "request", "S3_URI")
FAILURE = Row(
    "--failure-location",
    "failure_location",
    "S3 URI of the error, if the model fails.",
    "request",
    "S3_URI",
)
FROM = Row(
    "--from",
    "source",
    "Read both locations from the JSON that invoke-endpoint-async printed; - for standard input.",
    "request",
    "FILE",
)


@click.pass_obj
def run(app: App, /, **given: Any) -> None:
    """Wait, deliver the answer and tell its metadata."""
    found = configuration.load(app.environ, given["profile"])
    metadata = _metadata(app, given)
    places(metadata)
    store = storage(app, found, given, endpoint_url=given["endpoint_url"])
    call = Call(FOLLOWED, {}, found, Settings(), given["outfile"])
    wait(app, call, given, store, patience=DEFAULT_MAX_WAIT_SECONDS).bring(metadata)


def _metadata(app: App, given: dict[str, Any]) -> dict[str, Any]:
    """What the call told, or what the options name of it."""
    named = {"OutputLocation": given[OUTPUT.dest], "FailureLocation": given[FAILURE.dest]}
    options = {name: value for name, value in named.items() if value is not None}
    if given[FROM.dest] is None:
        if "OutputLocation" not in options:
            raise UsageError(
                f"the following arguments are required: {OUTPUT.flag}",
                f"or {FROM.flag} FILE, with what invoke-endpoint-async printed; - is stdin",
            )
        return options
    if options:
        raise UsageError(f"{FROM.flag} takes the place of {OUTPUT.flag} and {FAILURE.flag}")
    return _reply_fields(_text(app, given[FROM.dest]))


def _text(app: App, path: str) -> bytes:
    if path == STDIN:
        return app.console.stdin.read()
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as exc:
        raise UsageError(f"{FROM.flag}: {path} cannot be read: {exc.strerror}") from exc


def _reply_fields(text: bytes) -> dict[str, Any]:
    """The fields of the reply that are there, in their order."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise UsageError(f"{FROM.flag}: not JSON: {exc}") from exc
    if not isinstance(document, dict) or not document.get("OutputLocation"):
        raise UsageError(
            f"{FROM.flag}: no object with OutputLocation in it",
            "it takes what invoke-endpoint-async prints with --output json and no --query",
        )
    names = [field.name for field in FOLLOWED.fields]
    return {name: document[name] for name in names if name in document}


_EXAMPLES = (
    (
        "Invoke now, and fetch the result later",
        (
            "smrt invoke-endpoint-async --endpoint-name my-endpoint \\\n"
            "  --content-type text/csv --body fileb://input.csv > call.json\n"
            "smrt wait --from call.json output.csv"
        ),
    ),
    (
        "Fetch a result by its S3 URIs",
        (
            "smrt wait --output-location s3://my-bucket/output/1.out \\\n"
            "  --failure-location s3://my-bucket/failure/1.out output.csv"
        ),
    ),
    (
        "Check once whether the result is there",
        "smrt wait --output-location s3://my-bucket/output/1.out --wait-timeout 0",
    ),
)
command = RowsCommand(
    "wait",
    (OUTPUT, FAILURE, FROM, WAIT_TIMEOUT, METADATA, *SHARED),
    run,
    text="Wait for the result of an asynchronous invocation and fetch it from S3.",
    examples=_EXAMPLES,
)
