"""Decodes the messages of a response stream: payload parts, or an error.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from smrt.errors import ServiceError, SmrtError

from .eventstream import Message, messages
from .operations import ERROR_MEMBERS, INVOKE_ENDPOINT_WITH_RESPONSE_STREAM
from .responses import error_members, json_fields

CONTENT_TYPE = "application/vnd.amazon.eventstream"
PART = "PayloadPart"


class Body(Protocol):
    """The body of a response."""

    def chunks(self) -> Iterator[bytes]:
        """Yield its chunks as they arrive."""
        ...

    def close(self) -> None:
        """End the transfer."""
        ...


class EventStream:
    """The Body of a boto3 response: iterate over it for {"PayloadPart": {"Bytes": ...}}.

    Raises ServiceError for an error in the stream, and TransportError if the stream is corrupt or
    the connection is lost. `close` ends the transfer, even if it is incomplete.
    """

    def __init__(self, body: Body, response_metadata: Mapping[str, Any]) -> None:
        self._parts = parts(body.chunks(), response_metadata)
        self._close = body.close

    def __iter__(self) -> Iterator[dict[str, dict[str, bytes]]]:
        try:
            for part in self._parts:
                yield {PART: {"Bytes": part}}
        except SmrtError:
            self.close()  # an error ends the stream
            raise

    def close(self) -> None:
        """End the transfer."""
        self._close()


def parts(chunks: Iterable[bytes], response_metadata: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the payloads in the `chunks` of an event stream; ignores unknown events.

    Raises ServiceError, which contains `response_metadata`, for an error in the stream.
    """
    for message in messages(chunks):
        if message.headers.get(":message-type") in ("exception", "error"):
            raise stream_error(message, response_metadata)
        if message.headers.get(":event-type") == PART:
            yield message.payload
        del message  # free it before the next one is read: it may be large


def part(payload: bytes) -> Message:
    """The message that carries a payload part."""
    return Message(
        {
            ":event-type": PART,
            ":content-type": "application/octet-stream",
            ":message-type": "event",
        },
        payload,
    )


def exception(code: str, message: str, **members: str) -> Message:
    """The message that carries an error from the service model."""
    return Message(
        {
            ":exception-type": code,
            ":content-type": "application/json",
            ":message-type": "exception",
        },
        json.dumps({"Message": message, **members}, ensure_ascii=False).encode(),
    )


def stream_error(
    message: Message,
    response_metadata: Mapping[str, Any],
    operation_name: str = INVOKE_ENDPOINT_WITH_RESPONSE_STREAM.name,
) -> ServiceError:
    """The error that `message` carries."""
    headers = message.headers
    document = json_fields(message.payload.decode(errors="replace"))
    code = str(headers.get(":exception-type") or headers.get(":error-code") or "Unknown")
    text = document.get("Message", document.get("message"))
    text = headers.get(":error-message", "") if text is None else text
    response = {
        "Error": {"Message": str(text), "Code": code},
        "ResponseMetadata": response_metadata,
        **error_members(ERROR_MEMBERS.get(code, ()), document),
    }
    return ServiceError(response, operation_name)
