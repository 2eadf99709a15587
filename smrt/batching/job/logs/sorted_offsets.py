"""A set of offsets in 8 bytes each."""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator


class SortedOffsets(Collection[int]):
    """Offsets in ascending order."""

    def __init__(self, offsets: "array[int] | None" = None) -> None:
        self._offsets = array("Q") if offsets is None else offsets

    def __contains__(self, offset: object) -> bool:
        """Whether it is one of them, by binary search."""
        assert isinstance(offset, int)
        index = bisect_left(self._offsets, offset)
        return index < len(self._offsets) and self._offsets[index] == offset

    def __iter__(self) -> Iterator[int]:
        """The offsets, the lowest first."""
        return iter(self._offsets)

    def __len__(self) -> int:
        """Their number."""
        return len(self._offsets)


def sorted_offsets(offsets: Iterable[int]) -> SortedOffsets:
    """The offsets in ascending order."""
    return SortedOffsets(array("Q", sorted(offsets)))
