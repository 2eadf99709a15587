"""The state of a batch without a job folder: results are printed, in the order of the input."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from smrt.batching.job.job_status import JobStatus
from smrt.batching.job.job_store import PartitionPlan
from smrt.batching.job.outcomes import Counts, Outcome
from smrt.batching.job.store import Earlier
from smrt.batching.records.record import Partition, Record, RecordError, Result

MOST_WAITING = 16 << 20
"""Bytes of results that wait for one before them."""
Write = Callable[[bytes], object]


class OrderedWriter:
    """Writes lines in the order of their records, as soon as that permits; or at once."""

    def __init__(self, write: Write, *, keep_order: bool) -> None:
        self._write, self._keep_order = write, keep_order
        self._expected: deque[int] = deque()
        self._waiting: dict[int, bytes] = {}
        self._size = 0

    def has_room(self) -> bool:
        """Whether lines may wait."""
        return self._size < MOST_WAITING

    def expect(self, records: Iterator[Record | RecordError]) -> Iterator[Record | RecordError]:
        """`records` as they are; each will have a line, which may be empty."""
        for record in records:
            if self._keep_order:
                self._expected.append(record.offset)
            yield record

    def add(self, offset: int, line: bytes) -> None:
        """Write a line, and those that waited for it."""
        if not self._keep_order:
            self._write(line)
            return
        self._waiting[offset] = line
        self._size += len(line)
        ready = []
        while self._expected and self._expected[0] in self._waiting:
            ready.append(self._waiting.pop(self._expected.popleft()))
        if ready:
            content = b"".join(ready)
            self._size -= len(content)
            self._write(content)

    def flush(self) -> None:
        """Write what still waits for a line that did not come."""
        for offset in self._expected:
            if offset in self._waiting:
                self._write(self._waiting.pop(offset))


class PrintedAttempt:
    """The work on a partition whose results are printed."""

    def __init__(self, partition: Partition, printer: OrderedWriter) -> None:
        self.partition = partition
        self.pending: set[int] = set()
        self.is_complete = False
        self._printer = printer
        self._counts = [0, 0, 0]

    @property
    def counts(self) -> Counts:
        """All results of the partition."""
        return Counts(*self._counts)

    def earlier(self) -> Earlier:
        """Nothing: a run that stores nothing has no earlier one."""
        return Earlier((), ())

    def reserve(self, offsets: Sequence[int]) -> None:
        """Nothing is stored."""

    def sent(self, offsets: Sequence[int]) -> None:
        """These records are about to be sent."""
        self.pending.update(offsets)

    def accepted(self, offset: int, content: bytes) -> None:
        """Nothing is stored."""

    def unsent(self, offsets: Sequence[int]) -> None:
        """These calls did not run."""
        self.pending.difference_update(offsets)

    def response(self, offset: int, line: bytes, *, ok: bool, in_doubt: bool = False) -> None:
        """Print the result of a record."""
        outcome = Outcome.IN_DOUBT if in_doubt else Outcome.SUCCEEDED if ok else Outcome.FAILED
        self.pending.discard(offset)
        self._counts[outcome] += 1
        self._printer.add(offset, line)

    def responses(self, results: Iterable[Result]) -> None:
        """Print several results."""
        for result in results:
            self.response(result.offset, result.line, ok=result.ok)

    def sync(self) -> None:
        """Nothing is stored."""

    def commit(self) -> None:
        """Each record of the partition has its result."""
        self.is_complete = True

    def close(self) -> None:
        """Nothing is stored."""


class PrintedStore:
    """A BatchStore that only counts and prints."""

    def __init__(self, plan: PartitionPlan, printer: OrderedWriter) -> None:
        self._plan, self._printer = plan, printer
        self._attempts: list[PrintedAttempt] = []

    def claim(self, partition: Partition) -> PrintedAttempt:
        """Take a partition."""
        self._attempts.append(PrintedAttempt(partition, self._printer))
        return self._attempts[-1]

    def status(self) -> JobStatus:
        """The state of all records; those of partitions that are not complete are counted."""
        counts = sum((attempt.counts for attempt in self._attempts), Counts())
        pending = sum(len(attempt.pending) for attempt in self._attempts)
        complete = {a.partition.number: a.counts.total for a in self._attempts if a.is_complete}
        total = sum(
            complete[partition.number]
            if partition.number in complete
            else self._plan.count(partition)
            for partition in self._plan.partitions()
        )
        return JobStatus(total, counts.succeeded, counts.failed, counts.in_doubt + pending)
