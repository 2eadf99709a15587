"""Intervals for the difference of two benchmarks, by a bootstrap over blocks of seconds.

Requests of the same second have the same neighbors and the same garbage collections: drawing them
one by one would take them for independent, and the intervals would be too narrow.
https://en.wikipedia.org/wiki/Bootstrapping_(statistics)#Time_series:_Moving_block_bootstrap
"""

import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import chain
from random import Random
from typing import NamedTuple

from .percentiles import WHOLE, nearest_rank

DRAWS = 10_000
MOST_BLOCKS = 120
"""Blocks of a run; longer runs have blocks of several seconds."""
CANDIDATES = 512
"""Values among which the percentile of a draw is searched; all of them, if there are fewer."""
CONFIDENCE = 0.95
_COUNT = "I"
"""The type of a number in an array, of 32 bits."""

Block = Sequence[float]
"""The sorted samples of a second, or of several."""
Run = Sequence[Block]


class Interval(NamedTuple):
    """The relative difference of B to A: as measured, and where it is with 95 % confidence."""

    estimate: float
    low: float
    high: float

    @property
    def shows_difference(self) -> bool:
        """Whether no difference is outside of the interval."""
        return not self.low <= 0 <= self.high


def resampled(
    a: Sequence[Run],
    b: Sequence[Run],
    percents: Sequence[str],
    *,
    seed: int = 0,
    draws: int = DRAWS,
) -> list[Interval]:
    """The difference of each percentile between the runs of two sides, which have samples."""
    random = Random(seed)  # noqa: S311 - statistics
    before, after = _Resampling(a, percents, random), _Resampling(b, percents, random)
    drawn = [list(map(_ratio, before.draw(), after.draw())) for _ in range(draws)]
    return [
        _interval(_ratio(exact(a, percent), exact(b, percent)), sorted(column))
        for percent, column in zip(percents, zip(*drawn, strict=True), strict=True)
    ]


def exact(runs: Sequence[Run], percent: str) -> float:
    """The percentile of all samples of a side."""
    ordered = sorted(chain.from_iterable(chain.from_iterable(runs)))
    return ordered[nearest_rank(len(ordered), Fraction(percent)) - 1]


def merged(seconds: Run) -> list[list[float]]:
    """The seconds of a run in at most MOST_BLOCKS blocks."""
    size = -(-len(seconds) // MOST_BLOCKS) or 1
    return [
        sorted(chain.from_iterable(seconds[start : start + size]))
        for start in range(0, len(seconds), size)
    ]


def _ratio(before: float, after: float) -> float:
    return after / max(before, 1e-12) - 1


def _interval(estimate: float, ordered: Sequence[float]) -> Interval:
    tail = (1 - CONFIDENCE) / 2
    last = len(ordered) - 1
    low, high = (ordered[min(last, int(share * len(ordered)))] for share in (tail, 1 - tail))
    return Interval(estimate, low, high)


class _Resampling:
    """Draws runs, then blocks of each, and computes percentiles of what was drawn.

    A block is one integer: for each candidate value, 32 bits with the number of samples that do not
    exceed it. The sum of the integers of the blocks has these numbers for all of them.
    """

    def __init__(self, runs: Sequence[Run], percents: Sequence[str], random: Random) -> None:
        groups = [merged(run) for run in runs]
        ordered = sorted(chain.from_iterable(chain.from_iterable(groups)))
        step = max(1, len(ordered) // CANDIDATES)
        self._values = sorted({*ordered[::step], ordered[-1]})
        self._groups = [[_packed(block, self._values) for block in group] for group in groups]
        self._shares = [Fraction(percent).as_integer_ratio() for percent in percents]
        self._random = random

    def draw(self) -> list[float]:
        """The percentiles of one draw."""
        choices, groups = self._random.choices, self._groups
        drawn = choices(groups, k=len(groups)) if len(groups) > 1 else groups
        total = sum(sum(choices(group, k=len(group))) for group in drawn)
        counts = array(_COUNT)
        counts.frombytes(total.to_bytes(len(self._values) * counts.itemsize, sys.byteorder))
        return [self._percentile(counts, *share) for share in self._shares]

    def _percentile(self, counts: "array[int]", share: int, whole: int) -> float:
        rank = max(1, -(-counts[-1] * share // (WHOLE * whole)))
        return self._values[min(bisect_left(counts, rank), len(counts) - 1)]


def _packed(block: Block, values: Sequence[float]) -> int:
    counts = array(_COUNT, (bisect_right(block, value) for value in values))
    return int.from_bytes(counts.tobytes(), sys.byteorder)
