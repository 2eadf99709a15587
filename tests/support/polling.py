"""Wait for a condition instead of a fixed time."""

import time
from collections.abc import Callable

LIMIT = 120.0
"""Seconds; far more than any condition needs on a busy host."""


def until(condition: Callable[[], object], seconds: float = LIMIT) -> None:
    """Return when `condition` is true; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"the condition is still false after {seconds} s"
        time.sleep(0.005)
