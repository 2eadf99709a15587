from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.bench.load.arrivals import plan_arrivals
from smrt.bench.load.load_options import Level, LoadOptions


def plan(rate: float, **options: Any) -> tuple[list[float], int]:
    offsets, measured = plan_arrivals(Level(request_rate=rate), LoadOptions(**options))
    return list(offsets), measured


def test_constant_arrivals_are_evenly_spaced() -> None:
    offsets, measured = plan(4, request_count=4, warmup_requests=2)
    assert (offsets, measured) == ([0, 0.25, 0.5, 0.75, 1, 1.25], 2)


def test_a_duration_starts_after_the_warm_up() -> None:
    offsets, measured = plan(10, duration=1, warmup_requests=5)
    assert (len(offsets), measured) == (15, 5)


def test_a_rate_rises_evenly_during_the_ramp() -> None:
    offsets, measured = plan(100, ramp_up=2.0, request_count=10, warmup_requests=0)
    assert measured == 100  # 2 s at half the rate on average
    assert sum(1 for each in offsets if each < 1.0) == 25
    gaps = [after - before for before, after in pairwise(offsets)]
    assert all(after <= before + 1e-9 for before, after in pairwise(gaps))


@given(st.integers(0, 2**32), st.floats(0.5, 500))
def test_poisson_arrivals_are_the_same_for_a_seed(seed: int, rate: float) -> None:
    options = {"arrival": "poisson", "seed": seed, "request_count": 50, "ramp_up": 0.5}
    assert plan(rate, **options) == plan(rate, **options)


def test_poisson_arrivals_have_the_rate_and_the_spread_of_their_process() -> None:
    offsets, _ = plan(100, arrival="poisson", seed=7, request_count=20_000, warmup_requests=0)
    gaps = [after - before for before, after in pairwise(offsets)]
    mean = sum(gaps) / len(gaps)
    variance = sum((gap - mean) ** 2 for gap in gaps) / len(gaps)
    assert mean == pytest.approx(0.01, rel=0.05)
    assert variance**0.5 == pytest.approx(mean, rel=0.05)


def test_another_seed_has_other_arrivals() -> None:
    each = [plan(10, arrival="poisson", seed=seed, request_count=5) for seed in (1, 2)]
    assert each[0] != each[1]
