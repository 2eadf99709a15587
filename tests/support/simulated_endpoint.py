"""An endpoint in simulated time: calls of a dispatcher take no real time and use no sockets."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from functools import partial
from math import inf
from typing import NamedTuple

from smrt.engine.call import Completion, EngineCall
from smrt.engine.concurrency_limit import ConcurrencyLimit, Limit
from smrt.engine.dispatcher import Dispatcher
from smrt.engine.exchange import Exchange
from smrt.engine.outcome_handler import Policies
from smrt.engine.readiness import Readiness
from smrt.engine.request_rate import RequestRate
from smrt.engine.retry_rules import RetryRules
from smrt.engine.timers import Timers
from smrt.errors import TransportError
from smrt.protocol.messages import Headers, Url
from smrt.protocol.operations import INVOKE_ENDPOINT
from smrt.protocol.prepared_request import PreparedRequest

REQUEST = PreparedRequest("POST", Url("http", "h", 80, "/"), (), region="r", service="s")
RULES = RetryRules(INVOKE_ENDPOINT)


class SimulatedResponse(NamedTuple):
    """What the endpoint returns, some seconds after a request."""

    status: int
    code: str = ""
    body: bytes = b""
    headers: Headers = ()
    seconds: float = 0.005


OK = SimulatedResponse(200)
THROTTLED = SimulatedResponse(400, "ThrottlingException", b'{"message":null}')


class SimulatedTime:
    """A clock that jumps to the next timer."""

    def __init__(self) -> None:
        self._now = 0.0
        self.timers = Timers()

    def now(self) -> float:
        return self._now

    def call_at(self, when: float, function: Callable[[], None]) -> None:
        self.timers.add(when, function)

    def call_soon(self, function: Callable[[], None]) -> None:
        self.timers.add(self._now, function)

    def advance(self, until: float) -> None:
        """Run the next timers, or only go to `until` if that is earlier."""
        self._now = max(self._now, min(until, self.timers.next_at()))
        assert self._now < inf, "nothing would ever happen"
        self.timers.run(self._now)


class OpenGate:
    """Signs nothing, and is always ready to."""

    def is_ready(self) -> bool:
        return True

    def may_retry(self, *_: object) -> bool:
        return False

    def accepted(self) -> None:
        pass


class SimulatedEndpoint:
    """Handles `capacity` requests at once: queues the others, or returns `rejection` for them.

    A request whose client has timed out is handled all the same: containers do not notice.
    """

    def __init__(
        self,
        seconds: Callable[[], float],
        capacity: Callable[[float], int],
        rejection: SimulatedResponse | None = None,
        *,
        timeout: float = 60.0,
        limit: Limit | None = None,
        rules: RetryRules = RULES,
        rate: RequestRate | None = None,
        wait_ready: float = 0.0,
        random: Callable[[], float] = lambda: 0.5,
    ) -> None:
        self.time = SimulatedTime()
        self._seconds, self._capacity = seconds, capacity
        self._rejection, self._timeout = rejection, timeout
        self._queue: deque[Exchange] = deque()
        self._busy = 0
        self._pending: dict[Exchange, float] = {}
        self.limit = limit or ConcurrencyLimit()
        self.requests = 0
        self.highest = 0
        self.notices: list[str] = []
        self.completions: list[Completion] = []
        self.started: list[float] = []
        self.dispatcher = Dispatcher(
            self.time,
            OpenGate(),
            Policies(rules, self.limit, rate or RequestRate(), Readiness(wait_ready)),
            self.send,
            random=random,
            clock=lambda: 1_700_000_000.0 + self.time.now(),
            notify=self.notices.append,
        )

    def run(self, calls: int | Iterator[EngineCall | None]) -> float:
        """Make calls; return the seconds that they took."""
        source = (EngineCall(REQUEST) for _ in range(calls)) if isinstance(calls, int) else calls
        self.dispatcher.begin(source, self.completions.append)
        while True:
            until = self.dispatcher.pump()
            if self.dispatcher.is_done():
                return self.time.now()
            self.time.advance(until)

    def outcomes(self) -> Counter[str]:
        """How many calls ended how: "ok", or the code of an error."""
        return Counter("ok" if each.error is None else each.error.code for each in self.completions)

    def response(self) -> SimulatedResponse | None:
        """What is returned at once; None if the request is handled. For tests to replace."""
        is_full = self._busy >= self._capacity(self.time.now())
        return self._rejection if is_full else None

    def send(self, exchange: Exchange) -> None:
        """Receive a request."""
        self.requests += 1
        self.started.append(self.time.now())
        self.highest = max(self.highest, self.dispatcher.in_flight)
        exchange.sent_bytes = 1
        rejection = self.response()
        if rejection is not None:
            self.time.call_at(
                self.time.now() + rejection.seconds, lambda: self._respond(exchange, rejection)
            )
            return
        self._pending[exchange] = deadline = self.time.now() + self._timeout
        self.time.call_at(deadline, lambda: self._time_out(exchange, deadline))
        self._queue.append(exchange)
        self._work()

    def _work(self) -> None:
        while self._queue and self._busy < self._capacity(self.time.now()):
            exchange = self._queue.popleft()
            deadline = self._pending.get(exchange)
            self._busy += 1
            done = self.time.now() + self._seconds()
            self.time.call_at(done, partial(self._worked, exchange, deadline))

    def _worked(self, exchange: Exchange, deadline: float | None) -> None:
        self._busy -= 1
        self._work()
        if deadline is not None and self._pending.get(exchange) == deadline:
            del self._pending[exchange]
            self._respond(exchange, OK)

    def _time_out(self, exchange: Exchange, deadline: float) -> None:
        if self._pending.get(exchange) == deadline:
            del self._pending[exchange]
            exchange.error = TransportError("no response", code="ReadTimeoutError")
            self.dispatcher.ended(exchange)

    def _respond(self, exchange: Exchange, response: SimulatedResponse) -> None:
        exchange.status, exchange.body = response.status, response.body
        exchange.headers = (("x-amzn-errortype", response.code), *response.headers)
        self.dispatcher.ended(exchange)
