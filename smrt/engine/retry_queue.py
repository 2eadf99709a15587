"""Calls to send again: those that are due, and those that wait for their time."""

from collections import deque

from .event_loop import Schedule
from .exchange import Exchange

MAX_WAITING = 256
"""While as many calls wait to be sent again, no new ones start."""


class RetryQueue:
    """A queue of calls, in the order in which they are due."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._due: deque[Exchange] = deque()
        self._waiting: set[Exchange] = set()

    def __bool__(self) -> bool:
        return bool(self._due or self._waiting)

    def is_full(self) -> bool:
        """Whether no new calls may start."""
        return len(self._waiting) >= MAX_WAITING

    def add(self, exchange: Exchange) -> None:
        """Send a call again as soon as possible."""
        self._due.append(exchange)

    def add_at(self, when: float, exchange: Exchange) -> None:
        """Send a call again at `when`."""
        self._waiting.add(exchange)
        self._schedule.call_at(when, lambda: self._resume(exchange))

    def next(self) -> Exchange | None:
        """Remove and return the first call that is due, if any."""
        return self._due.popleft() if self._due else None

    def clear(self) -> list[Exchange]:
        """Remove and return all calls."""
        removed = [*self._due, *self._waiting]
        self._due.clear()
        self._waiting.clear()
        return removed

    def _resume(self, exchange: Exchange) -> None:
        if exchange in self._waiting:
            self._waiting.remove(exchange)
            self._due.append(exchange)
