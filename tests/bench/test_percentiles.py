import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.bench.figures.percentiles import REPORTED, distribution, percentile


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30),
    st.integers(1, 100),
    st.sampled_from([*REPORTED, "0.1", "33.3"]),
)
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(
    some: list[float], times: int, percent: str
) -> None:
    values = some * times
    value = percentile(sorted(values), percent).value
    if value is not None:
        at_most = [each for each in values if each <= value]
        below = [each for each in values if each < value]
        assert len(at_most) >= len(values) * Fraction(percent) / 100 > len(below)


@given(st.lists(st.floats(0, 1e9), min_size=1))
def test_percentiles_never_decrease_and_never_exceed_the_maximum(values: list[float]) -> None:
    ordered = sorted(values)
    shown = [p.value for each in REPORTED if (p := percentile(ordered, each)).value is not None]
    assert [*shown, ordered[-1]] == sorted([*shown, ordered[-1]])


@pytest.mark.parametrize(
    ("percent", "least", "certain"), [("50", 2, 10), ("99", 100, 500), ("99.9", 1000, 5000)]
)
def test_a_percentile_needs_samples_beyond_it(percent: str, least: int, certain: int) -> None:
    assert percentile(range(least - 1), percent) == (None, False)
    assert percentile(range(least), percent).value is not None
    assert percentile(range(certain - 1), percent).is_uncertain
    assert not percentile(range(certain), percent).is_uncertain


def test_what_did_not_happen_is_not_in_a_distribution() -> None:
    found = distribution([2.0, math.nan, 1.0])
    assert found is not None
    assert (found.ordered, found.mean) == ((1.0, 2.0), 1.5)
    assert distribution([math.nan]) is None
