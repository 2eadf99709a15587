from typing import Any

from smrt.bench.load.call_sequence import (
    CallSequence,
    ClosedSequence,
    OpenSequence,
    Sending,
    call_sequence,
)
from smrt.bench.load.caller_limit import RampLimit
from smrt.bench.load.load_options import Level, LoadOptions
from smrt.engine.call import EngineCall
from tests.engine.conftest import prepared

REQUEST = prepared("http://127.0.0.1:1")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def make(sending: Sending) -> EngineCall:
    return EngineCall(REQUEST, tag=sending)


def sequence(clock: Clock, level: Level, **options: Any) -> CallSequence:
    return call_sequence(make, level, LoadOptions(**options), clock)


def tags(calls: CallSequence) -> list[Sending]:
    return [call.tag for call in calls]


def test_warm_up_requests_are_not_measured() -> None:
    clock = Clock()
    for level in (Level(concurrency=2), Level(request_rate=5.0)):
        sent = tags(sequence(clock, level, request_count=3, warmup_requests=2))
        assert [each.is_measured for each in sent] == [False, False, True, True, True]


def test_a_closed_loop_ends_with_its_duration() -> None:
    clock = Clock()
    calls = sequence(clock, Level(concurrency=1), duration=10.0, warmup_requests=1)
    assert isinstance(calls, ClosedSequence)
    next(calls)
    clock.now += 5  # the warm-up does not count
    assert next(calls).tag.is_measured
    clock.now += 9.9
    assert next(calls).tag.is_measured
    clock.now += 0.2
    assert tags(calls) == []
    assert calls.ends_at() == 115.0


def test_a_closed_loop_knows_how_long_its_callers_waited_for_the_client() -> None:
    clock = Clock()
    calls = sequence(clock, Level(concurrency=1), request_count=2, warmup_requests=0)
    assert next(calls).tag.lag == 0.0
    calls.released(100.5, was_full=True)
    clock.now = 100.75
    assert next(calls).tag.lag == 0.25
    assert tags(calls) == []


def test_requests_that_were_due_while_no_more_could_start_are_dropped() -> None:
    clock = Clock()
    calls = sequence(clock, Level(request_rate=10.0), request_count=10, warmup_requests=0)
    assert isinstance(calls, OpenSequence)
    assert next(calls).planned_at == 100.0
    clock.now = 100.35
    calls.released(clock.now, was_full=True)
    assert [round(each, 6) for each in calls.dropped] == [100.1, 100.2, 100.3]
    assert round(next(calls).planned_at, 6) == 100.4
    calls.released(200.0, was_full=False)
    assert len(calls.dropped) == 3
    calls.close(200.0)
    assert len(calls.dropped) == 8


def test_dropped_warm_up_requests_do_not_count() -> None:
    clock = Clock()
    calls = sequence(clock, Level(request_rate=10.0), request_count=1, warmup_requests=3)
    next(calls)
    calls.close(200.0)
    assert len(calls.dropped) == 1


def test_callers_join_one_after_the_other() -> None:
    clock = Clock()
    limit = RampLimit(4, 8.0, clock)
    seen = []
    for _ in range(5):
        seen.append(limit.current())
        clock.now += 2.1
    assert seen == [1, 2, 3, 4, 4]
