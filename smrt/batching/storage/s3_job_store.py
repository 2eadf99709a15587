"""The state of a job in S3."""

import os
from collections.abc import Iterator

from smrt.batching.job.disk.job_files import Files
from smrt.batching.job.job_store import PartitionPlan
from smrt.batching.job.journal import Journal, journal_chunks
from smrt.batching.job.outcomes import Counts, InDoubt
from smrt.batching.job.ownership import Ownership
from smrt.batching.job.partition_attempt import PartitionAttempt
from smrt.batching.job.partition_round import PartitionRound
from smrt.batching.job.stored_results import StoredResult, partition_results
from smrt.batching.records.record import Partition
from smrt.batching.shared.control_files import ControlFiles
from smrt.batching.shared.generations import Generations
from smrt.batching.shared.lease import Lease
from smrt.batching.shared.shared_folder import SharedStore

from .s3_folder import S3Folder
from .segment_log import SegmentLog
from .segmented_attempt import SegmentedAttempt
from .uploads import Uploads

JOURNALS = "journals/"


class S3Ownership:
    """Ownership of a partition as long as the lease holds; journals follow the results."""

    def __init__(self, control: ControlFiles, lease: Lease, uploads: Uploads) -> None:
        self._control, self._lease, self._uploads = control, lease, uploads
        self.check = lease.check

    def publish(self, path: str, journal: Journal) -> None:
        """Store the journal after the results, unless the lease lapses until then."""
        content = b"".join(journal_chunks(journal))

        def write() -> None:
            if self._lease.holds():
                self._control.create(os.path.basename(path), content)

        self._uploads.add(write)

    def release(self) -> None:
        """Nothing: what a process owns is free when it leaves the job, or its lease ends."""


class S3JobStore(SharedStore):
    """A SharedStore in S3. `claim` and all that reads waits for S3: it is not for the loop."""

    folder: S3Folder

    def __init__(
        self,
        folder: S3Folder,
        plan: PartitionPlan,
        in_doubt: InDoubt,
        generations: Generations,
        lease: Lease,
    ) -> None:
        self.uploads = Uploads()
        ownership = S3Ownership(folder.control, lease, self.uploads)
        super().__init__(folder, plan, in_doubt, generations, ownership)
        self._done: set[str] = set()
        self._make_attempt = self._segmented

    def has_room(self) -> bool:
        """Whether more results may wait until they are stored."""
        return self.uploads.has_room()

    def claim(self, partition: Partition) -> PartitionAttempt | None:
        """Take a partition; None if another process has it, or if nothing of it is to be sent."""
        work = self._work(partition)
        if self._is_listed(work):
            return None
        self.folder.copy_journals(work)
        return super().claim(partition)

    def survey(self) -> None:
        """Learn which partitions are done."""
        names = self.folder.control.ages(JOURNALS)
        self._done.update(name.removeprefix(JOURNALS) for name in names)

    def is_complete(self) -> bool:
        """Whether every record has its result in this round."""
        self.uploads.drain()
        if self.folder.manifest() is not None:
            return True
        self.survey()
        return all(self._is_listed(work) or self._is_final(work) for work in self._works())

    def results(self) -> Iterator[StoredResult]:
        """The results of a complete round; each partition is copied while it is read."""
        for work in self._works():
            self.folder.copy_journals(work)
            self.folder.copy_logs(work)
            yield from partition_results(work.journals())
            self.folder.drop_logs(work)

    def end_attempts(self) -> None:
        """End all attempts; what has arrived is stored."""
        super().end_attempts()
        self.uploads.drain()

    def close(self) -> None:
        """End all attempts, and the thread that stores what they did."""
        super().close()
        self.uploads.close()

    def _is_listed(self, work: PartitionRound) -> bool:
        """Whether the partition is known to be done in this round."""
        return os.path.basename(work.journal_path) in self._done

    def _is_final(self, work: PartitionRound) -> bool:
        if work.number == 0:
            return False
        self.folder.copy_journals(work)
        return super()._is_final(work)

    def _final_counts(self) -> Counts:
        for work in self._works():
            self.folder.copy_journals(work)
        return super()._final_counts()

    def _state(self, work: PartitionRound) -> dict[str, int]:
        self.folder.copy_journals(work)
        if work.final_counts() is None:
            self.folder.copy_logs(work)
        return super()._state(work)

    def _segmented(
        self, files: Files, work: PartitionRound, ownership: Ownership
    ) -> PartitionAttempt:
        self.folder.copy_logs(work)
        number = len(work.logs()) + 1
        path = work.paths.log(work.partition.number, work.number, number)

        def put(name: str, content: bytes | bytearray) -> None:
            self.folder.store.write(self.folder.log_location(path, name), content)

        attempt = SegmentedAttempt(files, work, ownership, SegmentLog(put, self.uploads))
        self.folder.drop_logs(work)
        return attempt
