"""Runs slow work, such as a name lookup, in threads beside the loop."""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, NamedTuple, TypeVar

from .event_loop import Schedule

THREADS = 4
_T = TypeVar("_T")
_Done = Callable[[Any, Exception | None], None]


class _Task(NamedTuple):
    work: Callable[[], Any]
    done: _Done


class HelperThreads:
    """Up to four threads, started when they are needed.

    They are daemons: the process can end although a name lookup hangs.
    """

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._lock = Lock()
        self._threads = self._idle = 0

    def run(
        self, work: Callable[[], _T], done: Callable[[_T | None, Exception | None], None]
    ) -> None:
        """Run `work` in a thread, then `done` in the loop, with its result or its exception."""
        with self._lock:
            is_short = self._idle <= self._tasks.qsize()
            if is_short and self._threads < THREADS:
                self._threads += 1
                Thread(target=self._work, name="smrt helper", daemon=True).start()
        self._tasks.put(_Task(work, done))

    def close(self) -> None:
        """End the threads after their current work."""
        for _ in range(self._threads):
            self._tasks.put(None)

    def _work(self) -> None:
        while (task := self._next()) is not None:
            result, failure = None, None
            try:
                result = task.work()
            except Exception as exc:  # noqa: BLE001 - handled in the loop
                failure = exc
            self._post(task.done, result, failure)

    def _next(self) -> _Task | None:
        with self._lock:
            self._idle += 1
        task = self._tasks.get()
        with self._lock:
            self._idle -= 1
        return task

    def _post(self, done: _Done, result: Any, failure: Exception | None) -> None:
        self._schedule.call_soon(lambda: done(result, failure))
