"""How many calls are in flight at an endpoint that throttles, queues, grows or loads a model."""

import random
from collections.abc import Callable, Iterator

import pytest

from smrt.engine.call import EngineCall
from smrt.engine.concurrency_limit import FixedLimit
from smrt.engine.retry_queue import MAX_WAITING
from smrt.protocol.retry import Policy
from tests.support.simulated_endpoint import (
    OK,
    REQUEST,
    RULES,
    THROTTLED,
    SimulatedEndpoint,
    SimulatedResponse,
)

RECORDS = 20_000
Seconds = Callable[[], float]


def constant(mean: float) -> Seconds:
    return lambda: mean


def varying(mean: float) -> Seconds:
    """Exponentially distributed times."""
    rng = random.Random(1)
    return lambda: rng.expovariate(1 / mean)


def growing(records: int, mean: float) -> tuple[Callable[[float], int], float]:
    """A capacity of 8 that doubles in the middle, and the seconds that the records then take."""
    middle = records * mean / (8 + 16)
    return lambda now: 8 if now < middle else 16, 2 * middle


@pytest.mark.parametrize(
    ("records", "mean", "seconds", "at_most"),
    [
        (6_000, 0.1, varying, 1.2),
        (RECORDS, 5.0, constant, 1.25),
        (6_000, 5.0, varying, 1.25),
    ],
)
def test_a_throttling_endpoint_is_used_as_it_grows(
    records: int, mean: float, seconds: Callable[[float], Seconds], at_most: float
) -> None:
    capacity, ideal = growing(records, mean)
    endpoint = SimulatedEndpoint(
        seconds(mean), capacity, THROTTLED, timeout=1000, random=random.Random(1).random
    )
    assert endpoint.run(records) <= at_most * ideal
    assert endpoint.outcomes() == {"ok": records}
    assert endpoint.dispatcher.outcomes.throttles < 0.05 * endpoint.requests


def test_the_capacity_of_16_after_a_minute_is_used() -> None:
    """20,000 records of 0.1 s; the ideal is 161 s."""
    ideal = 60 + (RECORDS - 60 * 80) / 160
    endpoint = SimulatedEndpoint(
        constant(0.1), lambda now: 8 if now < 60 else 16, THROTTLED, random=random.Random(1).random
    )
    assert endpoint.run(RECORDS) <= 1.15 * ideal
    assert endpoint.outcomes() == {"ok": RECORDS}
    assert endpoint.dispatcher.outcomes.throttles < 0.05 * endpoint.requests


@pytest.mark.parametrize(("records", "seconds"), [(RECORDS, constant(0.1)), (8_000, varying(0.1))])
def test_a_healthy_endpoint_of_64_slots_is_used_up(records: int, seconds: Seconds) -> None:
    endpoint = SimulatedEndpoint(seconds, lambda _: 64, THROTTLED)
    assert endpoint.run(records) <= 1.3 * records * 0.1 / 64
    assert (endpoint.highest, endpoint.dispatcher.outcomes.throttles) == (64, 0)


@pytest.mark.parametrize(
    ("seconds", "mean", "slots"),
    [
        (constant, 1.5, 1),
        (varying, 1.5, 1),
        (constant, 20.0, 1),
        (constant, 10.0, 8),
        (varying, 5.0, 8),
    ],
)
def test_a_container_that_queues_is_not_flooded(
    seconds: Callable[[float], Seconds], mean: float, slots: int
) -> None:
    endpoint = SimulatedEndpoint(seconds(mean), lambda _: slots)
    assert endpoint.run(1000) <= 1.1 * 1000 * mean / slots
    assert endpoint.dispatcher.outcomes.timeouts < 0.02 * 1000


def test_a_fixed_limit_would_flood_it() -> None:
    endpoint = SimulatedEndpoint(constant(1.5), lambda _: 1, limit=FixedLimit(64))
    endpoint.run(1000)
    assert endpoint.dispatcher.outcomes.timeouts > 900


KINDS = {
    "an exception of API throttling": THROTTLED,
    "an unavailable service": SimulatedResponse(503, "ServiceUnavailable", b'{"Message":"x"}'),
    "a status alone": SimulatedResponse(429),
    "a status in a page": SimulatedResponse(429, "", b"<html>Too many</html>"),
    "a container's 429": SimulatedResponse(424, "ModelError", b'{"OriginalStatusCode":429}'),
    "a container's 503": SimulatedResponse(424, "ModelError", b'{"OriginalStatusCode":503}'),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_of_throttling_uses_up_no_attempt(kind: SimulatedResponse) -> None:
    rules = RULES._replace(policy=Policy(max_attempts=1))
    endpoint = SimulatedEndpoint(constant(0.1), lambda _: 2, kind, rules=rules)
    endpoint.run(500)
    assert endpoint.outcomes() == {"ok": 500}
    assert endpoint.dispatcher.outcomes.throttles > 0
    assert {each.attempts for each in endpoint.completions} == {1}
    assert (
        sum(each.throttles for each in endpoint.completions)
        == endpoint.dispatcher.outcomes.throttles
    )


def test_an_endpoint_that_throttles_everything_is_not_sent_all_records() -> None:
    endpoint = SimulatedEndpoint(constant(0.1), lambda now: 0 if now < 600 else 64, THROTTLED)
    pulled = 0

    def source() -> Iterator[EngineCall]:
        nonlocal pulled
        for _ in range(1000):
            pulled += 1
            assert endpoint.time.now() >= 600 or pulled <= MAX_WAITING + 4
            yield EngineCall(REQUEST)

    endpoint.run(source())
    assert endpoint.outcomes() == {"ok": 1000}


class Loading(SimulatedEndpoint):
    """An endpoint whose model loads until `ready_at`."""

    ready_at = 30.0
    loading = SimulatedResponse(429, "ModelNotReadyException", b'{"Message":"wait"}')

    def response(self) -> SimulatedResponse | None:
        if self.time.now() < self.ready_at:
            return self.loading
        return super().response()


SCALED_TO_ZERO = SimulatedResponse(
    400, "ValidationError", b'{"Message":"Inference Component has no capacity"}'
)


@pytest.mark.parametrize("loading", [Loading.loading, SCALED_TO_ZERO])
def test_a_model_that_loads_is_probed_with_one_request_at_a_time(
    loading: SimulatedResponse,
) -> None:
    endpoint = Loading(constant(0.1), lambda _: 64, wait_ready=600)
    endpoint.loading = loading
    endpoint.run(1000)
    assert endpoint.outcomes() == {"ok": 1000}
    before = [at for at in endpoint.started if at < endpoint.ready_at]
    assert len(before) <= 4 + 8  # the first four, and probes after 1, 1.5, 2.25 ... seconds
    assert len(set(before[3:])) == len(before[3:])
    assert len(endpoint.notices) == 1
    assert {each.attempts for each in endpoint.completions} == {1}


def test_the_wait_for_a_model_has_a_limit() -> None:
    endpoint = Loading(constant(0.1), lambda _: 64, wait_ready=20)
    endpoint.run(3)
    assert endpoint.outcomes() == {"ModelNotReadyException": 3}
    assert 20 <= endpoint.time.now() < 25


def test_without_waiting_throttles_and_loading_end_the_call() -> None:
    rules = RULES._replace(policy=Policy(max_attempts=1), outwait_throttles=False)
    endpoint = Loading(constant(0.1), lambda _: 1, THROTTLED, rules=rules, limit=FixedLimit(2))
    endpoint.ready_at = 0.001
    endpoint.run(4)
    assert endpoint.outcomes()["ModelNotReadyException"] == 2
    assert endpoint.outcomes()["ThrottlingException"] > 0


def test_three_timeouts_in_a_row_leave_one_request_in_flight() -> None:
    endpoint = SimulatedEndpoint(constant(1000.0), lambda _: 64)
    endpoint.run(12)
    assert endpoint.outcomes() == {"ReadTimeoutError": 12}
    assert endpoint.notices[0].startswith("three timeouts in a row")
    assert endpoint.started[-1] - endpoint.started[-2] >= 60


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7.0), ("100000", 300.0), ("Tue, 14 Nov 2023 22:13:29 GMT", 9.0)]
)
def test_retry_after_is_used(value: str, seconds: float) -> None:
    rejection = THROTTLED._replace(headers=(("Retry-After", value),), seconds=0)
    endpoint = SimulatedEndpoint(constant(1.0), lambda now: int(now > 0), rejection)
    endpoint.run(1)
    assert endpoint.started == [0.0, seconds]


@pytest.mark.parametrize(
    ("response", "sent"),
    [
        (SimulatedResponse(500, "InternalFailure"), 3),
        (SimulatedResponse(502), 3),
        (SimulatedResponse(503), 3),
        (SimulatedResponse(424, "ModelError", b'{"OriginalStatusCode":500}'), 1),
        (SimulatedResponse(400, "ValidationError", b'{"Message":"bad"}'), 1),
        (OK, 1),
    ],
)
def test_other_failures_are_sent_again_by_the_rules_of_a_single_call(
    response: SimulatedResponse, sent: int
) -> None:
    endpoint = SimulatedEndpoint(constant(0.1), lambda _: 0, response)
    endpoint.run(1)
    assert (endpoint.requests, endpoint.completions[0].attempts) == (sent, sent)
