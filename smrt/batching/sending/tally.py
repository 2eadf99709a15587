"""Counts of a run, and the times of its latest requests."""

from collections import deque
from collections.abc import Mapping
from typing import Any

LATEST = 512
"""How many response times percentiles are computed from."""


class Tally:
    """What a sending process has done in this run; counts of results are those of records."""

    def __init__(self) -> None:
        self.requests = self.succeeded = self.failed = self.in_doubt = self.halved = 0
        self.seconds: deque[float] = deque(maxlen=LATEST)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Tally":
        """The tally with these values."""
        tally = cls()
        vars(tally).update(values, seconds=deque(values["seconds"], LATEST))
        return tally

    def values(self) -> dict[str, Any]:
        """All counts and times, by their names."""
        return {**vars(self), "seconds": list(self.seconds)}

    @property
    def results(self) -> int:
        """The records that have a result."""
        return self.succeeded + self.failed + self.in_doubt

    def add(self, other: "Tally") -> None:
        """Add what another process has done."""
        self.requests += other.requests
        self.succeeded += other.succeeded
        self.failed += other.failed
        self.in_doubt += other.in_doubt
        self.halved += other.halved
        self.seconds.extend(other.seconds)

    def responded(self, seconds: float) -> None:
        """A request took some seconds."""
        self.seconds.append(seconds)

    def percentile(self, share: float) -> float:
        """The time within which this share of the latest requests was done; 0 without any."""
        ordered = sorted(self.seconds)
        return ordered[int(share * (len(ordered) - 1))] if ordered else 0.0
