"""The calls of a level in their order, and when each is due: a source of the engine."""

from collections import deque
from collections.abc import Callable, Iterator
from math import inf
from time import monotonic
from typing import NamedTuple, Protocol

from smrt.engine.call import EngineCall

from .arrivals import plan_arrivals
from .load_options import Level, LoadOptions


class Sending(NamedTuple):
    """The tag of a call: when it was due, and when the client got around to it.

    Without `planned_at` the call was due when it started, as in a closed loop; `lag` is then how
    long the client let a caller wait.
    """

    is_measured: bool
    planned_at: float | None
    pulled_at: float
    lag: float = 0.0


MakeCall = Callable[[Sending], EngineCall]
Clock = Callable[[], float]


class CallSequence(Protocol):
    """An iterator of calls; knows when the load ends, and which calls were never made."""

    dropped: "deque[float]"
    """When measured calls were due that could not be sent."""

    @property
    def measured_from(self) -> float:
        """When the first measured call was due; infinity before."""
        ...

    def __iter__(self) -> Iterator[EngineCall]: ...

    def __next__(self) -> EngineCall: ...

    def ends_at(self) -> float:
        """The instant after which nothing is sent; infinity if that is not known."""
        ...

    def released(self, now: float, *, was_full: bool) -> None:
        """A call ended; `was_full` if no other could start before."""
        ...

    def close(self, now: float) -> None:
        """No call can be sent any more."""
        ...


class ClosedSequence:
    """As many callers, each of which sends its next request when the last one has ended."""

    def __init__(
        self, make: MakeCall, level: Level, options: LoadOptions, clock: Clock = monotonic
    ) -> None:
        self._make, self._clock = make, clock
        self._warmup, self._ramp = options.warmup(level), options.ramp_up
        self._count = options.measured(level)
        self._remaining = inf if self._count is None else self._count
        self._duration = inf if options.duration is None else options.duration
        self._ramp_ends = -inf
        self._released: deque[float] = deque()
        self._measured_from = inf
        self.dropped: deque[float] = deque()

    @property
    def measured_from(self) -> float:
        """When the first measured call was made."""
        return self._measured_from

    def __iter__(self) -> "ClosedSequence":
        return self

    def __next__(self) -> EngineCall:
        now = self._clock()
        lag = now - self._released.popleft() if self._released else 0.0
        if self._warms_up(now):
            return self._make(Sending(is_measured=False, planned_at=None, pulled_at=now, lag=lag))
        self._measured_from = min(self._measured_from, now)
        if not self._remaining or now >= self.ends_at():
            raise StopIteration
        self._remaining -= 1
        if not self._remaining:
            self._duration = now - self.measured_from
        return self._make(Sending(is_measured=True, planned_at=None, pulled_at=now, lag=lag))

    def ends_at(self) -> float:
        """The end of the duration, or when the last of a number of requests was sent."""
        return self.measured_from + self._duration

    def released(self, now: float, *, was_full: bool) -> None:
        """A caller is free."""
        del was_full
        self._released.append(now)

    def close(self, now: float) -> None:
        """Nothing is lost: what a caller did not send was not due."""

    def _warms_up(self, now: float) -> bool:
        if self.measured_from < inf:
            return False
        if self._ramp_ends == -inf:
            self._ramp_ends = now + self._ramp
        self._warmup -= 1
        return self._warmup >= 0 or now < self._ramp_ends


class OpenSequence:
    """Requests at planned instants, whatever the endpoint does."""

    def __init__(
        self, make: MakeCall, level: Level, options: LoadOptions, clock: Clock = monotonic
    ) -> None:
        self._make, self._clock = make, clock
        self._offsets, self._measured = plan_arrivals(level, options)
        self._next = 0
        self._started_at = inf
        self.dropped: deque[float] = deque()

    @property
    def measured_from(self) -> float:
        """When the first measured call is due."""
        return self._started_at + self._offsets[self._measured]

    def __iter__(self) -> "OpenSequence":
        return self

    def __next__(self) -> EngineCall:
        now = self._clock()
        if self._started_at == inf:
            self._started_at = now
        if self._next == len(self._offsets):
            raise StopIteration
        planned_at = self._started_at + self._offsets[self._next]
        is_measured = self._next >= self._measured
        self._next += 1
        return self._make(Sending(is_measured, planned_at, now))._replace(planned_at=planned_at)

    def ends_at(self) -> float:
        """The last instant of the schedule."""
        return self._started_at + self._offsets[-1]

    def released(self, now: float, *, was_full: bool) -> None:
        """A call ended; those that were due while no more could start are dropped."""
        if was_full:
            self._drop(now)

    def close(self, now: float) -> None:
        """Drop what was due and could not be sent."""
        self._drop(now)

    def _drop(self, now: float) -> None:
        while self._next < len(self._offsets):
            planned_at = self._started_at + self._offsets[self._next]
            if planned_at > now:
                return
            if self._next >= self._measured:
                self.dropped.append(planned_at)
            self._next += 1


def call_sequence(
    make: MakeCall, level: Level, options: LoadOptions, clock: Clock = monotonic
) -> CallSequence:
    """The calls of a level."""
    if level.is_open:
        return OpenSequence(make, level, options, clock)
    return ClosedSequence(make, level, options, clock)
