"""A histogram of latencies in text."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from .units import milliseconds

BINS = 12
_BAR = "#"
_WIDEST = 50


def bins(ordered: Sequence[float], count: int = BINS) -> list[tuple[float, int]]:
    """The upper edge of each bin of equal width, and how many values are in it."""
    low, high = ordered[0], ordered[-1]
    edges = [low + (high - low) * (number + 1) / count for number in range(count - 1)]
    below = [0, *(bisect_right(ordered, edge) for edge in edges), len(ordered)]
    pairs = zip([*edges, high], below, below[1:], strict=False)
    return [(edge, after - before) for edge, before, after in pairs]


def histogram(ordered: Sequence[float], width: int) -> Iterator[str]:
    """A line for each bin; the longest bar fits into the width."""
    counted = bins(ordered) if ordered[0] < ordered[-1] else [(ordered[0], len(ordered))]
    most = max(count for _, count in counted)
    widest = max(1, min(_WIDEST, width - 24))
    for edge, count in counted:
        bar = _BAR * (-(-count * widest // most))
        yield f"{milliseconds(edge):>10} ms {count:>8,} {bar}".rstrip() + "\n"
