"""The work of this process on a partition, stored in S3."""

from collections.abc import Sequence

from smrt.batching.job.disk.job_files import Files
from smrt.batching.job.ownership import Ownership
from smrt.batching.job.partition_attempt import PartitionAttempt
from smrt.batching.job.partition_round import PartitionRound

from .segment_log import SegmentLog


class SegmentedAttempt(PartitionAttempt):
    """An attempt whose calls are reserved before they are sent."""

    _log: SegmentLog

    def __init__(
        self, files: Files, work: PartitionRound, ownership: Ownership, log: SegmentLog
    ) -> None:
        self._reserved: set[int] = set()
        super().__init__(files, work, ownership, lambda *_: log)

    def reserve(self, offsets: Sequence[int]) -> None:
        """Store that these records will be sent. Not in the loop: it waits for S3."""
        self._ownership.check()
        if offsets:
            self._log.reserve(list(offsets))
            self._reserved.update(offsets)

    def sent(self, offsets: Sequence[int]) -> None:
        """The calls for these records, which are reserved, are about to be sent."""
        if self._log.failure is not None:
            raise self._log.failure
        self._ownership.check()
        self._reserved.difference_update(offsets)

    def commit(self) -> None:
        """Store that each record has its result, after the results."""
        self._log.flush()
        super().commit()

    def close(self) -> None:
        """Store what has arrived, and which records were not sent."""
        if self.is_open and self._reserved:
            self.unsent(sorted(self._reserved))
            self._reserved.clear()
        super().close()
