"""How many requests may be in flight: all callers of a closed loop, after their ramp-up."""

from math import ceil
from time import monotonic
from typing import TYPE_CHECKING

from smrt.engine.concurrency_limit import FixedLimit

if TYPE_CHECKING:
    from collections.abc import Callable

    from smrt.engine.event_loop import Schedule

UNLIMITED = 1 << 30


class RampLimit(FixedLimit):
    """A limit that rises evenly from 1 to `limit` in as many seconds from its first use on."""

    def __init__(
        self, limit: int, seconds: float, clock: "Callable[[], float]" = monotonic
    ) -> None:
        super().__init__(limit)
        self._seconds, self._clock = seconds, clock
        self._started_at: float | None = None

    def current(self) -> int:
        """How many requests may be in flight now."""
        limit = super().current()
        if self._started_at is None:
            self._started_at = self._clock()
        elapsed = self._clock() - self._started_at
        if elapsed >= self._seconds:
            return limit
        return min(limit, max(1, ceil(limit * elapsed / self._seconds)))


def wake_for_ramp(schedule: "Schedule", limit: int, seconds: float) -> None:
    """Let the loop run whenever one more caller may start."""
    for step in range(1, limit + 1 if seconds else 1):
        schedule.call_at(schedule.now() + seconds * step / limit, lambda: None)


def raise_descriptor_limit() -> None:
    """Allow as many open sockets as the system does: a stall at a high rate needs thousands."""
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows has no such limit
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (ValueError, OSError):  # pragma: no cover - macOS has a hard limit that is too high
        return
