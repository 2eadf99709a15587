"""Notices what a run does besides its result: a hang, and an exception that nothing caught."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import extract_tb
from types import FrameType, TracebackType

HANG_SECONDS = 20.0
"""Far more than any case needs on a busy host."""


class Hang(BaseException):
    """The run did not end."""


class Watch:
    """A block in which exceptions become a `problem`, and which ends after some seconds."""

    def __init__(self, seconds: float) -> None:
        self.problem = ""
        self._seconds = seconds

    def __enter__(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, self._seconds)

    def __exit__(self, _: object, exc: BaseException | None, trace: TracebackType | None) -> bool:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if exc is not None:
            self.note(exc, trace)
        return not isinstance(exc, KeyboardInterrupt)

    def note(self, exc: BaseException, trace: TracebackType | None) -> None:
        """Remember the first exception, and where it was raised."""
        frame = extract_tb(trace)[-1] if trace else None
        where = f" in {frame.name} of {frame.filename}" if frame else ""
        name = "hang" if isinstance(exc, Hang) else f"{type(exc).__name__}: {exc}"
        self.problem = self.problem or f"{name}{where}"


@contextmanager
def watched(seconds: float = HANG_SECONDS) -> Iterator[Watch]:
    """A watch that also has the exceptions of threads."""
    watch = Watch(seconds)
    hook = threading.excepthook
    threading.excepthook = lambda args: watch.note(
        args.exc_value or args.exc_type(), args.exc_traceback
    )
    handler = signal.signal(signal.SIGALRM, _raise)
    try:
        yield watch
    finally:
        signal.signal(signal.SIGALRM, handler)
        threading.excepthook = hook


def _raise(number: int, frame: FrameType | None) -> None:  # the signature of a handler
    raise Hang
