"""`smrt wait`: waits for the result of an earlier asynchronous invocation and fetches it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import click

from smrt.cli.operation_command import RowsCommand
from smrt.cli.typed_options import global_options
from smrt.cli.wait_options import wait_options
from smrt.client.caller import MAX_DOCUMENT
from smrt.config import configuration
from smrt.errors import UsageError
from smrt.invoke.invocation import Call, s3_connector
from smrt.invoke.option_table import BODY, METADATA, SHARED, WAIT_TIMEOUT, Row
from smrt.invoke.waiting import WaitOptions, wait
from smrt.output.console import App
from smrt.protocol.json_document import parse_json
from smrt.protocol.messages import Settings
from smrt.s3.async_results import DEFAULT_MAX_WAIT_SECONDS, WAITED_OPERATION, result_locations

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


class WaitCommandOptions(NamedTuple):
    """The options of the command: the result to wait for, and how to wait.

    `locations` are fields of the invocation's response; `source` is a file that contains them.
    """

    wait: WaitOptions
    locations: Mapping[str, str]
    source: str | None = None
    outfile: str | None = None


def gather(ctx: click.Context) -> WaitCommandOptions:
    """The options of the command. Raises UsageError."""
    values = ctx.params
    locations = {"OutputLocation": values[OUTPUT.dest], "FailureLocation": values[FAILURE.dest]}
    options = WaitCommandOptions(
        wait_options(ctx, global_options(ctx)),
        {name: value for name, value in locations.items() if value is not None},
        values[FROM.dest],
        values["outfile"],
    )
    if options.source is None and "OutputLocation" not in options.locations:
        raise UsageError(
            f"the following arguments are required: {OUTPUT.flag}",
            f"or use {FROM.flag} FILE, with the output of invoke-endpoint-async (- for stdin)",
        )
    if options.source is not None and options.locations:
        raise UsageError(f"{FROM.flag} cannot be used with {OUTPUT.flag} or {FAILURE.flag}")
    return options


def run(app: App, options: WaitCommandOptions) -> None:
    """Wait for the result, and write its body and metadata."""
    shared = options.wait.shared
    config = configuration.load(app.environ, shared.profile)
    metadata = options.locations
    if options.source is not None:
        metadata = _response_fields(_read_source(app, options.source))
    result_locations(metadata)
    store = s3_connector(app, config, shared)
    call = Call(WAITED_OPERATION, {}, config, Settings(), options.outfile)
    waiting = wait(app, call, options.wait, store, max_wait_seconds=DEFAULT_MAX_WAIT_SECONDS)
    waiting.announce("waiting for the result in S3")
    waiting.fetch(metadata)


def _read_source(app: App, path: str) -> bytes:
    if path == STDIN:
        return app.console.stdin.read(MAX_DOCUMENT + 1)
    try:
        with open(path, "rb") as file:
            return file.read(MAX_DOCUMENT + 1)
    except OSError as exc:
        raise UsageError(f"{FROM.flag}: cannot read {path}: {exc.strerror}") from exc


def _response_fields(text: bytes) -> dict[str, Any]:
    """The response fields in a JSON document, in the order of the service model."""
    if len(text) > MAX_DOCUMENT:
        raise UsageError(f"{FROM.flag}: larger than {MAX_DOCUMENT >> 20} MiB")
    try:
        document = parse_json(text)
    except ValueError as exc:
        raise UsageError(f"{FROM.flag}: not JSON: {exc}") from exc
    if not isinstance(document, dict) or not document.get("OutputLocation"):
        raise UsageError(
            f"{FROM.flag}: not a JSON object with an OutputLocation",
            "save the output of invoke-endpoint-async with --output json and without --query",
        )
    names = [field.name for field in WAITED_OPERATION.fields]
    return {name: document[name] for name in names if name in document}


_EXAMPLES = (
    (
        "Invoke now, and fetch the result later",
        (
            "smrt invoke-endpoint-async --endpoint-name my-endpoint \\\n"
            "  --data @input.csv > call.json\n"
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
    (OUTPUT, FAILURE, FROM, WAIT_TIMEOUT, METADATA, *BODY, *SHARED),
    gather,
    run,
    text="Wait for the result of an asynchronous invocation and fetch it from S3.",
    fields=WAITED_OPERATION.fields,
    examples=_EXAMPLES,
)
