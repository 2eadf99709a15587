"""Decides what follows a failed attempt of a call: pure, by the rules of a single call."""

from collections.abc import Callable
from enum import Enum, auto
from typing import NamedTuple

from smrt.errors import ServiceError, SmrtError, TransportError
from smrt.protocol.operations import Operation
from smrt.protocol.responses import SERVER_ERROR, service_error
from smrt.protocol.retry import MAX_DELAY, MAX_DOUBLINGS, TIMEOUT, Policy, delay, is_loading
from smrt.protocol.throttling import is_overload

from .call import Delivery
from .exchange import Exchange
from .response_buffer import ResponseTooLargeError

UNAUTHORIZED = (401, 403)
CONNECT_TIMEOUT = "ConnectTimeoutError"
CLOSED = ("ConnectionClosedError", "SSLError")
"""The codes of a connection that is closed; TLS reports a close without its own as an error."""


class FailureKind(Enum):
    """What a failure is to the engine as a whole, beyond the call that it happened to."""

    THROTTLED = auto()
    LOADING = auto()
    UNAUTHORIZED = auto()
    TIMED_OUT = auto()
    OTHER = auto()


class RetryRules(NamedTuple):
    """The rules for the calls of one operation.

    Without `resend_in_doubt`, a request is sent again only if no byte of it was sent or the
    response proves that it did not run. Without `outwait_throttles`, a throttle ends the call, and
    so does a model that is loading.
    """

    operation: Operation
    policy: Policy = Policy()
    resend_in_doubt: bool = True
    outwait_throttles: bool = True

    def error(self, exchange: Exchange) -> SmrtError:
        """The error of a failed attempt."""
        if exchange.error is not None:
            return exchange.error
        assert exchange.status is not None
        retries = exchange.attempt - 1
        return service_error(
            self.operation, exchange.status, exchange.headers, exchange.body, retries
        )

    def kind(self, error: SmrtError) -> FailureKind:
        """The kind of failure that `error` is."""
        if is_loading(error):
            return FailureKind.LOADING
        if is_overload(error):
            return FailureKind.THROTTLED
        if isinstance(error, ServiceError) and _status(error) in UNAUTHORIZED:
            return FailureKind.UNAUTHORIZED
        if error.code in (TIMEOUT, CONNECT_TIMEOUT):
            return FailureKind.TIMED_OUT
        return FailureKind.OTHER

    def delivery(self, exchange: Exchange, error: SmrtError) -> Delivery:
        """What is known about whether the failed attempt ran."""
        if isinstance(error, ResponseTooLargeError):
            return Delivery.RESPONDED
        if isinstance(error, ServiceError):
            if is_loading(error) or is_overload(error):
                return Delivery.REJECTED
            is_lost = _status(error) >= SERVER_ERROR
            return Delivery.IN_DOUBT if is_lost else Delivery.RESPONDED
        return Delivery.IN_DOUBT if exchange.sent_bytes else Delivery.UNSENT

    def resends_at_once(self, exchange: Exchange, error: SmrtError) -> bool:
        """Whether an idle connection was closed by the server before it read the request.

        This counts as no attempt: a connection that is closed for being idle is no error.
        """
        return (
            exchange.is_reused
            and exchange.first_byte_at is None
            and error.code in CLOSED
            and self._may_resend(exchange, error)
        )

    def delay(
        self, exchange: Exchange, error: SmrtError, random: Callable[[], float]
    ) -> float | None:
        """Seconds until the next attempt; None if the call has ended."""
        if not self._may_resend(exchange, error):
            return None
        if isinstance(error, TransportError) and error.status and exchange.call.on_chunk:
            return None  # the caller has received a part of the body
        return delay(exchange.attempt, error, self.policy, random)

    def throttle_delay(self, exchange: Exchange, random: Callable[[], float]) -> float:
        """Seconds until a throttled call is sent again, without a Retry-After."""
        doublings = min(exchange.throttles - 1, MAX_DOUBLINGS)
        return random() * min(2.0**doublings, MAX_DELAY)

    def _may_resend(self, exchange: Exchange, error: SmrtError) -> bool:
        return self.resend_in_doubt or self.delivery(exchange, error) is not Delivery.IN_DOUBT


def _status(error: ServiceError) -> int:
    status: int = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status
