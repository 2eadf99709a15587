"""The index of stored results: sorted by offset, in 24 bytes a record and constant memory.

The results of a log are nearly sorted. The index sorts short runs of them, spills the runs to a
temporary file, and merges them.
"""

import heapq
from array import array
from collections.abc import Iterable, Iterator
from itertools import chain
from struct import Struct
from tempfile import SpooledTemporaryFile
from typing import NamedTuple

from smrt.batching.job.outcomes import Outcome

_RUN = 1 << 14
"""The entries that are sorted in memory."""
_MEMORY = 1 << 21
"""The bytes of the index above which it is spilled to a file."""
_READ = 1 << 8
"""The entries that are read from a run at once."""
_ENTRY = Struct("=QQQ")
_LOG_BITS, _OUTCOME_BITS = 48, 2
_POSITION = (1 << _LOG_BITS) - 1
_OUTCOMES = tuple(Outcome)
_Entry = tuple[int, int, int]


class StoredLocation(NamedTuple):
    """Where the result of a record is stored: in the log of this number."""

    offset: int
    log: int
    position: int
    size: int
    outcome: Outcome


class ResultIndex:
    """Locations of results. Of several for one offset, that of the latest log stands.

    It sorts `run` entries at once, and has up to `memory` bytes before it makes a file.
    """

    def __init__(self, run: int = _RUN, memory: int = _MEMORY) -> None:
        self._run, self._length = array("Q"), 3 * run
        self._spill = SpooledTemporaryFile(memory)  # noqa: SIM115 - closed with the index
        self._ends = [0]

    def close(self) -> None:
        """Remove the temporary file."""
        self._spill.close()

    def add(self, offset: int, log: int, position: int, size: int, outcome: int) -> None:
        """Add the location of a result."""
        self._run.extend((offset, log << _LOG_BITS | position, size << _OUTCOME_BITS | outcome))
        if len(self._run) == self._length:
            self._end_run()

    def __iter__(self) -> Iterator[StoredLocation]:
        """The locations by offset."""
        self._end_run()
        bounds = zip(self._ends, self._ends[1:], strict=False)
        for offset, where, what in _latest(heapq.merge(*(self._entries(*each) for each in bounds))):
            log, position = where >> _LOG_BITS, where & _POSITION
            outcome = _OUTCOMES[what & 3]
            yield StoredLocation(offset, log, position, what >> _OUTCOME_BITS, outcome)

    def _end_run(self) -> None:
        run = self._run
        entries = sorted(zip(run[0::3], run[1::3], run[2::3], strict=True))
        self._spill.seek(self._ends[-1])
        self._spill.write(array("Q", chain.from_iterable(entries)).tobytes())
        self._ends.append(self._spill.tell())
        self._run = array("Q")

    def _entries(self, start: int, end: int) -> Iterator[_Entry]:
        """The entries of the run between two positions of the file."""
        for position in range(start, end, _READ * _ENTRY.size):
            self._spill.seek(position)
            block = self._spill.read(min(_READ * _ENTRY.size, end - position))
            yield from _ENTRY.iter_unpack(block)


def _latest(entries: Iterable[_Entry]) -> Iterator[_Entry]:
    """The last of the entries for each offset."""
    last: _Entry | None = None
    for entry in entries:
        if last is not None and last[0] != entry[0]:
            yield last
        last = entry
    if last is not None:
        yield last
