"""The search for the highest concurrency, on an endpoint that is a function."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.bench.benchmark import Measured
from smrt.bench.figures.thresholds import parse_threshold
from smrt.bench.load.level_result import LevelResult
from smrt.bench.load.load_options import Level
from smrt.bench.measures.samples import Samples
from smrt.bench.search import HIGHEST, ConcurrencySearch
from tests.bench.test_thresholds import of

CONDITIONS = (parse_threshold("errors<=1%"),)


class SimulatedLevels:
    """Levels up to `capacity` pass; those in `unlucky` fail when they are measured again."""

    def __init__(self, capacity: int, unlucky: tuple[int, ...] = (), stop_at: int = 0) -> None:
        self.callers: list[int] = []
        self._capacity, self._unlucky, self._stop_at = capacity, unlucky, stop_at

    def __call__(self, level: Level) -> Measured:
        callers = level.concurrency
        is_again = callers in self.callers
        self.callers.append(callers)
        fails = callers > self._capacity or (is_again and callers in self._unlucky)
        figures = of(level=level, errors={"ThrottlingException": 100} if fails else {})
        is_stopped = len(self.callers) == self._stop_at
        result = LevelResult(level, Samples(), (), 0, 0.0, 1.0, 0, is_stopped)
        return Measured(result, figures)


@given(st.integers(1, 400))
def test_the_result_is_within_a_tenth_of_the_capacity(capacity: int) -> None:
    levels = SimulatedLevels(capacity)
    found = ConcurrencySearch(levels, CONDITIONS).run().max_concurrency
    assert found is not None
    reachable = min(capacity, HIGHEST)
    assert found <= reachable
    assert reachable - found <= max(1, 0.1 * found)
    assert levels.callers[-1] == found  # it was confirmed
    assert len(levels.callers) <= 16


def test_each_level_is_twice_the_last_until_one_fails() -> None:
    levels = SimulatedLevels(5)
    result = ConcurrencySearch(levels, CONDITIONS).run()
    assert levels.callers == [1, 2, 4, 8, 6, 5, 5]
    assert [each.figures.level.concurrency for each in result.measured] == levels.callers


def test_a_level_that_passes_only_once_is_not_the_result() -> None:
    levels = SimulatedLevels(20, unlucky=(20,))
    assert ConcurrencySearch(levels, CONDITIONS).run().max_concurrency == 18


def test_an_endpoint_that_fails_alone_has_no_result() -> None:
    levels = SimulatedLevels(0)
    assert ConcurrencySearch(levels, CONDITIONS).run().max_concurrency == 0
    assert levels.callers == [1]


@pytest.mark.parametrize("stop_at", [1, 3, 6])
def test_ctrl_c_ends_the_search_without_a_result(stop_at: int) -> None:
    levels = SimulatedLevels(100, stop_at=stop_at)
    assert ConcurrencySearch(levels, CONDITIONS).run().max_concurrency is None
    assert len(levels.callers) == stop_at
