"""Finds the highest concurrency at which an endpoint still meets its service levels.

Doubles the callers until a level fails, then bisects to within a tenth, then measures the result
once more. The names of the service levels are those of SageMaker's benchmark jobs.
"""

from typing import NamedTuple

from .benchmark import Measured, MeasureLevel
from .figures.level_figures import LevelFigures
from .figures.thresholds import Threshold, evaluate
from .load.load_options import Level

HIGHEST = 256
PRECISION = 0.1


class SearchResult(NamedTuple):
    """The levels in the order in which they ran, and the highest that passed.

    `max_concurrency` is 0 if none did, and None if the search was interrupted.
    """

    measured: tuple[Measured, ...]
    max_concurrency: int | None


class ConcurrencySearch:
    """Measures levels; remembers each."""

    def __init__(self, measure: MeasureLevel, conditions: tuple[Threshold, ...]) -> None:
        self._measure, self._conditions = measure, conditions
        self._measured: list[Measured] = []

    def run(self) -> SearchResult:
        """Search; Ctrl-C ends it without a result."""
        passing, failing = self._double()
        while passing and failing - passing > max(1, PRECISION * passing):
            middle = (passing + failing) // 2
            passing, failing = (middle, failing) if self._passes(middle) else (passing, middle)
        is_confirmed = passing == 0 or self._passes(passing)
        while not is_confirmed and passing > 1:
            passing = max(1, int(passing * (1 - PRECISION)))
            is_confirmed = self._passes(passing)
        highest = passing if is_confirmed else 0
        return SearchResult(tuple(self._measured), None if self._is_interrupted else highest)

    def _double(self) -> tuple[int, int]:
        """The last number of callers that passed, and the first that did not."""
        passing, callers = 0, 1
        while callers <= HIGHEST and self._passes(callers):
            passing, callers = callers, callers * 2
        return (passing, passing) if callers > HIGHEST else (passing, callers)

    @property
    def _is_interrupted(self) -> bool:
        return bool(self._measured) and self._measured[-1].result.is_interrupted

    def _passes(self, callers: int) -> bool:
        if self._is_interrupted:
            return False
        measured = self._measure(Level(concurrency=callers))
        self._measured.append(measured)
        return level_passes(measured.figures, self._conditions)


def level_passes(figures: LevelFigures, conditions: tuple[Threshold, ...]) -> bool:
    """Whether a level meets each condition, and has any success."""
    verdicts = evaluate(conditions, [figures])
    return figures.successes > 0 and not any(verdict.reason for verdict in verdicts)
