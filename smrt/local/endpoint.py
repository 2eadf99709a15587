"""An endpoint: a function from an Invocation to a Prediction, each call in a thread of its own."""

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from traceback import format_exception
from typing import NamedTuple

from smrt.protocol.messages import masked_repr

CHUNK_SIZE = 1 << 16
"""Bytes of a buffered body in one event of a stream."""
BROKEN = "StreamBroken"
TIMED_OUT = "ModelInvocationTimeExceeded"
"""Why a stream ended early, in the service's words."""
VARIANT = "AllTraffic"
"""The production variant of an endpoint that has only one."""
_THIS_PACKAGE = str(Path(__file__).parent)


class Invocation(NamedTuple):
    """A client's call: `parameters` are all but the body, by AWS's member names."""

    body: bytes
    parameters: Mapping[str, str]

    def __repr__(self) -> str:
        return masked_repr(self, "body", "parameters")


class Prediction(NamedTuple):
    """A model's output; a body that is still being generated is an iterator.

    `fields` are the other fields of the response, by AWS's names.
    """

    body: bytes | Iterator[bytes]
    content_type: str
    custom_attributes: str | None = None
    fields: Mapping[str, str] = {}

    def buffered(self) -> "Prediction":
        """The prediction with its whole body in memory. Raises ModelFailure."""
        return self._replace(body=b"".join(self.chunks()))

    def chunks(self) -> Iterator[bytes]:
        """The body in chunks. Raises ModelFailure."""
        if not isinstance(self.body, bytes):
            yield from filter(None, self.body)
            return
        for start in range(0, len(self.body), CHUNK_SIZE):
            yield self.body[start : start + CHUNK_SIZE]


Endpoint = Callable[[Invocation], Prediction]
"""Raises ModelFailure if the model fails, NotReady if it cannot be called yet."""


class ModelFailure(Exception):  # noqa: N818 - it reports a model's failure, not an error here
    """The model returned an error: `status` is its HTTP status, `message` its text.

    `stream_code` is the error code if the response has started.
    """

    def __init__(self, status: int, message: str, *, stream_code: str = BROKEN) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.stream_code = stream_code

    def trace(self) -> str:
        """The traceback from the first frame of the model's own code; "" without an exception."""
        exc = self.__cause__
        if exc is None:
            return ""
        frame = exc.__traceback__
        while frame and frame.tb_next and _is_ours(frame.tb_frame.f_code.co_filename):
            frame = frame.tb_next
        return "".join(format_exception(type(exc), exc, frame)).rstrip()


def unexpected_failure(exc: BaseException) -> ModelFailure:
    """The failure of a model that raises `exc`, with its traceback."""
    failure = ModelFailure(HTTPStatus.INTERNAL_SERVER_ERROR, str(exc) or type(exc).__name__)
    failure.__cause__ = exc
    return failure


class NotReady(Exception):  # noqa: N818 - it reports a model's state, not an error here
    """The model cannot be called yet, or no longer; the text is the reason."""


def echo(call: Invocation) -> Prediction:
    """The body of the request, with its content type."""
    return Prediction(
        call.body,
        call.parameters.get("ContentType", "application/octet-stream"),
        call.parameters.get("CustomAttributes"),
    )


def _is_ours(path: str) -> bool:
    return path.startswith(_THIS_PACKAGE)
