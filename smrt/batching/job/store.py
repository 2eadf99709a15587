"""The seam between a run and where its state is stored."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from smrt.batching.records.record import Partition, Result

from .job_status import JobStatus
from .outcomes import Counts


class Earlier(NamedTuple):
    """What stands from earlier attempts on a partition, and from earlier rounds."""

    stored: Collection[int]
    """The offsets of records that have a result, and are not sent; membership is O(log n)."""
    in_doubt: Collection[int]
    """The offsets of records whose call may have run; they have no result yet."""
    accepted: Mapping[int, bytes] = {}
    """Those of them that an asynchronous endpoint has queued, and what was stored about that."""


class Attempt(Protocol):
    """The work of one process on one partition, in one round."""

    @property
    def partition(self) -> Partition:
        """The partition."""

    @property
    def counts(self) -> Counts:
        """All results of the partition, each of its latest round."""

    def earlier(self) -> Earlier:
        """What stands from earlier attempts."""

    def reserve(self, offsets: Sequence[int]) -> None:
        """Store in advance that these records will be sent, if that takes long; not in the loop."""

    def sent(self, offsets: Sequence[int]) -> None:
        """Store that the calls for these records are about to be sent.

        Returns before a byte may leave. Raises SmrtError if it could not be stored, or if anything
        could not be stored before: then nothing may be sent.
        """

    def accepted(self, offset: int, content: bytes) -> None:
        """Store that an asynchronous endpoint has queued the call, and where its result will be."""

    def unsent(self, offsets: Sequence[int]) -> None:
        """Store that these calls did not run, and that the records have not been started."""

    def response(self, offset: int, line: bytes, *, ok: bool, in_doubt: bool = False) -> None:
        """Store the rendered result of a record; `in_doubt` that its call may have run."""

    def responses(self, results: Iterable[Result]) -> None:
        """Store several results at once."""

    def sync(self) -> None:
        """Make what is stored survive a power cut."""

    def commit(self) -> None:
        """Store that each record of the partition has its result; this ends the attempt."""

    def close(self) -> None:
        """End the attempt; another can claim the partition. Nothing happens after a commit."""


class BatchStore(Protocol):
    """The state of a job."""

    def claim(self, partition: Partition) -> Attempt | None:
        """Take a partition; None if another process has it, or if nothing of it is to be sent."""

    def status(self) -> JobStatus:
        """The state of all records."""
