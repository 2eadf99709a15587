"""The counts of results of all workers, in memory that they share."""

from mmap import mmap

from smrt.batching.sending.tally import Tally

_NUMBERS = 3
"""The counts of a worker: succeeded, failed, in doubt."""
_WORD = 8


def tally_size(workers: int) -> int:
    """The bytes of a file for the counts of as many workers."""
    return workers * _NUMBERS * _WORD


class SharedTally:
    """The counts in the file `descriptor`, of which worker `number` writes its own.

    A worker writes before it reads: of two that fail at the same time, one sees both failures.
    """

    def __init__(self, descriptor: int, number: int) -> None:
        self._counts = memoryview(mmap(descriptor, 0)).cast("Q")
        self._own = number * _NUMBERS

    def total(self, own: Tally) -> Tally:
        """Publish the counts of this worker; return those of all."""
        at, counts, total = self._own, self._counts, Tally()
        counts[at], counts[at + 1], counts[at + 2] = own.succeeded, own.failed, own.in_doubt
        total.succeeded = sum(counts[0::_NUMBERS])
        total.failed = sum(counts[1::_NUMBERS])
        total.in_doubt = sum(counts[2::_NUMBERS])
        return total
