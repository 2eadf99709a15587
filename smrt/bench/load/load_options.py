"""How much load a benchmark sends, and for how long."""

from math import ceil
from typing import NamedTuple

LEAST_REQUESTS = 200
REQUESTS_PER_CALLER = 10
LONGEST_DEFAULT_WARMUP = 10
"""Requests of a level of an open loop that are not measured, by default."""


class Level(NamedTuple):
    """One load: so many callers (closed loop), or so many requests per second (open loop)."""

    concurrency: int = 0
    request_rate: float = 0.0

    @property
    def is_open(self) -> bool:
        """Whether requests are sent by a schedule, whatever the endpoint does."""
        return self.request_rate > 0

    @property
    def label(self) -> str:
        """The level in tables."""
        return f"{self.request_rate:g}/s" if self.is_open else f"{self.concurrency}"


class LoadOptions(NamedTuple):
    """Times are in seconds; None for what follows from the level."""

    arrival: str = "constant"
    """constant or poisson."""
    ramp_up: float = 0.0
    request_count: int | None = None
    duration: float | None = None
    grace_period: float = 30.0
    warmup_requests: int | None = None
    max_concurrency: int | None = None
    seed: int = 0

    def warmup(self, level: Level) -> int:
        """How many requests are sent before those that are measured."""
        if self.warmup_requests is not None:
            return self.warmup_requests
        if level.is_open:
            return min(ceil(level.request_rate), LONGEST_DEFAULT_WARMUP)
        return level.concurrency

    def measured(self, level: Level) -> int | None:
        """How many requests are measured; None if the duration decides."""
        if self.request_count is not None or self.duration is not None:
            return self.request_count
        return max(LEAST_REQUESTS, REQUESTS_PER_CALLER * level.concurrency)
