"""How a process owns a partition: by an flock, which the kernel frees when the process ends."""

from collections.abc import Callable
from typing import Protocol

from smrt.errors import SmrtError

from .disk.file_lock import FileLock, acquire_lock
from .disk.job_files import Files
from .journal import Journal, write_journal
from .partition_round import PartitionRound


class LeaseLapsedError(SmrtError):
    """The process was stopped for too long: others may own its partitions."""

    default_code = "LeaseLapsed"


class Ownership(Protocol):
    """The right of a process to send the records of a partition."""

    def check(self) -> None:
        """Raise LeaseLapsedError if it may have ended: then nothing may be sent."""

    def publish(self, path: str, journal: Journal) -> None:
        """Write the journal of the partition, whole."""

    def release(self) -> None:
        """Let others own the partition."""


class LockOwnership:
    """Ownership by a lock, which does not end while the process lives."""

    def __init__(self, files: Files, lock: FileLock) -> None:
        self._files = files
        self.release = lock.release

    def check(self) -> None:
        """It has not ended."""

    def publish(self, path: str, journal: Journal) -> None:
        """Write the journal."""
        write_journal(self._files, path, journal)


Acquire = Callable[[PartitionRound], Ownership | None]
"""Takes a partition; None if another process has it."""


def lock_acquirer(files: Files) -> Acquire:
    """Takes partitions by locks."""

    def acquire(work: PartitionRound) -> Ownership | None:
        lock = acquire_lock(files, work.paths.partition_lock(work.partition.number))
        return None if lock is None else LockOwnership(files, lock)

    return acquire
