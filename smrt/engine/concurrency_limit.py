"""How many requests may be in flight: additive increase, multiplicative decrease, slow start.

Pure: the limit is a function of the events that are reported to it, each with its time in seconds.
"""

from math import inf
from typing import Protocol

START = 4.0
CEILING = 64
DECREASE = 0.7
PERIOD = 0.1
"""Seconds in which the limit decreases at most once."""
GAIN = 1.2
"""A doubling that brings fewer responses per second than this ratio was useless."""
TIMEOUTS = 3
SAMPLES = (8, 64)
"""The minimum number of responses from which a rate is computed: it doubles with each doubling
of the limit that was useless."""


class Limit(Protocol):
    """A maximum of requests in flight that may change with what happens to them."""

    def current(self) -> int:
        """How many requests may be in flight now."""
        ...

    def filled(self, in_flight: int) -> None:
        """As many requests were started as possible; now `in_flight` are."""
        ...

    def succeeded(self, now: float, seconds: float) -> None:
        """The endpoint handled a request, which took some seconds."""
        ...

    def throttled(self, now: float) -> None:
        """The endpoint rejected a request because it had too many."""
        ...

    def timed_out(self, now: float) -> bool:
        """A request got no response in time; return whether only one may be in flight now."""
        ...


class FixedLimit:
    """A limit that stays as it is."""

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def current(self) -> int:
        """How many requests may be in flight."""
        return self._limit

    def filled(self, in_flight: int) -> None:
        """Change nothing."""

    def succeeded(self, now: float, seconds: float) -> None:
        """Change nothing."""

    def throttled(self, now: float) -> None:
        """Change nothing."""

    def timed_out(self, now: float) -> bool:
        """Change nothing."""
        del now
        return False


class ConcurrencyLimit:
    """A limit that finds what an endpoint can handle, and follows it.

    The response rate is measured at a base, and again when the limit is twice as high. If the
    doubling was useless, as with a container that queues requests, the limit returns to the base
    and increases additively; otherwise it doubles with each round trip (slow start). The limit
    changes only while it is used up.

    The rate is the limit divided by the mean time of a request (Little's law): responses that
    arrive in bursts would distort a count of them.
    """

    def __init__(self, ceiling: int = CEILING) -> None:
        self._ceiling = float(ceiling)
        self._limit = min(START, self._ceiling)
        self._is_full = self._is_draining = False
        self._decreased_at = -inf
        self._timeouts = 0
        self._sample = SAMPLES[0]
        self._base, self._base_rate = self._limit, 0.0
        self._is_slow_start = True
        self._count, self._seconds, self._since = 0, 0.0, inf

    def current(self) -> int:
        """How many requests may be in flight now."""
        return int(self._limit)

    def filled(self, in_flight: int) -> None:
        """As many requests were started as possible; now `in_flight` are."""
        limit = int(self._limit)
        self._is_full, self._is_draining = in_flight >= limit, in_flight > limit

    def succeeded(self, now: float, seconds: float) -> None:
        """The endpoint handled a request, which took some seconds."""
        self._timeouts = 0
        if not self._is_full or self._is_draining:
            self._since = inf  # the rate is not that of the limit
        elif self._base_rate and self._limit < 2 * self._base:
            self._increase()
        else:
            self._measure(now, seconds)

    def throttled(self, now: float) -> None:
        """The endpoint rejected a request because it had too many."""
        self._timeouts = 0
        self._decrease(now)

    def timed_out(self, now: float) -> bool:
        """A request got no response in time; return whether only one may be in flight now."""
        self._timeouts += 1
        if self._timeouts < TIMEOUTS:
            self._decrease(now)
            return False
        self._timeouts = 0
        self._restart(1.0)
        return True

    def _increase(self) -> None:
        step = 1.0 if self._is_slow_start else 1.0 / self._limit
        self._limit = min(self._limit + step, 2 * self._base, self._ceiling)

    def _measure(self, now: float, seconds: float) -> None:
        """Count the requests that started with this limit; judge the rate after enough of them."""
        if self._since == inf:
            self._count, self._seconds, self._since = 0, 0.0, now
        if not self._is_slow_start and not self._base_rate and self._limit >= START:
            self._increase()
        if now - seconds >= self._since:
            self._count += 1
            self._seconds += seconds
            if self._count >= max(self._limit, self._sample):
                self._judge(self._limit * self._count / max(self._seconds, 1e-9))

    def _judge(self, rate: float) -> None:
        self._since = inf
        if not self._base_rate:
            self._base_rate = rate
        elif rate >= GAIN * self._base_rate:
            self._base, self._base_rate, self._is_slow_start = self._limit, rate, True
            self._sample = SAMPLES[0]
        else:
            self._sample = min(2 * self._sample, SAMPLES[1])
            self._restart(self._base)

    def _decrease(self, now: float) -> None:
        if now - self._decreased_at >= PERIOD:
            self._decreased_at = now
            self._restart(max(1.0, self._limit * DECREASE))

    def _restart(self, limit: float) -> None:
        """Continue at `limit` without slow start, and measure the rate there."""
        self._limit = self._base = limit
        self._base_rate, self._is_slow_start, self._since = 0.0, False, inf
