"""The limit as a function of events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.engine.concurrency_limit import ConcurrencyLimit


class Driver:
    """A limit that is always used up, and a clock."""

    def __init__(self, ceiling: int = 64) -> None:
        self.limit = ConcurrencyLimit(ceiling)
        self.now = 0.0

    def succeed(self, count: int, seconds: float = 1.0) -> int:
        """Round trips of requests that all take some seconds; returns the limit after them."""
        for _ in range(count):
            in_flight = self.limit.current()
            self.now += seconds
            for _ in range(in_flight):
                self.limit.filled(self.limit.current())
                self.limit.succeeded(self.now, seconds)
        return self.limit.current()


def test_it_starts_at_four() -> None:
    assert ConcurrencyLimit().current() == 4
    assert ConcurrencyLimit(2).current() == 2


def test_it_doubles_up_to_the_ceiling_while_responses_take_the_same_time() -> None:
    driver = Driver()
    limits = [driver.succeed(1) for _ in range(20)]
    assert limits == sorted(limits)
    assert limits[-1] == 64
    assert limits.index(64) <= 12


def test_a_doubling_that_brings_nothing_is_taken_back() -> None:
    driver = Driver()
    driver.succeed(3)
    while driver.limit.current() < 8:
        driver.succeed(1)
    assert driver.succeed(2, seconds=2.0) == 4
    assert max(driver.succeed(1, seconds=driver.limit.current() / 4) for _ in range(200)) <= 8


def test_a_throttle_decreases_it_at_most_once_in_100_ms() -> None:
    driver = Driver()
    driver.succeed(20)
    driver.limit.throttled(driver.now)
    driver.limit.throttled(driver.now + 0.09)
    assert driver.limit.current() == 44
    driver.limit.throttled(driver.now + 0.1)
    assert driver.limit.current() == 31


def test_after_a_throttle_it_increases_by_one_in_a_round_trip() -> None:
    driver = Driver()
    driver.succeed(20)
    driver.limit.throttled(driver.now)
    assert [driver.succeed(1) for _ in range(3)] == [45, 46, 47]


def test_three_timeouts_in_a_row_leave_one() -> None:
    driver = Driver()
    driver.succeed(20)
    assert [driver.limit.timed_out(driver.now) for _ in range(3)] == [False, False, True]
    assert driver.limit.current() == 1


def test_timeouts_with_a_response_between_them_are_not_in_a_row() -> None:
    driver = Driver()
    for _ in range(10):
        assert not driver.limit.timed_out(driver.now)
        assert not driver.limit.timed_out(driver.now)
        driver.succeed(1)


def test_it_does_not_change_while_it_is_not_used_up() -> None:
    limit = ConcurrencyLimit()
    for now in range(1000):
        limit.filled(3)
        limit.succeeded(float(now), 0.1)
    assert limit.current() == 4


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["succeeded", "throttled", "timed_out"]),
        st.floats(0, 10),
        st.floats(0, 100),
        st.integers(0, 80),
    ),
    max_size=300,
)


@given(ceiling=st.integers(1, 100), events=EVENTS)
def test_it_stays_between_one_and_the_ceiling(
    ceiling: int, events: list[tuple[str, float, float, int]]
) -> None:
    limits = ConcurrencyLimit(ceiling), ConcurrencyLimit(ceiling)
    for limit in limits:
        now = 0.0
        for kind, pause, seconds, in_flight in events:
            now += pause
            limit.filled(in_flight)
            if kind == "succeeded":
                limit.succeeded(now, seconds)
            else:
                getattr(limit, kind)(now)
            assert 1 <= limit.current() <= ceiling
    assert limits[0].current() == limits[1].current()


@pytest.mark.parametrize("ceiling", [1, 3, 100])
def test_any_ceiling_is_reached(ceiling: int) -> None:
    assert Driver(ceiling).succeed(60) == ceiling
