"""Sends records that a thread claims, reads and reserves: the loop never waits for S3."""

from collections.abc import Callable, Iterator, Sequence
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, NamedTuple

from smrt.batching.job.outcomes import InDoubt
from smrt.batching.job.store import Attempt
from smrt.batching.records.packing import Pack, pack_records
from smrt.batching.records.record import Record, RecordError
from smrt.batching.sending.flight import OpenPartition
from smrt.batching.sending.sender import IN_DOUBT_CODE, IN_DOUBT_MESSAGE, Sender
from smrt.batching.sending.work import Work
from smrt.engine.call import EngineCall
from smrt.errors import SmrtError

FIRST, LARGEST = 64, 4096
"""Records in the first windows of a run, and in the largest."""
WINDOW_BYTES = 1 << 20
POLL_SECONDS = 0.1
LARGEST_LOOK_UP = 256
"""Records in doubt that are looked up at once."""


class Window(NamedTuple):
    """What is sent next of a partition: requests, which are reserved, and errors."""

    current: OpenPartition
    items: list[Pack | RecordError]
    doubtful: list[Record | RecordError]
    """Records that are not sent again, as their calls may have run."""
    read: int
    """Records that were read."""
    outstanding: int
    """Records that have no result from earlier."""
    is_last: bool
    accepted: list[tuple[Record, bytes]]
    """Records that an asynchronous endpoint has queued."""


class AheadSender(Sender):
    """A Sender whose partitions are claimed and read in a thread."""

    def calls(self) -> Iterator[EngineCall | None]:
        """The calls to make."""
        wake: Callable[[], None] = waker(self._engine)
        reader = WindowReader(self._work, wake)
        try:
            while not self.is_stopping:
                window = reader.next()
                if window is None:
                    yield None
                    continue
                if window is END:
                    break
                yield from self._window_calls(window)
            yield from self._rest()
        except SmrtError as exc:
            self.stop(exc)
        finally:
            reader.close()

    def _rest(self) -> Iterator[EngineCall | None]:
        while self._calls or self._settlement.halves:
            yield self._send_half() if self._settlement.halves else None

    def _window_calls(self, window: Window) -> Iterator[EngineCall | None]:
        current = window.current
        current.records += window.read
        current.outstanding += window.outstanding
        self._recorder.doubt(current, window.doubtful, IN_DOUBT_CODE, IN_DOUBT_MESSAGE)
        self._resume_waiting(current, window.accepted)
        if (yield from self._pack_calls(current, window.items)) and window.is_last:
            self._end(current)

    def _resume_waiting(
        self, current: OpenPartition, accepted: Sequence[tuple[Record, bytes]]
    ) -> None:
        """Only an asynchronous endpoint has queued anything."""


class WindowReader:
    """Claims partitions and reads them in a thread, one window ahead."""

    def __init__(self, work: Work, wake: Callable[[], None]) -> None:
        self._work, self._wake = work, wake
        self._queue: Queue[Window | SmrtError] = Queue(1)
        self._is_closed = Event()
        self._most = FIRST
        self._thread = Thread(target=self._run, name="smrt input", daemon=True)
        self._thread.start()

    def next(self) -> Window | None:
        """The next window; None if there is none yet; END. Raises the error of the thread."""
        try:
            item = self._queue.get_nowait()
        except Empty:
            return None
        if isinstance(item, SmrtError):
            raise item
        return item

    def close(self) -> None:
        """End the thread after what it waits for."""
        self._is_closed.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            for partition in self._work.plan.partitions():
                if self._is_closed.is_set():
                    return
                attempt = self._work.store.claim(partition)
                if attempt is not None:
                    self._read(attempt)
            self._put(END)
        except SmrtError as exc:
            self._put(exc)

    def _read(self, attempt: Attempt) -> None:
        for window in self._windows(attempt):
            offsets = [
                record.offset
                for item in window.items
                if isinstance(item, Pack)
                for record in item.records
            ]
            attempt.reserve(offsets)
            self._put(window)
            if self._is_closed.is_set():
                return
            self._most = min(2 * self._most, LARGEST)

    def _windows(self, attempt: Attempt) -> Iterator[Window]:
        current, records = OpenPartition(attempt), _Reading(self._work, attempt)
        items: list[Pack | RecordError] = []
        count = size = 0
        for packed in pack_records(records.unsent(), self._work.limits):
            item = self._work.prepare(packed) if isinstance(packed, Pack) else packed
            items.append(item)
            if isinstance(item, Pack):
                count, size = count + len(item.records), size + len(item.body)
            if count >= self._most or size >= WINDOW_BYTES:
                yield records.window(current, items, is_last=False)
                items, count, size = [], 0, 0
        yield records.window(current, items, is_last=True)

    def _put(self, item: Window | SmrtError) -> None:
        while not self._is_closed.is_set():
            try:
                self._queue.put(item, timeout=POLL_SECONDS)
            except Full:
                continue
            self._wake()
            return


class _Reading:
    """The records of a partition that are to be sent, and the counts since the last window."""

    def __init__(self, work: Work, attempt: Attempt) -> None:
        self._work, self._attempt = work, attempt
        self._doubtful: list[Record | RecordError] = []
        self._accepted: list[tuple[Record, bytes]] = []
        self._read = self._outstanding = 0

    def unsent(self) -> Iterator[Record | RecordError]:
        """The records without those of earlier runs; those that are in doubt come late."""
        earlier = self._attempt.earlier()
        doubtful: list[Record] = []
        for record in self._work.read(self._attempt.partition):
            self._read += 1
            if earlier.stored and record.offset in earlier.stored:
                continue
            self._outstanding += 1
            if isinstance(record, RecordError) or record.offset not in earlier.in_doubt:
                yield record
            elif record.offset in earlier.accepted:
                self._accepted.append((record, earlier.accepted[record.offset]))
            else:
                doubtful.append(record)
            if len(doubtful) == LARGEST_LOOK_UP:
                yield from self._sent_again(doubtful)
                doubtful = []
        yield from self._sent_again(doubtful)

    def _sent_again(self, records: list[Record]) -> Iterator[Record]:
        """Those of the records in doubt whose calls are repeated: no result of them exists."""
        accepted = self._work.look_up(records) if records else {}
        for record in records:
            if record.offset in accepted:
                self._accepted.append((record, accepted[record.offset]))
            elif self._work.in_doubt is InDoubt.SKIP:
                self._doubtful.append(record)
            else:
                yield record

    def window(
        self, current: OpenPartition, items: list[Pack | RecordError], *, is_last: bool
    ) -> Window:
        """A window with these items, and what was counted since the last one."""
        counts = (self._read, self._outstanding)
        window = Window(current, items, self._doubtful, *counts, is_last, self._accepted)
        self._doubtful, self._accepted = [], []
        self._read, self._outstanding = 0, 0
        return window


END: Any = Window(None, [], [], 0, 0, is_last=True, accepted=[])  # type: ignore[arg-type] # of no partition


def waker(engine: Any) -> Callable[[], None]:
    """A function that makes the loop of an engine look for calls, from any thread."""
    return lambda: engine.loop.call_soon(lambda: None)
