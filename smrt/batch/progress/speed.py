"""The numbers that progress shows, from the counts of a run at different times."""

from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any, NamedTuple

from smrt.batch.job.outcomes import Counts
from smrt.batch.sending.monitor import Progress

NO_COUNTS = Counts()
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
        total = "" if self.total is None else f" of {self.total}"
        words = [
            f"{self.done}{total} records, {self.failed} failed",
            f"{self.in_flight}/{self.limit} in flight",
            f"{self.per_second:.0f}/s",
            f"{self.throttles} throttled",
            f"p50 {self.median:.2f} s, p99 {self.p99:.2f} s",
        ]
        left = self.remaining_seconds
        return ", ".join([*words, *([] if left is None else [f"{left:.0f} s left"])])


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
        return ProgressValues(
            self._earlier.total + tally.results,
            self._total,
            self._earlier.succeeded + tally.succeeded,
            self._earlier.failed + tally.failed,
            progress.in_flight,
            progress.limit,
            per_second,
            progress.throttles,
            tally.percentile(0.5),
            tally.percentile(0.99),
        )
