"""What the messages of a response stream say: parts of the answer, or an error.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from smrt.errors import ServiceError, SmrtError

from .eventstream import Message, messages
from .operations import ERROR_MEMBERS, INVOKE_ENDPOINT_WITH_RESPONSE_STREAM
from .responses import json_fields

CONTENT_TYPE = "application/vnd.amazon.eventstream"
PART = "PayloadPart"


class Body(Protocol):
    """The body of an answer."""

    def pieces(self) -> Iterator[bytes]:
        """What there is, as it comes."""
        ...

    def close(self) -> None:
        """End the transfer."""
        ...


class EventStream:
    """The Body of boto3's reply: iterate over it for {"PayloadPart": {"Bytes": ...}}.

    Raises ServiceError for an error in the stream, and TransportError where the stream is damaged
    or breaks off. `close` ends the transfer, whole or not.
    """

    def __init__(self, body: Body, about: Mapping[str, Any]) -> None:
        self._parts = parts(body.pieces(), about)
        self._close = body.close

    def __iter__(self) -> Iterator[dict[str, dict[str, bytes]]]:
        try:
            for part in self._parts:
                yield {PART: {"Bytes": part}}
        except SmrtError:
            self.close()  # nothing can follow
            raise

    def close(self) -> None:
        """End the transfer."""
        self._close()


def parts(pieces: Iterable[bytes], about: Mapping[str, Any]) -> Iterator[bytes]:
    """The parts of an answer whose event stream comes in `pieces`; unknown events are none.

    `about` is the reply's ResponseMetadata, for the error that may come.
    """
    for message in messages(pieces):
        if message.headers.get(":message-type") in ("exception", "error"):
            raise _error(message, about)
        if message.headers.get(":event-type") == PART:
            yield message.payload
        del message  # it may be large, and the next is about to come


def part(payload: bytes) -> Message:
    """The message that carries a part."""
    return Message(
        {
            ":event-type": PART,
            ":content-type": "application/octet-stream",
            ":message-type": "event",
        },
        payload,
    )


def exception(code: str, message: str, **members: str) -> Message:
    """The message that carries an error of the service's model."""
    return Message(
        {
            ":exception-type": code,
            ":content-type": "application/json",
            ":message-type": "exception",
        },
        json.dumps({"Message": message, **members}, ensure_ascii=False).encode(),
    )


def _error(message: Message, about: Mapping[str, Any]) -> ServiceError:
    headers = message.headers
    document = json_fields(message.payload.decode(errors="replace"))
    code = str(headers.get(":exception-type") or headers.get(":error-code") or "Unknown")
    told = document.get("Message", document.get("message"))
    told = headers.get(":error-message", "") if told is None else told
    members = {name: document[name] for name in ERROR_MEMBERS.get(code, ()) if name in document}
    response = {
        "Error": {"Message": str(told), "Code": code},
        "ResponseMetadata": about,
        **members,
    }
    return ServiceError(response, INVOKE_ENDPOINT_WITH_RESPONSE_STREAM.name)
