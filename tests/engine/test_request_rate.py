"""Requests start at the rate that is set."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from smrt.engine.concurrency_limit import FixedLimit
from smrt.engine.request_rate import RequestRate
from tests.support.simulated_endpoint import SimulatedEndpoint


def test_without_a_rate_requests_start_at_once() -> None:
    rate = RequestRate(inf)
    for _ in range(3):
        assert rate.ready_at() <= 0
        rate.take(0.0)


@given(
    per_second=st.floats(0.5, 1000),
    lateness=st.lists(st.floats(0, 0.1), min_size=2, max_size=100),
)
def test_no_more_requests_start_than_the_rate_allows(
    per_second: float, lateness: list[float]
) -> None:
    rate, started = RequestRate(per_second), []
    now = 0.0
    for late in lateness:
        now = max(now, rate.ready_at()) + late
        rate.take(now)
        started.append(now)
    elapsed = started[-1] - started[0]
    assert len(started) <= elapsed * per_second + 2.001


def test_a_loop_that_is_late_keeps_the_rate() -> None:
    rate, now = RequestRate(10), 0.0
    for _ in range(100):
        now = max(now, rate.ready_at()) + 0.01
        rate.take(now)
    assert now < 10.1


def test_a_stall_is_not_made_up_for_by_a_burst() -> None:
    rate = RequestRate(10)
    rate.take(0.0)
    rate.take(100.0)
    assert rate.ready_at() == 100.1


def test_a_change_holds_for_the_next_request() -> None:
    rate = RequestRate(1)
    rate.take(0.0)
    rate.change(10)
    assert rate.ready_at() == 0.1


def test_calls_start_at_the_rate() -> None:
    endpoint = SimulatedEndpoint(
        lambda: 0.1, lambda _: 64, limit=FixedLimit(64), rate=RequestRate(20)
    )
    endpoint.run(101)
    assert 4.9 <= endpoint.started[-1] <= 5.0
    assert endpoint.highest <= 3
