"""The state of a job on one machine: its partitions, their results, and the end."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from smrt.batching.records.record import Partition
from smrt.errors import SmrtError

from .disk.file_lock import lock_owner
from .disk.job_files import ERROR_CODE
from .job_folder import JobFolder
from .job_status import JobStatus
from .manifest import Manifest
from .outcomes import Counts, InDoubt
from .ownership import Acquire, lock_acquirer
from .partition_attempt import MakeAttempt, PartitionAttempt, claim_partition
from .partition_round import PartitionRound
from .result_output import ResultOutput
from .stored_results import StoredResult, partition_results


class PartitionPlan(NamedTuple):
    """How the input is divided; it is the same in every run of the job."""

    partitions: Callable[[], Iterable[Partition]]
    """The partitions, in the order of the input."""
    count: Callable[[Partition], int]
    """The number of records in a partition, some of which may not have been read."""


class JobStore:
    """The BatchStore in a job folder, owned partition by partition."""

    def __init__(
        self,
        folder: JobFolder,
        layout: PartitionPlan,
        in_doubt: InDoubt,
        acquire: Acquire | None = None,
    ) -> None:
        self.folder, self._layout, self._in_doubt = folder, layout, in_doubt
        self._acquire = acquire or lock_acquirer(folder.files)
        self._attempts: list[PartitionAttempt] = []
        self._make_attempt: MakeAttempt = PartitionAttempt

    def has_room(self) -> bool:
        """Whether more results may wait until they are stored: none does."""
        return True

    def claim(self, partition: Partition) -> PartitionAttempt | None:
        """Take a partition; None if another process has it, or if nothing of it is to be sent."""
        if self.folder.manifest() is not None:
            return None
        work = self._work(partition)
        attempt = claim_partition(self.folder.files, work, self._acquire, self._make_attempt)
        if attempt is not None:
            self._attempts = [other for other in self._attempts if other.is_open]
            self._attempts.append(attempt)
        return attempt

    def owner(self, partition: Partition) -> int | None:
        """The id of the running process that has a partition; None if it is free."""
        return lock_owner(self.folder.paths.partition_lock(partition.number))

    def sync(self) -> None:
        """Make what the open attempts stored survive a power cut: to be called every second."""
        for attempt in self._attempts:
            attempt.sync()

    def close(self) -> None:
        """End all attempts, and let another process run the job."""
        for attempt in self._attempts:
            attempt.close()
        self.folder.close()

    def is_complete(self) -> bool:
        """Whether every record has its result in this round."""
        if self.folder.manifest() is not None:
            return True
        return all(work.final_counts() is not None for work in self._works())

    def next_round(self) -> bool:
        """Start a round over the failed records of a complete one; False if there are none.

        No other process may have the job open.
        """
        counts = self._final_counts()
        if not any(counts[kind] for kind in self._in_doubt.retryable):
            return False
        self.folder.start_round()
        return True

    def results(self) -> Iterator[StoredResult]:
        """The results of a complete round, one for each record, in the order of the input."""
        for work in self._works():
            yield from partition_results(work.journals())

    def finish(self, output: ResultOutput) -> Manifest:
        """Write the result of a complete round, then the manifest; remove what has no more use.

        Repeats an interrupted end from the first missing step. Logs stay if records failed.
        """
        manifest = self.folder.manifest()
        if manifest is None or not (manifest.is_final or output.exists()):
            manifest = Manifest(self.folder.job, self.folder.round, self._final_counts())
            output.write(self.folder.files, self.results(), self.folder.writer)
            self.folder.write_manifest(manifest)
        if manifest.is_final:
            self.folder.remove_parts()
        return manifest

    def settled_counts(self) -> Counts:
        """The results that this round does not change any more, before a run of it."""
        return sum((work.settled_counts() for work in self._works()), Counts())

    def status(self) -> JobStatus:
        """The state of all records, as a running process or a stopped one left it."""
        manifest, owner = self.folder.manifest(), self.folder.owner()
        if manifest is not None and manifest.is_final:
            return JobStatus(sum(manifest.counts), *manifest.counts, is_finished=True)
        is_running = owner is not None and owner != os.getpid()
        tally = Counter[str]()
        for work in self._works():
            state = self._state(work)
            state[self._pending_state(work, is_running=is_running)] += state.pop("pending")
            tally.update(state)
        return JobStatus(
            **tally,
            round=self.folder.round,
            pid=owner if is_running else None,
            is_finished=manifest is not None,
        )

    def _state(self, work: PartitionRound) -> dict[str, int]:
        """What a partition adds to the status."""
        final = work.final_counts()
        counts, pending = work.unfinished_counts() if final is None else (final, 0)
        is_read = final is not None or work.number > 0
        return {
            **counts._asdict(),
            "in_flight": 0,
            "pending": pending,
            "total": counts.total + pending if is_read else self._layout.count(work.partition),
            "partitions": 1,
            "committed": int(final is not None),
        }

    def _pending_state(self, _: PartitionRound, *, is_running: bool) -> str:
        """What the calls of a partition are that have no result."""
        return "in_flight" if is_running else "in_doubt"

    def _final_counts(self) -> Counts:
        """The counts of a complete round."""
        total = Counts()
        for work in self._works():
            counts = work.final_counts()
            if counts is None:
                raise SmrtError(
                    f"partition {work.partition.number} of {self.folder.paths.folder} has records"
                    " without a result",
                    "resume the job",
                    code=ERROR_CODE,
                )
            total += counts
        return total

    def _works(self) -> Iterator[PartitionRound]:
        return map(self._work, self._layout.partitions())

    def _work(self, partition: Partition) -> PartitionRound:
        return PartitionRound(self.folder.paths, partition, self.folder.round, self._in_doubt)
