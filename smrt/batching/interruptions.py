"""Ctrl-C and SIGTERM while calls are made: the first stops gracefully, the second at once."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class Interruptions:
    """Counts signals; `stop` is called for the first one, `abort` for the second."""

    def __init__(self, stop: Callable[[], None], abort: Callable[[], None]) -> None:
        self._actions = (stop, abort)
        self.count = 0

    def handle(self, number: int, frame: FrameType | None) -> None:
        """A signal has arrived."""
        del number, frame
        self.count += 1  # first: another one may arrive meanwhile
        if self.count <= len(self._actions):
            self._actions[self.count - 1]()


@contextmanager
def handling(interruptions: Interruptions) -> Iterator[None]:
    """Handle signals in this block; those that are ignored stay ignored."""
    if current_thread() is not main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    before = {n: signal.getsignal(n) for n in numbers}
    active = {n: handler for n, handler in before.items() if handler is not signal.SIG_IGN}
    for number in active:
        signal.signal(number, interruptions.handle)
    try:
        yield
    finally:
        for number, handler in active.items():
            signal.signal(number, handler)
