"""The work of this process on a partition, stored in the job folder."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from smrt.batching.records.record import Partition, Result
from smrt.errors import SmrtError

from .disk.job_files import Files, storing, sync_folder
from .journal import Journal
from .logs.job_log import ACCEPTED, SENT, UNSENT, JobLog, frame, frame_offsets
from .outcomes import Counts, InDoubt, Outcome
from .ownership import Acquire, Ownership
from .partition_round import PartitionRound
from .store import Earlier


class AttemptLog(Protocol):
    """Where an attempt stores what it does, entry by entry."""

    @property
    def failure(self) -> SmrtError | None:
        """The first error; after it no call may be started."""

    def append(self, entries: bytes) -> None:
        """Store entries, all of them or none. Raises SmrtError."""

    def sync(self) -> None:
        """Make all entries survive a power cut."""

    def close(self) -> None:
        """End the log."""


class PartitionAttempt:
    """An attempt that owns its partition, and writes a log of its own."""

    def __init__(
        self,
        files: Files,
        work: PartitionRound,
        ownership: Ownership,
        open_log: Callable[[Files, str], AttemptLog] = JobLog,
    ) -> None:
        self._work, self._ownership = work, ownership
        self._standing = work.standing()
        self._counts = list(self._standing.counts)
        earlier = work.logs()
        path = work.paths.log(work.partition.number, work.number, len(earlier) + 1)
        self._logs = (*earlier, path)
        self._log = open_log(files, path)
        self.is_open = True
        sync_folder(files, work.paths.folder)

    @property
    def partition(self) -> Partition:
        """The partition."""
        return self._work.partition

    @property
    def counts(self) -> Counts:
        """All results of the partition, each of its latest round."""
        return Counts(*self._counts)

    def earlier(self) -> Earlier:
        """What stands from earlier attempts."""
        return Earlier(self._standing.stored, self._standing.pending, self._standing.accepted)

    def reserve(self, offsets: Sequence[int]) -> None:
        """Nothing: a log is fast enough to store what is sent at the moment that it is."""

    def sent(self, offsets: Sequence[int]) -> None:
        """Store that the calls for these records are about to be sent; see `Attempt`."""
        if self._log.failure is not None:
            raise self._log.failure
        self._log.append(frame_offsets(SENT, offsets))
        if self._work.in_doubt is InDoubt.SKIP:
            self._log.sync()
        try:
            self._ownership.check()
        except SmrtError:
            self.unsent(offsets)
            raise

    def accepted(self, offset: int, content: bytes) -> None:
        """Store that an asynchronous endpoint has queued the call."""
        self._log.append(frame(ACCEPTED, offset, content))

    def unsent(self, offsets: Sequence[int]) -> None:
        """Store that these calls did not run, and that the records have not been started."""
        self._log.append(frame_offsets(UNSENT, offsets))

    def response(self, offset: int, line: bytes, *, ok: bool, in_doubt: bool = False) -> None:
        """Store the rendered result of a record; `in_doubt` that its call may have run."""
        outcome = Outcome.IN_DOUBT if in_doubt else Outcome.SUCCEEDED if ok else Outcome.FAILED
        self._log.append(frame(outcome, offset, line))
        self._count(offset, outcome)

    def responses(self, results: Iterable[Result]) -> None:
        """Store several results at once, in one write."""
        outcomes = [
            (result, Outcome.SUCCEEDED if result.ok else Outcome.FAILED) for result in results
        ]
        self._log.append(
            b"".join(frame(outcome, result.offset, result.line) for result, outcome in outcomes)
        )
        for result, outcome in outcomes:
            self._count(result.offset, outcome)

    def sync(self) -> None:
        """Make what is stored survive a power cut."""
        if self.is_open:
            self._log.sync()

    def commit(self) -> None:
        """Store that each record of the partition has its result; this ends the attempt."""
        if self._log.failure is not None:
            raise self._log.failure  # a result may be missing
        self._log.sync()
        self._ownership.check()
        path = self._work.journal_path
        with storing(path):
            self._ownership.publish(path, Journal(self._logs, self.counts))
        self.close()

    def close(self) -> None:
        """End the attempt; another can claim the partition. Nothing happens after a commit."""
        if self.is_open:
            self.is_open = False
            self._log.close()
            self._ownership.release()

    def _count(self, offset: int, outcome: Outcome) -> None:
        """Count a result; in a later round it takes the place of an earlier one."""
        if self._work.number:
            was_in_doubt = offset in self._standing.retried_in_doubt
            self._counts[Outcome.IN_DOUBT if was_in_doubt else Outcome.FAILED] -= 1
        self._counts[outcome] += 1


MakeAttempt = Callable[[Files, PartitionRound, Ownership], PartitionAttempt]


def claim_partition(
    files: Files,
    work: PartitionRound,
    acquire: Acquire,
    make: MakeAttempt = PartitionAttempt,
) -> PartitionAttempt | None:
    """An attempt on a partition; None if another process has it, or nothing is left to send."""
    with storing(work.paths.folder):
        if work.final_counts() is not None:
            return None
        ownership = acquire(work)
        if ownership is None:
            return None
        try:
            if work.final_counts() is None:
                return make(files, work, ownership)
        except BaseException:
            ownership.release()
            raise
        ownership.release()  # its owner has committed it meanwhile
        return None
