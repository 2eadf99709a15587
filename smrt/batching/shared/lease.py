"""The lease of a process: until when it may send without another renewal."""

import time
from collections.abc import Callable
from math import inf

from smrt.batching.job.ownership import LeaseLapsedError

SHARE = 2 / 3
"""The part of a lease in which its owner sends; others take over only after all of it."""


def seconds_since_boot() -> float:
    """A clock that goes on while the machine sleeps, and that nobody sets."""
    clock = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Lease:
    """A lease of so many seconds. Once it has lapsed, it stays so until `restart`.

    A renewal counts from the time at which it began: the store may have written it that early.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = seconds_since_boot) -> None:
        self.seconds, self.clock = seconds, clock
        self._limit = seconds * SHARE
        self._renewed_at = -inf
        self._has_lapsed = True

    def restart(self, began: float) -> None:
        """Start with a renewal that began at `began`; nothing is owned yet."""
        self._renewed_at, self._has_lapsed = began, False

    def renewed(self, began: float) -> None:
        """A renewal that began at `began` has succeeded, perhaps too late."""
        if self.holds():
            self._renewed_at = began

    def holds(self) -> bool:
        """Whether this process may send."""
        if not self._has_lapsed and self.clock() - self._renewed_at >= self._limit:
            self._has_lapsed = True
        return not self._has_lapsed

    def check(self) -> None:
        """Raise LeaseLapsedError if this process may not send."""
        if not self.holds():
            raise LeaseLapsedError("the lease was not renewed in time")
