"""From a completed call to the response body for each of its records."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

from smrt.batching.batch_options import BatchOptions
from smrt.batching.records.json_text import json_bytes
from smrt.batching.records.response_split import response_splitter
from smrt.engine.call import Completion
from smrt.output.console import Console
from smrt.output.stream_format import stream_formatter
from smrt.output.stream_stats import StreamStats
from smrt.protocol import response_stream, responses

from .target import Target

ResponseParts = Callable[[Completion, int], Sequence[bytes]]
"""From a success and the number of its records to that number of bodies. Raises SmrtError."""


def response_parts(options: BatchOptions, console: Console, *, as_json: bool) -> ResponseParts:
    """The function that reads responses. Raises UsageError.

    With `as_json`, the text that --chat or --text selects is a JSON string.
    """
    parts = _body_parts(options, console)
    if not as_json or not options.stream_format.is_text:
        return parts
    return lambda completion, count: list(map(_json_string, parts(completion, count)))


def _body_parts(options: BatchOptions, console: Console) -> ResponseParts:
    body = _stream_body(options, console) if options.streaming else _plain_body
    if options.data.batch_strategy != "MultiRecord":
        return lambda completion, _: (body(completion),)
    split = response_splitter(options.data.output_split)

    def parts(completion: Completion, count: int) -> Sequence[bytes]:
        content_type = responses.header(completion.headers, "Content-Type") or ""
        return split(body(completion), content_type, count)

    return parts


def details(completion: Completion, target: Target, records: int) -> dict[str, Any]:
    """What --details adds to a result."""
    headers = completion.headers
    started, ended = completion.started_at, completion.last_byte_at
    values = {
        "requestId": responses.header(headers, "x-amzn-RequestId"),
        "statusCode": completion.status,
        "attempts": completion.attempts,
        "throttles": completion.throttles,
        "elapsedSeconds": None if started is None or ended is None else round(ended - started, 6),
        "recordsInRequest": records,
        **{_camel(k): v for k, v in responses.metadata(target.operation, headers).items()},
    }
    return {name: value for name, value in values.items() if value is not None}


def _camel(name: str) -> str:
    return name[0].lower() + name[1:]


def _json_string(text: bytes) -> bytes:
    return json_bytes(text.decode(errors="replace"))


def _plain_body(completion: Completion) -> bytes:
    return completion.body


def _stream_body(options: BatchOptions, console: Console) -> Callable[[Completion], bytes]:
    """The payload of an event stream, or the text that --chat or --text selects of it."""
    format_ = stream_formatter(options.stream_format)

    def body(completion: Completion) -> bytes:
        assert completion.status is not None
        metadata = responses.response_metadata(completion.status, completion.headers, 0)
        chunks = response_stream.parts([completion.body], metadata)
        return b"".join(format_(chunks, StreamStats(monotonic), console))

    return body
