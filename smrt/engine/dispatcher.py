"""Decides which call starts when, and what follows its end. Knows no sockets."""

from collections.abc import Callable, Iterator
from math import inf

from smrt.errors import SmrtError

from .call import Completion, Delivery, EngineCall
from .event_loop import Schedule
from .exchange import Exchange
from .outcome_handler import Gate, OutcomeHandler, Policies
from .retry_queue import RetryQueue

STOPPED = "Stopped"
"""The code of the error of a call that was stopped."""

Source = Iterator[EngineCall | None]
"""Calls to make; None where there is none at present. Asked only when there is room for a call."""
Sink = Callable[[Completion], None]


class Dispatcher:
    """Starts calls of a source while there is room, and passes their completions to a sink.

    `send` starts an attempt; `ended` has to be called at its end.
    """

    def __init__(
        self,
        schedule: Schedule,
        gate: Gate,
        policies: Policies,
        send: Callable[[Exchange], None],
        *,
        random: Callable[[], float],
        clock: Callable[[], float],
        notify: Callable[[str], None],
    ) -> None:
        self._schedule, self._gate, self._send = schedule, gate, send
        self._rules, self._limit, self._rate, self._readiness = policies
        self._source: Source = iter(())
        self._sink: Sink = lambda _: None
        self._planned: EngineCall | None = None
        self._retries = RetryQueue(schedule)
        self.outcomes = OutcomeHandler(
            gate, policies, self._retries, random=random, clock=clock, notify=notify
        )
        self._is_exhausted = self.is_stopped = False
        self.in_flight = 0

    def begin(self, source: Source, sink: Sink) -> None:
        """Set where calls come from, and where completions go."""
        self._source, self._sink = source, sink

    def is_done(self) -> bool:
        """Whether no call is left."""
        is_empty = self._is_exhausted and self._planned is None
        return self.in_flight == 0 and (self.is_stopped or (is_empty and not self._retries))

    def pump(self) -> float:
        """Start calls while there is room; return when the next one may start, if that is known."""
        now = self._schedule.now()
        while self.in_flight < self._limit.current():
            until = self._blocked_until(now)
            if until > now:
                break
            exchange = self._next(now)
            if exchange is None:
                until = inf if self._planned is None else self._planned.planned_at
                break
            self._start(exchange, now)
        else:
            until = inf
        self._limit.filled(self.in_flight)
        return until

    def ended(self, exchange: Exchange) -> None:
        """An attempt ended: complete the call, or send it again."""
        self.in_flight -= 1
        now = self._schedule.now()
        if exchange.is_success:
            self.outcomes.handled(exchange, now)
            self._sink(exchange.completion(Delivery.RESPONDED))
            return
        exchange.error = error = self._rules.error(exchange)
        if self.is_stopped or not self.outcomes.is_sent_again(exchange, error, now):
            self._sink(exchange.completion(self._rules.delivery(exchange, error)))

    def stop(self) -> None:
        """Start nothing more; calls that wait to be sent again, or for their time, end now."""
        if self.is_stopped:
            return
        self.is_stopped = True
        unsent = self._retries.clear()
        if self._planned is not None:
            unsent.append(Exchange(self._planned))
        self._planned = None
        for exchange in unsent:
            self._abandon(exchange)

    def abort(self, unfinished: list[Exchange]) -> None:
        """Stop, and end the calls whose connections were closed."""
        self.stop()
        for exchange in unfinished:
            self.in_flight -= 1
            exchange.error = None
            self._abandon(exchange)

    def _abandon(self, exchange: Exchange) -> None:
        """End a call that was stopped; the error of its last attempt, if any, is its error."""
        if exchange.error is None:
            exchange.error = SmrtError("the call was stopped", code=STOPPED)
        self._sink(exchange.completion(self._rules.delivery(exchange, exchange.error)))

    def _blocked_until(self, now: float) -> float:
        """When a call may start at the earliest; infinity until something else happens."""
        if self.is_stopped or not self._gate.is_ready():
            return inf
        if not self._readiness.allows(now, self.in_flight):
            return inf if self.in_flight else self._readiness.starts_at()
        return self._rate.ready_at()

    def _next(self, now: float) -> Exchange | None:
        if (exchange := self._retries.next()) is not None:
            return exchange
        call, self._planned = self._planned or self._pull(), None
        if call is None:
            return None
        if call.planned_at > now:
            self._planned = call
            return None
        return Exchange(call)

    def _pull(self) -> EngineCall | None:
        if self._is_exhausted or self._retries.is_full():
            return None
        try:
            return next(self._source)
        except StopIteration:
            self._is_exhausted = True
            return None

    def _start(self, exchange: Exchange, now: float) -> None:
        self._rate.take(now)
        self.in_flight += 1
        exchange.begin(now)
        self._send(exchange)
