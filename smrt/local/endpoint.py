"""What answers a call: a function from a Call to an Answer, run in a thread of its own."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from traceback import format_exception
from typing import NamedTuple

from smrt.protocol.messages import veiled

PART_SIZE = 1 << 16
"""Bytes; what of a whole answer comes as one part of a stream."""
BROKEN = "StreamBroken"
TIMED_OUT = "ModelInvocationTimeExceeded"
"""Why a stream ended before its end, in the service's words."""
_OURS = str(Path(__file__).parent)


class Invocation(NamedTuple):
    """A client's call: `parameters` holds what it gave besides the body, by AWS's member names."""

    body: bytes
    parameters: Mapping[str, str]

    def __repr__(self) -> str:
        return veiled(self, "body", "parameters")


class Prediction(NamedTuple):
    """A model's answer; a body that is still being made is an iterator.

    `fields` holds what else the reply says, by AWS's names of its fields.
    """

    body: bytes | Iterator[bytes]
    content_type: str
    custom_attributes: str | None = None
    fields: Mapping[str, str] = {}

    def whole(self) -> "Prediction":
        """The answer with its body made to the end. Raises ModelFailure."""
        return self._replace(body=b"".join(self.parts()))

    def parts(self) -> Iterator[bytes]:
        """The body, part by part. Raises ModelFailure."""
        if not isinstance(self.body, bytes):
            yield from filter(None, self.body)
            return
        for begin in range(0, len(self.body), PART_SIZE):
            yield self.body[begin : begin + PART_SIZE]


Endpoint = Callable[[Invocation], Prediction]
"""Raises ModelFailure where the model fails, NotReady where it cannot be called yet."""


class ModelFailure(Exception):  # noqa: N818 - it tells of a model's failure, not of an error here
    """The model answered with an error: `status` is its HTTP status, `message` its text.

    `stream_code` says what became of the answer if it had begun.
    """

    def __init__(self, status: int, message: str, *, stream_code: str = BROKEN) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.stream_code = stream_code

    def trace(self) -> str:
        """The traceback from the first frame that is the model's own; "" where none was raised."""
        exc = self.__cause__
        if exc is None:
            return ""
        frames = exc.__traceback__
        while frames and frames.tb_next and frames.tb_frame.f_code.co_filename.startswith(_OURS):
            frames = frames.tb_next
        return "".join(format_exception(type(exc), exc, frames)).rstrip()


class NotReady(Exception):  # noqa: N818 - it tells of a model's state, not of an error here
    """The model cannot be called yet, or no longer; the text says what is the matter."""


def echo(call: Invocation) -> Prediction:
    """The body that came, under its own content type."""
    return Prediction(
        call.body,
        call.parameters.get("ContentType", "application/octet-stream"),
        call.parameters.get("CustomAttributes"),
    )
