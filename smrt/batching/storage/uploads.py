"""Writes to S3 in a thread, one after the other, beside the loop that makes the calls."""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Condition, Thread
from typing import NamedTuple

from smrt.errors import SmrtError

MOST_WAITING = 8 << 20
"""Bytes that wait to be written, from which on no call is started."""


class _Upload(NamedTuple):
    write: Callable[[], None]
    size: int


class Uploads:
    """A queue of writes. After one has failed, nothing more is written."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[_Upload | None] = SimpleQueue()
        self._changed = Condition()
        self._waiting = self._size = 0
        self._thread: Thread | None = None
        self.failure: SmrtError | None = None

    def add(self, write: Callable[[], None], size: int = 0) -> None:
        """Write after all that was added before."""
        if self._thread is None:
            self._thread = Thread(target=self._run, name="smrt uploads", daemon=True)
            self._thread.start()
        with self._changed:
            self._waiting, self._size = self._waiting + 1, self._size + size
        self._queue.put(_Upload(write, size))

    def has_room(self) -> bool:
        """Whether more may wait."""
        return self._size < MOST_WAITING

    def check(self) -> None:
        """Raise the error of a write that has failed."""
        if self.failure is not None:
            raise self.failure

    def drain(self) -> None:
        """Wait until all is written. Raises the error of a write that has failed."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting)
        self.check()

    def close(self) -> None:
        """End the thread after what was added."""
        self._queue.put(None)

    def _run(self) -> None:
        while (upload := self._queue.get()) is not None:
            try:
                if self.failure is None:
                    upload.write()
            except SmrtError as exc:
                self.failure = exc
            finally:
                with self._changed:
                    self._waiting, self._size = self._waiting - 1, self._size - upload.size
                    self._changed.notify_all()
