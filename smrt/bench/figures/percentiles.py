"""Exact percentiles by the nearest rank, where there are enough samples for them.

A percentile p needs 1/(1-p) samples, else it is a maximum by another name; with fewer than five
times as many it depends on a handful of them.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

REPORTED = ("50", "75", "90", "95", "99", "99.9")
"""The percentiles that reports show, beside the maximum."""
CERTAIN = 5
WHOLE = 100


class Percentile(NamedTuple):
    """`value` is None with too few samples, `is_uncertain` marks few."""

    value: float | None
    is_uncertain: bool = False


def percentile(ordered: Sequence[float], percent: str) -> Percentile:
    """The percentile of sorted values; `percent` is a decimal number from 0 to 100."""
    share = Fraction(percent)
    beyond = len(ordered) * (WHOLE - share)
    if not ordered or (share < WHOLE and beyond < WHOLE):
        return Percentile(None)
    return Percentile(
        ordered[nearest_rank(len(ordered), share) - 1],
        is_uncertain=share < WHOLE and beyond < CERTAIN * WHOLE,
    )


def nearest_rank(count: int, percent: Fraction) -> int:
    """The rank, from 1 on, of a percentile of so many values."""
    return max(1, -(-count * percent // WHOLE))


class Distribution(NamedTuple):
    """A metric's values, in order."""

    ordered: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The mean of the values."""
        return sum(self.ordered) / len(self.ordered)

    def percentile(self, percent: str) -> Percentile:
        """A percentile of the values."""
        return percentile(self.ordered, percent)


def distribution(values: Sequence[float]) -> Distribution | None:
    """The distribution of the values that are numbers; None if there are none."""
    ordered = tuple(sorted(value for value in values if value == value))  # noqa: PLR0124 - nan
    return Distribution(ordered) if ordered else None
