"""An endpoint for streams: an iterator of parts in, an iterator of parts out."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from smrt.local.endpoint import ModelFailure
from smrt.protocol.bidirectional.parts import Part
from smrt.protocol.messages import masked_repr

REFUSED_CODE = "INTERNAL_FAILURE_FROM_MODEL"
REFUSED = "Failed to establish WebSocket connection"
"""What the service returns if a model does not accept a stream, whatever the reason."""
REFUSED_STATUS = 424
INTERNAL_ERROR = "1011"
"""The WebSocket code of a server that fails."""


class StreamCall(NamedTuple):
    """A client's stream: `parts` are yielded as they arrive; parameters by AWS's member names."""

    parts: Iterator[Part]
    parameters: Mapping[str, str]

    def __repr__(self) -> str:
        return masked_repr(self, "parameters")


StreamEndpoint = Callable[[StreamCall], Iterator[Part]]
"""Raises ModelFailure if the model does not accept the stream; so does the iterator later."""


def echo_stream(call: StreamCall) -> Iterator[Part]:
    """Each part, unchanged."""
    return call.parts


class StreamRefused(ModelFailure):
    """The model does not accept the stream; `cause` is what only smrt local knows."""

    def __init__(self, cause: str) -> None:
        super().__init__(REFUSED_STATUS, REFUSED, stream_code=REFUSED_CODE)
        self.cause = cause
