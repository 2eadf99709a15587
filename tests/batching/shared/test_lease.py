"""A lease ends before others may take over, whatever happens to its owner."""

import pytest

from smrt.batching.job.ownership import LeaseLapsedError
from smrt.batching.shared.lease import Lease


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lease(clock: Clock) -> Lease:
    lease = Lease(60, clock)
    lease.restart(clock.now)
    return lease


def test_a_lease_holds_for_two_thirds_of_its_time(lease: Lease, clock: Clock) -> None:
    clock.now += 39.9
    lease.check()
    clock.now += 0.2
    with pytest.raises(LeaseLapsedError):
        lease.check()


def test_a_renewal_counts_from_the_time_at_which_it_began(lease: Lease, clock: Clock) -> None:
    clock.now += 30
    began, clock.now = clock.now, clock.now + 9
    lease.renewed(began)
    clock.now = began + 39.9
    assert lease.holds()
    clock.now = began + 40
    assert not lease.holds()


@pytest.mark.parametrize("late", [40, 10_000])
def test_a_renewal_that_comes_too_late_is_none(lease: Lease, clock: Clock, late: int) -> None:
    clock.now += late
    lease.renewed(clock.now)
    assert not lease.holds()
    lease.restart(clock.now)
    assert lease.holds()


def test_a_slow_renewal_that_began_in_time_is_none(lease: Lease, clock: Clock) -> None:
    began, clock.now = clock.now + 39, clock.now + 61
    lease.renewed(began)
    assert not lease.holds()


def test_nothing_is_sent_before_the_first_renewal(clock: Clock) -> None:
    assert not Lease(60, clock).holds()
