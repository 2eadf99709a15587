"""Wait for a condition instead of for a time."""

import time
from collections.abc import Callable

LIMIT = 60.0
"""Seconds; far more than anything here takes on a busy machine."""


def until(condition: Callable[[], object]) -> None:
    """Return as soon as `condition` holds; fail where it never does."""
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)
