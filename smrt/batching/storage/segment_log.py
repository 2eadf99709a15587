"""The log of an attempt as objects in S3: reservations, and segments of results."""

from collections.abc import Callable
from itertools import count
from time import monotonic

from smrt.batching.job.logs.job_log import SENT, frame_offsets
from smrt.errors import SmrtError

from .uploads import Uploads

LARGEST, LONGEST = 4 << 20, 10.0
"""Bytes of a segment, and seconds until it is stored."""

Put = Callable[[str, bytes | bytearray], None]
"""Stores an object of the log, by its name."""


class SegmentLog:
    """A log that is stored in segments. `put` stores an object; it is called in other threads."""

    def __init__(self, put: Put, uploads: Uploads, clock: Callable[[], float] = monotonic) -> None:
        self._put, self._uploads, self._clock = put, uploads, clock
        self._entries, self._numbers = bytearray(), count(1)
        self._began_at = 0.0

    @property
    def failure(self) -> SmrtError | None:
        """Why nothing may be sent any more."""
        return self._uploads.failure

    def reserve(self, offsets: list[int]) -> None:
        """Store that calls for these records will be sent: returns when it is stored."""
        self._put(self._name(), frame_offsets(SENT, offsets))

    def append(self, entries: bytes) -> None:
        """Add results to the segment."""
        if not self._entries:
            self._began_at = self._clock()
        self._entries += entries
        if len(self._entries) >= LARGEST:
            self.flush()

    def sync(self) -> None:
        """Store the segment if it is old enough: to be called every second."""
        if self._entries and self._clock() - self._began_at >= LONGEST:
            self.flush()

    def flush(self) -> None:
        """Store the segment as it is, after what is being stored."""
        if self._entries:
            content, self._entries = self._entries, bytearray()
            name = self._name()
            self._uploads.add(lambda: self._put(name, content), len(content))

    def close(self) -> None:
        """Store the rest."""
        self.flush()

    def _name(self) -> str:
        return f"{next(self._numbers):06}"
