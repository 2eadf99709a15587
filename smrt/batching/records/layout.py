"""How an input is cut into partitions: by arithmetic, so that nothing holds a list of them."""

from collections.abc import Iterator
from typing import NamedTuple

from .record import Partition

LARGEST_PARTITION = 64 << 20
MOST_RECORDS = 250_000
SMALLEST_PARTITION = 16 << 10
PARTITIONS_PER_WORKER = 4


class Layout(NamedTuple):
    """The partitions of the bytes from `start` up to `end`, of `size` bytes each."""

    start: int
    end: int
    size: int

    @property
    def partitions(self) -> int:
        """How many there are."""
        return -(-(self.end - self.start) // self.size)

    def partition(self, number: int) -> Partition:
        """The partition `number`, from 0 on."""
        start = self.start + number * self.size
        return Partition(number, start, min(start + self.size, self.end))

    def all_partitions(self) -> Iterator[Partition]:
        """Every partition, in the order of the input."""
        return map(self.partition, range(self.partitions))


def plan_layout(start: int, end: int, mean_line: int, workers: int, size: int = 0) -> Layout:
    """Partitions of `size` bytes, else as large as memory and the number of workers permit."""
    if not size:
        share = (end - start) // (workers * PARTITIONS_PER_WORKER) if workers > 1 else end
        limit = min(LARGEST_PARTITION, MOST_RECORDS * mean_line, share)
        size = max(limit, SMALLEST_PARTITION)
    return Layout(start, max(start, end), size)
