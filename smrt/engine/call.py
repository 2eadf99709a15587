"""What goes into the engine and what comes out: a call, and its completion."""

from collections.abc import Callable
from enum import Enum
from math import inf
from typing import Any, NamedTuple

from smrt.errors import SmrtError
from smrt.protocol.messages import Headers, masked_repr
from smrt.protocol.prepared_request import PreparedRequest


class EngineCall(NamedTuple):
    """A request with a body; `tag` is the caller's own.

    `headers` are those of this call alone, `digest` is the SHA-256 of the body, if it is known. The
    call starts at `planned_at` (on the loop's clock) at the earliest. `on_chunk` receives the body
    of a success as it arrives, each chunk with its time.
    """

    request: PreparedRequest
    body: bytes = b""
    tag: Any = None
    headers: Headers = ()
    digest: str = ""
    planned_at: float = -inf
    on_chunk: Callable[[bytes, float], None] | None = None

    def __repr__(self) -> str:
        return masked_repr(self, "headers", "body")


class Delivery(Enum):
    """What is known about whether the endpoint ran a call."""

    UNSENT = "no byte of it was sent"
    IN_DOUBT = "it was sent, and no response shows whether it ran"
    REJECTED = "the response proves that it did not run"
    RESPONDED = "the endpoint responded"


class Completion(NamedTuple):
    """The end of a call. `error` is None for a success.

    `status`, `headers` and `body` are those of the last response, if any; `body` is empty if
    `on_chunk` received it. `delivery` is the most uncertain of all attempts without a result.
    `attempts` counts them without the `throttles` and the waits for a model that loads. Times are
    those of the last attempt, on the loop's clock, None for what did not happen;
    `connect_seconds` is 0 on a connection that was open.
    """

    call: EngineCall
    status: int | None
    headers: Headers
    body: bytes
    error: SmrtError | None
    delivery: Delivery
    attempts: int
    throttles: int
    started_at: float | None
    sent_at: float | None
    first_byte_at: float | None
    last_byte_at: float | None
    connect_seconds: float

    def __repr__(self) -> str:
        return masked_repr(self, "headers", "body")
