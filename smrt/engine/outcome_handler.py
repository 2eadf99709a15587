"""What the end of an attempt means for the other calls, and whether it is sent again."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from smrt.errors import ServiceError, SmrtError
from smrt.protocol.throttling import retry_after

from .call import Delivery
from .concurrency_limit import Limit
from .exchange import Exchange
from .readiness import Readiness
from .request_rate import RequestRate
from .retry_queue import RetryQueue
from .retry_rules import FailureKind, RetryRules

MOST_REJECTIONS = 2
"""A call is signed again twice: the clock may be wrong, and the credentials expired."""


class Gate(Protocol):
    """What signs requests."""

    def is_ready(self) -> bool:
        """Whether requests can be signed now."""
        ...

    def may_retry(self, exchange: Exchange, error: SmrtError) -> bool:
        """Whether a rejected signature was corrected."""
        ...

    def accepted(self) -> None:
        """The service accepted a signature."""
        ...


class Policies(NamedTuple):
    """How many calls are in flight, how often they start, and what follows a failure."""

    rules: RetryRules
    limit: Limit
    rate: RequestRate
    readiness: Readiness


class OutcomeHandler:
    """Reports outcomes to the policies and the gate, and queues what is sent again.

    Counts `throttles`, `timeouts` and `retries`.
    """

    def __init__(
        self,
        gate: Gate,
        policies: Policies,
        queue: RetryQueue,
        *,
        random: Callable[[], float],
        clock: Callable[[], float],
        notify: Callable[[str], None],
    ) -> None:
        self._gate, self._queue = gate, queue
        self._rules, self._limit, _, self._readiness = policies
        self._random, self._clock, self._notify = random, clock, notify
        self.throttles = self.timeouts = self.retries = 0

    def handled(self, exchange: Exchange, now: float) -> None:
        """The endpoint handled a request, which it may have returned an error for."""
        assert exchange.started_at is not None
        self._limit.succeeded(now, now - exchange.started_at)
        self._readiness.responded()
        self._gate.accepted()

    def is_sent_again(self, exchange: Exchange, error: SmrtError, now: float) -> bool:
        """A request failed: queue the call if it is to be sent again; return whether it is."""
        kind = self._rules.kind(error)
        if kind is FailureKind.THROTTLED:
            return self._throttled(exchange, error, now)
        if kind is FailureKind.LOADING:
            return self._loading(exchange, now)
        if kind is FailureKind.UNAUTHORIZED:
            return self._unauthorized(exchange, error)
        if kind is FailureKind.TIMED_OUT:
            self._timed_out(now)
        elif self._rules.delivery(exchange, error) is Delivery.RESPONDED:
            self.handled(exchange, now)
        return self._retried(exchange, error, now)

    def _unauthorized(self, exchange: Exchange, error: SmrtError) -> bool:
        """Send it again if the signature was corrected, unless only this call is rejected."""
        exchange.rejections += 1
        if exchange.rejections > MOST_REJECTIONS or not self._gate.may_retry(exchange, error):
            return False
        return self._queued(exchange)

    def _throttled(self, exchange: Exchange, error: SmrtError, now: float) -> bool:
        """A throttle uses up no attempt, and no slot while it waits."""
        self.throttles += 1
        exchange.throttles += 1
        self._limit.throttled(now)
        if not self._rules.outwait_throttles:
            return False
        assert isinstance(error, ServiceError)
        headers = error.response["ResponseMetadata"]["HTTPHeaders"]
        pause = self._rules.throttle_delay(exchange, self._random)
        self._queue.add_at(now + max(pause, retry_after(headers, self._clock())), exchange)
        return True

    def _loading(self, exchange: Exchange, now: float) -> bool:
        assert exchange.started_at is not None
        is_news = not self._readiness.is_waiting
        if not self._rules.outwait_throttles or not self._readiness.loading(
            now, exchange.started_at
        ):
            return False
        if is_news:
            self._notify("the model is not ready: one request at a time until it is")
        return self._queued(exchange)

    def _timed_out(self, now: float) -> None:
        self.timeouts += 1
        if self._limit.timed_out(now):
            self._notify("three timeouts in a row: one request at a time")

    def _retried(self, exchange: Exchange, error: SmrtError, now: float) -> bool:
        resends_at_once = self._rules.resends_at_once(exchange, error)
        pause = 0.0 if resends_at_once else self._rules.delay(exchange, error, self._random)
        if pause is None:
            return False
        exchange.is_in_doubt |= self._rules.delivery(exchange, error) is Delivery.IN_DOUBT
        if resends_at_once:
            exchange.is_fresh_only = True
            return self._queued(exchange)
        self.retries += 1
        exchange.attempt += 1
        self._queue.add_at(now + pause, exchange)
        return True

    def _queued(self, exchange: Exchange) -> bool:
        self._queue.add(exchange)
        return True
