"""When a conversation does what no byte triggers."""

from math import inf

import pytest

from smrt.invoke.conversation.conversation_options import InputOptions
from smrt.invoke.conversation.schedule import AFTER_END, WARNING, ConversationSchedule
from smrt.protocol.bidirectional.parts import Part, text

PARTIAL = Part(b"a", "UTF8", is_complete=False)


def schedule(**options: object) -> ConversationSchedule:
    return ConversationSchedule(InputOptions(**options), 100.0)  # type: ignore[arg-type]


def departures(ready: list[float], *, chunk: int = 10, pace: float = 100.0) -> list[float]:
    """When chunks leave that are ready at these times."""
    each, times, now = schedule(chunk=chunk, pace=pace), [], 100.0
    for at in ready:
        now = max(now, at)
        if not each.may_send(now):
            now += each.timeout(now, is_paced=True)
        each.sent_input(now)
        times.append(round(now - 100, 6))
    return times


@pytest.mark.parametrize(
    ("ready", "expected"),
    [
        ([100.0] * 5, [0.0, 0.1, 0.2, 0.3, 0.4]),
        ([100.05] * 3, [0.05, 0.1, 0.2]),  # late, but the next ones leave at their own times
        ([101.0] * 4, [1.0, 1.0, 1.1, 1.2]),  # no more than one chunk is caught up
    ],
)
def test_chunk_k_leaves_at_start_and_k_times_its_duration(
    ready: list[float], expected: list[float]
) -> None:
    assert departures(ready) == expected


def test_input_without_pace_leaves_at_once() -> None:
    each = schedule()
    each.sent_input(100.0)
    assert each.may_send(100.0)


def test_other_messages_take_no_time_of_the_input() -> None:
    each = schedule(pace=100.0, chunk=10)
    each.sent(text("first"), 100.0)
    assert each.may_send(100.0)


def test_keep_alive_is_due_after_a_time_without_input() -> None:
    each = schedule(keep_alive="x", keep_alive_every=5.0)
    assert each.keep_alive_at == 105
    each.sent(text("input"), 103.0)
    assert each.keep_alive_at == 108
    each.sent(PARTIAL, 104.0)
    assert each.keep_alive_at == inf  # it would join the message
    each.sent(text("the rest"), 106.0)
    assert each.keep_alive_at == 111
    each.input_ended(107.0)
    assert each.keep_alive_at == inf
    assert schedule().keep_alive_at == inf


def test_linger_counts_from_the_end_of_the_input_or_the_last_response() -> None:
    each = schedule(linger=30.0)
    assert each.half_close_at == inf
    each.received(105.0)
    each.input_ended(110.0)
    assert each.half_close_at == 140
    each.received(120.0)
    assert each.half_close_at == 150
    each.body_ended(150.0)
    assert (each.half_close_at, each.over_at) == (inf, 150 + AFTER_END)
    each.received(155.0)
    assert each.over_at == 155 + AFTER_END


def test_without_linger_the_body_ends_with_the_input() -> None:
    each = schedule(linger=0.0)
    each.received(120.0)
    each.input_ended(110.0)
    assert each.half_close_at == 110


def test_the_next_time_decides_how_long_to_wait() -> None:
    each = schedule(keep_alive="x", keep_alive_every=5.0)
    assert each.timeout(101.0, is_paced=False) == 4
    assert each.timeout(106.0, is_paced=False) == 0
    assert schedule().timeout(100.0, is_paced=False) == WARNING
