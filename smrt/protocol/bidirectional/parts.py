"""The parts of the messages of a bidirectional stream, as they are sent in both directions."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from smrt.errors import ServiceError, UsageError
from smrt.protocol.eventstream import Message, encode_headers, framed
from smrt.protocol.json_document import parse_json
from smrt.protocol.response_stream import PART, stream_error

from .bidirectional_operation import INVOKE_ENDPOINT_WITH_BIDIRECTIONAL_STREAM

UTF8, BINARY = "UTF8", "BINARY"
PARTIAL, COMPLETE = "PARTIAL", "COMPLETE"
DATA_TYPES = (UTF8, BINARY)
STATES = (PARTIAL, COMPLETE)


class Part(NamedTuple):
    """A message, or a part of one that is not the last.

    `data_type` is UTF8 or BINARY, "" where the sender named none.
    """

    data: bytes
    data_type: str = BINARY
    is_complete: bool = True


def text(content: str) -> Part:
    """A whole message of text."""
    return Part(content.encode(), UTF8)


def encode_part(part: Part) -> bytes:
    """Encode `part` as an event, unsigned."""
    return framed(_headers(part.data_type, _state(part)), part.data)


@lru_cache(maxsize=8)
def _headers(data_type: str, state: str) -> bytes:
    """The headers of a part, which are the same for most messages of a stream."""
    return encode_headers(
        {
            ":message-type": "event",
            ":event-type": PART,
            **({"DataType": data_type} if data_type else {}),
            "CompletionState": state,
            ":content-type": "application/octet-stream",
        }
    )


def decode_part(message: Message) -> Part | None:
    """The part in `message`; None if it is another event, which is to be ignored."""
    headers = message.headers
    if headers.get(":event-type") != PART:
        return None
    is_complete = headers.get("CompletionState") != PARTIAL
    return Part(message.payload, str(headers.get("DataType", "")), is_complete)


def response_error(message: Message, response_metadata: Mapping[str, Any]) -> ServiceError | None:
    """The error in `message`; None if it is an event."""
    if message.headers.get(":message-type") not in ("exception", "error"):
        return None
    operation = INVOKE_ENDPOINT_WITH_BIDIRECTIONAL_STREAM.name
    return stream_error(message, response_metadata, operation)


def parse_part(line: bytes) -> Part:
    """The part that a line of JSON describes: Text or Bytes, DataType, CompletionState.

    Raises UsageError.
    """
    try:
        document = parse_json(line)
    except ValueError as exc:
        raise _invalid(line, f"it is not JSON: {exc}") from exc
    if not isinstance(document, dict) or ("Text" in document) == ("Bytes" in document):
        raise _invalid(line, "it needs either Text or Bytes")
    unknown = sorted(document.keys() - {"Text", "Bytes", "DataType", "CompletionState"})
    if unknown:
        raise _invalid(line, f"unknown member {unknown[0]}")
    data_type = document.get("DataType", UTF8 if "Text" in document else BINARY)
    state = document.get("CompletionState", COMPLETE)
    if data_type not in DATA_TYPES or state not in STATES:
        raise _invalid(line, "DataType is UTF8 or BINARY, CompletionState PARTIAL or COMPLETE")
    return Part(_data(line, document), data_type, state == COMPLETE)


def part_json(part: Part) -> str:
    """`part` as one line of JSON, which `parse_part` reads; bytes that are no text in base64."""
    content = {}
    if part.data_type == UTF8:
        try:
            content = {"Text": part.data.decode()}
        except UnicodeDecodeError:  # a part may end within a character
            content = {}
    if not content:
        from base64 import b64encode

        content = {"Bytes": b64encode(part.data).decode()}
    kind = {"DataType": part.data_type} if part.data_type else {}
    return json.dumps({**content, **kind, "CompletionState": _state(part)}, ensure_ascii=False)


def _state(part: Part) -> str:
    return COMPLETE if part.is_complete else PARTIAL


def _data(line: bytes, document: Mapping[str, Any]) -> bytes:
    content = document.get("Text", document.get("Bytes"))
    if not isinstance(content, str):
        raise _invalid(line, "Text and Bytes are strings")
    from base64 import b64decode

    try:
        return content.encode() if "Text" in document else b64decode(content, validate=True)
    except ValueError as exc:  # half of a surrogate pair, or no base64
        raise _invalid(line, str(exc)) from exc


def _invalid(line: bytes, reason: str) -> UsageError:
    shown = line[:60].decode(errors="replace")
    return UsageError(
        f"the input line {shown!r} is not a valid message: {reason}",
        'each line of --input-format json is an object, such as {"Text": "hello"}',
    )
