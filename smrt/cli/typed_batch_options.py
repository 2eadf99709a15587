"""The options of `smrt batch`, validated and typed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import click

from smrt.batching.batch_options import STANDARD_STREAM, BatchOptions, ErrorLimit, is_s3
from smrt.batching.job.outcomes import InDoubt
from smrt.batching.records.data_options import DataOptions
from smrt.errors import UsageError
from smrt.invoke.options import GlobalOptions, InvokeOptions
from smrt.output.stream_format import StreamFormatOptions
from smrt.protocol.messages import INVOKE_READ_TIMEOUT, masked_repr
from smrt.protocol.operations import INVOKE_ENDPOINT, INVOKE_ENDPOINT_ASYNC
from smrt.protocol.parameters import integer

from .typed_options import global_options

WAIT_READY = "600"
LEASE = 60.0
_UNITS = {"K": 1 << 10, "M": 1 << 20}


class BatchCommandOptions(NamedTuple):
    """The options of the command. `status` and `stop` are folders of jobs."""

    shared: GlobalOptions
    invoke: InvokeOptions
    batch: BatchOptions
    status: str | None = None
    stop: str | None = None
    dry_run: bool = False
    arguments: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return masked_repr(self, "arguments")


def batch_options(ctx: click.Context, arguments: tuple[str, ...]) -> BatchCommandOptions:
    """The options of a line with these arguments. Raises UsageError."""
    values: dict[str, Any] = ctx.params
    values["wait_ready"] = values["wait_ready"] or WAIT_READY
    _check(values)
    is_printed = values["output_path"] == STANDARD_STREAM
    values["metadata"] = STANDARD_STREAM if is_printed else None
    shared = global_options(ctx, INVOKE_READ_TIMEOUT)
    return BatchCommandOptions(
        shared,
        _invoke_options(values, shared),
        _batch_options(values),
        values["status"],
        values["stop"],
        values["dry_run"],
        arguments,
    )


def _check(values: Mapping[str, Any]) -> None:
    """Reject lines that do not say what to do."""
    _check_job(values)
    is_observed = values["status"] is not None or values["stop"] is not None
    if not is_observed and (values["join"] is None or values["input"] is not None):
        names = {"input": "INPUT_FILE", "output_path": "OUTPUT_FILE"}
        missing = [label for name, label in names.items() if values[name] is None]
        if missing and not (values["dry_run"] and missing == ["OUTPUT_FILE"]):
            raise UsageError(
                f"the following arguments are required: {', '.join(missing)}",
                "see smrt batch --help",
            )
    is_text = values["chat"] or values["text"] is not None
    if is_text and not values["streaming"]:
        raise UsageError("--chat and --text require --streaming")
    _check_queue(values)
    documents = (values["cli_input_json"], values["cli_input_yaml"])
    if STANDARD_STREAM in documents and values["input"] == STANDARD_STREAM:
        raise UsageError("standard input can be read only once, not by INPUT and --cli-input-json")


def _check_queue(values: Mapping[str, Any]) -> None:
    """Reject options that do not go with --async, or without it."""
    if not values["is_queued"]:
        for name in ("stage", "max_in_queue"):
            if values[name] is not None:
                raise UsageError(f"--{name.replace('_', '-')} requires --async")
        return
    if values["streaming"] or values["batch_strategy"] == "MultiRecord":
        raise UsageError("--async sends one record in a request, and does not stream")
    if values["output_path"] == STANDARD_STREAM:
        raise UsageError("--async needs a file or a folder as OUTPUT: a job that can be resumed")
    if values["stage"] is not None and not is_s3(values["stage"]):
        raise UsageError(f"--stage: not an S3 URI: '{values['stage']}'")


def _check_job(values: Mapping[str, Any]) -> None:
    """Reject options of jobs that do not go together."""
    if values["join"] is not None and values["job"] is not None:
        raise UsageError("--job and --join cannot be used together")
    if values["address"] is not None and values["engine"] is None:
        raise UsageError("--address requires --engine")
    in_s3 = any(is_s3(values[name] or "") for name in ("job", "output_path"))
    if values["lease"] is not None and not (values["join"] or values["engine"] or in_s3):
        raise UsageError("--lease requires --join")


def _invoke_options(values: Mapping[str, Any], shared: GlobalOptions) -> InvokeOptions:
    operation, other = INVOKE_ENDPOINT, INVOKE_ENDPOINT_ASYNC
    if values["is_queued"]:
        operation, other = other, operation
    known = {member.name for member in operation.members}
    for member in other.members:
        if member.name not in known and values.get(member.name) is not None:
            needs = "cannot be used with" if values["is_queued"] else "requires"
            raise UsageError(f"{member.flag} {needs} --async")
    return InvokeOptions(
        parameters={
            member.name: values[member.name]
            for member in operation.members
            if values.get(member.name) is not None
        },
        input_json=values["cli_input_json"],
        input_yaml=values["cli_input_yaml"],
        shared=shared,
    )


def _batch_options(values: Mapping[str, Any]) -> BatchOptions:
    return BatchOptions(
        input=values["input"] or "",
        output=values["output_path"] or STANDARD_STREAM,
        data=_data_options(values),
        job=values["job"],
        join=values["join"],
        engine=values["engine"],
        address=values["address"],
        lease=_positive(values["lease"], "--lease", "seconds") or LEASE,
        resume=values["resume"],
        retry_failed=values["retry_failed"],
        in_doubt=InDoubt(values["in_doubt"] or "resend"),
        keep_order=not values["no_keep_order"],
        details=values["details"],
        streaming=values["streaming"],
        is_queued=values["is_queued"],
        stage=values["stage"],
        max_in_queue=_count(values, "max_in_queue") or BatchOptions("", "").max_in_queue,
        stream_format=StreamFormatOptions(None, values["text"], values["chat"]),
        workers=_count(values, "workers") or 1,
        concurrency=_count(values, "concurrency"),
        request_rate=_positive(values["request_rate"], "--request-rate", "requests per second"),
        partition_size=_bytes(values["partition_size"]),
        max_errors=_error_limit(values["max_errors"]),
        max_requests=_count(values, "max_requests"),
        errors=values["errors"],
        progress=values["progress"] or "auto",
    )


def _data_options(values: Mapping[str, Any]) -> DataOptions:
    defaults = DataOptions()
    texts = (
        "format",
        "split_type",
        "batch_strategy",
        "join_source",
        "assemble_with",
        "s3_data_type",
    )
    filters = ("s3_data_type", "input_filter", "output_filter", "output_split")
    stated = {name: values[name] for name in (*texts, *filters) if values[name] is not None}
    return defaults._replace(
        **stated,
        content_type=values["ContentType"] or "",
        header=values["csv_header"] or defaults.header,
        max_payload_in_mb=_count(values, "max_payload_in_mb", least=0),
        max_records_per_request=_count(values, "max_records_per_request"),
        limit=_count(values, "limit", least=0),
        binary_format=values["cli_binary_format"] or defaults.binary_format,
    )


def _count(values: Mapping[str, Any], name: str, *, least: int = 1) -> int | None:
    """A whole number from `least` on. Raises UsageError."""
    if values[name] is None:
        return None
    flag = "--" + name.replace("_", "-")
    number = integer(values[name], flag)
    if number < least:
        raise UsageError(f"{flag} cannot be {number}", f"specify {least} or more")
    return number


def _positive(text: str | None, flag: str, unit: str) -> float | None:
    """A number over 0. Raises UsageError."""
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise UsageError(f"{flag} cannot be {text}", f"specify {unit}, over 0")
    return number


def _bytes(text: str | None) -> int:
    """A number of bytes, with K or M for units of 1024; 0 without one. Raises UsageError."""
    if text is None:
        return 0
    unit = _UNITS.get(text[-1:].upper(), 1)
    size = integer(text if unit == 1 else text[:-1], "--partition-size") * unit
    if size < 1:
        raise UsageError(f"--partition-size cannot be {text}", "specify bytes, as in 16M")
    return size


def _error_limit(text: str | None) -> ErrorLimit | None:
    """The limit of --max-errors. Raises UsageError."""
    if text is None:
        return None
    try:
        maximum = float(text.removesuffix("%")) if text.endswith("%") else float(int(text))
    except ValueError:
        maximum = -1.0
    if not 0 <= maximum < float("inf"):
        raise UsageError(f"--max-errors cannot be {text}", "specify a number or a percentage: 5%")
    return ErrorLimit(maximum, text.endswith("%"))
