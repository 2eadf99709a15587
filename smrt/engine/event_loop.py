"""Waits for sockets and timers, and calls their functions, in one thread."""

import select
import selectors
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from math import inf
from time import monotonic
from typing import Protocol

from .timers import Timers

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
SLICE = 1.0
"""Seconds; the maximum of one wait. A signal that arrives just before a wait is handled only when
the wait ends."""
_MAX_SELECT = 1024
"""FD_SETSIZE: `select` supports smaller descriptors only."""


class Descriptor(Protocol):
    """A socket, pipe or similar that can be waited for."""

    def fileno(self) -> int:
        """The file descriptor."""
        ...


class Schedule(Protocol):
    """A clock, and functions that are called at a time on it, or as soon as possible."""

    def now(self) -> float:
        """Seconds on a clock that never goes back."""
        ...

    def call_at(self, when: float, function: Callable[[], None]) -> None:
        """Call `function` at `when`."""
        ...

    def call_soon(self, function: Callable[[], None]) -> None:
        """Call `function` in the loop; other threads and signal handlers may do this too."""
        ...


class EventLoop:
    """A selector, timers, and functions that other threads post."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._timers = Timers()
        self._posted: deque[Callable[[], None]] = deque()
        self._is_closed = False
        self._waker, self._woken = socket.socketpair()
        for end in (self._waker, self._woken):
            end.setblocking(False)
        self.watch(self._woken, READ, self._drain)
        poller = getattr(self._selector, "fileno", lambda: _MAX_SELECT)()
        self._poller = poller if poller < _MAX_SELECT else None

    def now(self) -> float:
        """Seconds on a clock that never goes back."""
        return monotonic()

    def watch(self, source: Descriptor, events: int, function: Callable[[int], None]) -> None:
        """Call `function` with the events (READ, WRITE) whenever `source` has some of them."""
        self._selector.register(source, events, function)

    def change(self, source: Descriptor, events: int, function: Callable[[int], None]) -> None:
        """Watch for other events, or call another function."""
        self._selector.modify(source, events, function)

    def forget(self, source: Descriptor) -> None:
        """Stop watching `source`; call this before it is closed."""
        self._selector.unregister(source)

    def call_at(self, when: float, function: Callable[[], None]) -> None:
        """Call `function` at `when`."""
        self._timers.add(when, function)

    def call_soon(self, function: Callable[[], None]) -> None:
        """Call `function` in the loop; other threads and signal handlers may do this too."""
        self._posted.append(function)
        if self._is_closed:
            self._run_posted()
        else:
            with suppress(OSError):  # full: it will wake up anyway
                self._waker.send(b"\0")

    def run_once(self, until: float = inf) -> None:
        """Wait for events, at most `until`, which is met within 0.1 ms; call their functions."""
        now = monotonic()
        timeout = max(0.0, min(self._timers.next_at() - now, until - now, SLICE))
        if until < inf and timeout and self._poller is not None:
            # a selector rounds its timeout up to whole milliseconds, and `select` does not
            select.select((self._poller,), (), (), timeout)
            timeout = 0.0
        for key, events in self._selector.select(timeout):
            key.data(events)
        self._timers.run(monotonic())

    def close(self) -> None:
        """Release the descriptors of the loop itself.

        What threads have posted, or post from now on, is called at once: it may release something.
        """
        self._is_closed = True
        self._run_posted()
        self._selector.close()
        self._waker.close()
        self._woken.close()

    def _drain(self, _: int) -> None:
        with suppress(BlockingIOError):
            self._woken.recv(1 << 12)
        self._run_posted()

    def _run_posted(self) -> None:
        for _ in range(len(self._posted)):
            try:
                function = self._posted.popleft()
            except IndexError:  # pragma: no cover - another thread took it
                return
            function()
