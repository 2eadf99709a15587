"""What a stream shows, by the times at which its chunks arrived."""

from math import isnan

import pytest

from smrt.bench.measures.response_reading import Reading, TimedChunks, read_stream
from smrt.protocol import response_stream
from smrt.protocol.eventstream import encode_message
from tests.bench.conftest import delta, sse

ROLE = delta(role="assistant", content="")
USAGE = sse({"choices": [], "usage": {"completion_tokens": 2}})
TGI_LAST = sse({"token": {"text": "!"}, "details": {"generated_tokens": 2}})


def read(*payloads: bytes) -> Reading:
    """The reading of payloads that arrived at 1.0, 2.0, 4.0, 8.0 … seconds, each in an event."""
    messages = [encode_message(response_stream.part(payload)) for payload in payloads]
    times = [2.0**number for number in range(len(payloads))]
    return read_stream(TimedChunks(list(zip(messages, times, strict=True))), None, {})


def test_a_chunk_with_only_a_role_is_not_the_first_token() -> None:
    reading = read(ROLE, delta(content="The"), delta(content=" Queen"), USAGE)
    assert reading.first_token_at == 2.0
    assert list(reading.gaps) == [2.0]
    assert (reading.tokens, reading.chunks) == (2, 2)


@pytest.mark.parametrize(
    "first",
    [
        delta(content="Yes"),
        delta(reasoning_content="hmm"),
        delta(reasoning="hmm"),
        sse({"token": {"text": "Yes"}}),
    ],
)
def test_text_and_thoughts_are_tokens(first: bytes) -> None:
    assert read(ROLE, first).first_token_at == 2.0


def test_tgi_reports_its_tokens_with_the_last_one() -> None:
    reading = read(sse({"token": {"text": "Off"}}), TGI_LAST)
    assert (reading.first_token_at, reading.tokens, reading.chunks) == (1.0, 2, 2)


def test_usage_statistics_that_continue_count_once() -> None:
    events = [
        sse({"choices": [{"delta": {"content": "a"}}], "usage": {"completion_tokens": tokens}})
        for tokens in (1, 2, 3)
    ]
    assert read(*events).tokens == 3


def test_an_event_that_is_split_arrives_with_its_last_bytes() -> None:
    message = encode_message(response_stream.part(delta(content="The")))
    chunks = TimedChunks([(message[:20], 1.0), (message[20:], 2.0)])
    assert read_stream(chunks, None, {}).first_token_at == 2.0


def test_a_stream_without_events_has_no_first_token() -> None:
    assert isnan(read().first_token_at)
