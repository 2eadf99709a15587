"""A maximum of requests per second, as a schedule of tokens.

Pure: times are arguments, in seconds.
"""

from math import inf


class RequestRate:
    """Lets requests start 1/rate seconds apart.

    A loop is some milliseconds late at times: the schedule makes up for less than an interval. A
    longer delay is not made up for by a burst.
    """

    def __init__(self, per_second: float = inf) -> None:
        self._interval = 1.0 / per_second
        self._last_at = -inf

    def change(self, per_second: float) -> None:
        """Set the rate from now on."""
        self._interval = 1.0 / per_second

    def ready_at(self) -> float:
        """When the next request may start."""
        return self._last_at + self._interval

    def take(self, now: float) -> None:
        """A request starts, at `ready_at` or later."""
        ready_at = self.ready_at()
        self._last_at = ready_at if now - ready_at < self._interval else now
