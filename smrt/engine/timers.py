"""Functions to call at a time, in order."""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from math import inf


class Timers:
    """A heap of functions and the times to call them at.

    A timer cannot be canceled: its function checks whether there is still anything to do.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def add(self, when: float, function: Callable[[], None]) -> None:
        """Call `function` at `when`; those with equal times are called in order."""
        heappush(self._heap, (when, next(self._numbers), function))

    def next_at(self) -> float:
        """The time of the next call; infinity if there is none."""
        return self._heap[0][0] if self._heap else inf

    def run(self, now: float) -> None:
        """Call what is due at `now`."""
        while self._heap and self._heap[0][0] <= now:
            heappop(self._heap)[2]()
