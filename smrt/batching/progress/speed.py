"""The numbers that progress shows, from the counts of a run at different times."""

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any, NamedTuple

from smrt.batching.job.outcomes import Counts
from smrt.batching.sending.monitor import Progress

NO_COUNTS = Counts()
EXACT = 10.0
"""Records per second below which a decimal is shown."""
WINDOW = 10.0
"""Seconds over which records per second are computed."""


class ProgressValues(NamedTuple):
    """How far a run is. `total` is about the number of records, None if it is unknown."""

    done: int
    total: int | None
    succeeded: int
    failed: int
    in_flight: int
    limit: int
    per_second: float
    throttles: int
    median: float
    p99: float

    @property
    def remaining_seconds(self) -> float | None:
        """Seconds until the end, if that can be said."""
        if self.total is None or not self.per_second:
            return None
        return max(0, self.total - self.done) / self.per_second

    @property
    def members(self) -> dict[str, Any]:
        """The members of a JSON line."""
        left = self.remaining_seconds
        return {
            "processedRecordCount": self.done,
            "totalRecordCount": self.total,
            "successRecordCount": self.succeeded,
            "errorRecordCount": self.failed,
            "inFlight": self.in_flight,
            "concurrencyLimit": self.limit,
            "recordsPerSecond": round(self.per_second, 1),
            "throttleCount": self.throttles,
            "p50Seconds": round(self.median, 4),
            "p99Seconds": round(self.p99, 4),
            "remainingSeconds": None if left is None else round(left, 1),
        }

    @property
    def text(self) -> str:
        """One line for people."""
        return ", ".join(text for text, _ in self._texts())

    def fitted(self, width: int) -> str:
        """The text without the fields, the least important first, that do not fit in `width`."""
        fields = self._texts()
        while len(fields) > 1 and len(", ".join(text for text, _ in fields)) > width:
            fields.remove(max(fields, key=lambda field: field[1]))
        return ", ".join(text for text, _ in fields)

    def _texts(self) -> list[tuple[str, int]]:
        """What people read, in order, and how much can be left out before it."""
        total = "" if self.total is None else f"/{self.total}"
        left = self.remaining_seconds
        rate = self.per_second
        remaining = [] if left is None else [(f"{timedelta(seconds=round(left))} left", 1)]
        return [
            (f"{self.done}{total}", 0),
            (f"{self.succeeded} ok", 6),
            (f"{self.failed} failed", 2),
            (f"{self.in_flight}/{self.limit} in flight", 4),
            (f"{rate:.0f}/s" if rate >= EXACT else f"{rate:.1f}/s", 3),
            (f"{self.throttles} throttled", 5),
            (f"p50 {self.median:.2f} s, p99 {self.p99:.2f} s", 7),
            *remaining,
        ]


class Speed:
    """Computes values from progress; `clock` returns seconds.

    `total` is about the number of records, `earlier` are the results of earlier runs.
    """

    def __init__(
        self,
        total: int | None,
        earlier: Counts = NO_COUNTS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._total, self._earlier, self._clock = total, earlier, clock
        self._samples = deque([(clock(), 0)])

    def values(self, progress: Progress) -> ProgressValues:
        """The values now."""
        now, tally = self._clock(), progress.tally
        while len(self._samples) > 1 and now - self._samples[1][0] >= WINDOW:
            self._samples.popleft()
        since, before = self._samples[0]
        self._samples.append((now, tally.results))
        per_second = (tally.results - before) / (now - since) if now > since else 0.0
        done, total = self._earlier.total + tally.results, self._total
        return ProgressValues(
            done,
            None if total is not None and total < done else total,  # it is an estimate
            self._earlier.succeeded + tally.succeeded,
            self._earlier.failed + tally.failed,
            progress.in_flight,
            progress.limit,
            per_second,
            progress.throttles,
            tally.percentile(0.5),
            tally.percentile(0.99),
        )
