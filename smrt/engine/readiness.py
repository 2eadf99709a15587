"""A pause of all calls while the model loads: one request at a time probes whether it is ready.

Pure: times are arguments, in seconds.
"""

from math import inf

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 10.0
"""Seconds between two probes, as in a single call that waits."""


class Readiness:
    """Whether calls may start, by what the endpoint returned; waits for `max_wait` seconds."""

    def __init__(self, max_wait: float) -> None:
        self._max_wait = max_wait
        self._ready_by: float | None = None
        self._probe_at = -inf
        self._probes = 0

    @property
    def is_waiting(self) -> bool:
        """Whether the model is loading as far as is known."""
        return self._ready_by is not None

    def allows(self, now: float, in_flight: int) -> bool:
        """Whether a call may start: while the model loads, one at a time, after a pause."""
        return self._ready_by is None or (in_flight == 0 and now >= self._probe_at)

    def starts_at(self) -> float:
        """When the next probe may start."""
        return self._probe_at

    def loading(self, now: float, started_at: float) -> bool:
        """The model is loading; return whether the call may be sent again.

        `started_at` is when the call was sent: several that were sent together are one probe.
        """
        if self._ready_by is None:
            self._ready_by = now + self._max_wait
            self._probes = 0
        if now >= self._ready_by:
            return False
        if started_at >= self._probe_at:
            pause = min(FIRST_PAUSE * 1.5**self._probes, LONGEST_PAUSE, self._ready_by - now)
            self._probe_at = now + pause
            self._probes += 1
        return True

    def responded(self) -> None:
        """The endpoint handled a request: the model is loaded."""
        self._ready_by, self._probe_at = None, -inf
