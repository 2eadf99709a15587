"""Intervals for the difference of two benchmarks, by a bootstrap over blocks of seconds.

Requests of the same second have the same neighbors and the same garbage collections: drawing them
one by one would take them for independent, and the intervals would be too narrow.
https://en.wikipedia.org/wiki/Bootstrapping_(statistics)#Time_series:_Moving_block_bootstrap
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import chain
from operator import mul
from random import Random
from typing import NamedTuple

from .percentiles import WHOLE, nearest_rank

DRAWS = 10_000
MOST_BLOCKS = 120
"""Blocks of a run; longer runs have blocks of several seconds."""
CANDIDATES = 512
"""Values among which the percentile of a draw is searched; all of them, if there are fewer."""
CONFIDENCE = 0.95

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


def difference(
    a: Sequence[Run], b: Sequence[Run], percent: str, *, seed: int = 0, draws: int = DRAWS
) -> Interval | None:
    """The difference of a percentile between the runs of two sides; None without samples."""
    before, after = exact(a, percent), exact(b, percent)
    if not before or after is None:
        return None
    random = Random(seed)  # noqa: S311 - statistics
    drawn_a, drawn_b = _drawn(a, percent, random), _drawn(b, percent, random)
    ratios = sorted(drawn_b() / max(drawn_a(), 1e-12) - 1 for _ in range(draws))
    tail = (1 - CONFIDENCE) / 2
    low, high = (ratios[min(draws - 1, int(share * draws))] for share in (tail, 1 - tail))
    return Interval(after / before - 1, low, high)


def exact(runs: Sequence[Run], percent: str) -> float | None:
    """The percentile of all samples of a side."""
    ordered = sorted(chain.from_iterable(chain.from_iterable(runs)))
    return ordered[nearest_rank(len(ordered), Fraction(percent)) - 1] if ordered else None


def merged(seconds: Run) -> list[list[float]]:
    """The seconds of a run in at most MOST_BLOCKS blocks."""
    size = -(-len(seconds) // MOST_BLOCKS) or 1
    return [
        sorted(chain.from_iterable(seconds[start : start + size]))
        for start in range(0, len(seconds), size)
    ]


def _drawn(runs: Sequence[Run], percent: str, random: Random) -> Callable[[], float]:
    """A function that draws runs, then blocks of each, and returns the percentile of that."""
    groups = [merged(run) for run in runs]
    blocks = [block for group in groups for block in group]
    ordered = sorted(chain.from_iterable(blocks))
    step = max(1, len(ordered) // CANDIDATES)
    values = sorted({*ordered[::step], ordered[-1]})
    below = [[bisect_right(block, value) for block in blocks] for value in values]
    sizes = list(map(len, blocks))
    starts = [sum(map(len, groups[:number])) for number in range(len(groups))]
    share, whole = Fraction(percent).as_integer_ratio()

    def draw() -> float:
        weights = [0] * len(blocks)
        for group in random.choices(range(len(groups)), k=len(groups)):
            count = len(groups[group])
            for index in random.choices(range(count), k=count):
                weights[starts[group] + index] += 1
        rank = max(1, -(-sum(map(mul, weights, sizes)) * share // (WHOLE * whole)))
        return values[_first(values, rank, lambda row: sum(map(mul, weights, below[row])))]

    return draw


def _first(values: Sequence[float], rank: int, count: Callable[[int], int]) -> int:
    """The first row whose count reaches the rank."""
    return min(bisect_left(range(len(values)), rank, key=count), len(values) - 1)
