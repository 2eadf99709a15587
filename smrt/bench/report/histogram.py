"""A histogram of latencies in text."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction

from smrt.bench.figures.percentiles import nearest_rank

from .units import milliseconds

BINS = 12
_BAR = "#"
_WIDEST = 50
_MOST = Fraction(99)
"""The percentile up to which bins have equal widths; a few slow responses would widen them all."""


def bins(ordered: Sequence[float], count: int = BINS) -> list[tuple[float, int]]:
    """The upper edge of each bin, and how many values are in it; the last bin is the tail."""
    low, high = ordered[0], ordered[nearest_rank(len(ordered), _MOST) - 1]
    edges = [low + (high - low) * (number + 1) / (count - 1) for number in range(count - 2)]
    edges = [*edges, high, ordered[-1]] if high < ordered[-1] else [*edges, high]
    below = [0, *(bisect_right(ordered, edge) for edge in edges)]
    return [
        (edge, after - before) for edge, before, after in zip(edges, below, below[1:], strict=False)
    ]


def histogram(ordered: Sequence[float], width: int) -> Iterator[str]:
    """A line for each bin; the longest bar fits into the width."""
    counted = bins(ordered) if ordered[0] < ordered[-1] else [(ordered[0], len(ordered))]
    most = max(count for _, count in counted)
    widest = max(1, min(_WIDEST, width - 24))
    for edge, count in counted:
        bar = _BAR * (-(-count * widest // most))
        yield f"{milliseconds(edge):>10} ms {count:>8,} {bar}".rstrip() + "\n"
