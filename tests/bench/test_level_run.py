"""Levels against servers with a known schedule."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import isnan
from typing import Any

import pytest

from smrt.bench.figures.goals import parse_goals
from smrt.bench.figures.level_figures import summarize
from smrt.bench.figures.thresholds import evaluate, parse_threshold
from smrt.bench.load.load_options import Level
from smrt.bench.measures.samples import metric_values
from smrt.output.query import compile as compile_query
from smrt.protocol import response_stream
from smrt.protocol.eventstream import encode_message
from tests.bench.conftest import Run, delta, sse, stream, stream_messages
from tests.support.polling import until
from tests.support.scripted_endpoint import Endpoint, error, hang, raw, response

ONE = Level(concurrency=1)
CHAT = [
    delta(role="assistant", content=""),
    delta(content="The"),
    delta(content=" Queen"),
    delta(content="!"),
]


def usage(tokens: int) -> bytes:
    return sse({"choices": [], "usage": {"completion_tokens": tokens}})


def test_each_request_is_measured_once(run: Run, endpoint: Endpoint) -> None:
    result = run(Level(concurrency=3), request_count=20, warmup_requests=3)
    assert len(endpoint.requests) == 23
    assert len(result.samples) == 20
    figures = summarize(result)
    assert (figures.requests, figures.successes, figures.failures) == (20, 20, 0)
    assert figures.metrics["latency"].ordered[0] > 0
    assert "service_time" not in figures.metrics  # in a closed loop it is the latency


def test_percentiles_are_those_of_all_requests(run: Run) -> None:
    result = run(Level(request_rate=400.0), request_count=200)
    times = result.samples.times
    by_hand = sorted(e - p for p, e in zip(times["planned_at"], times["ended_at"], strict=True))
    latency = summarize(result).metrics["latency"]
    assert latency.percentile("99").value == by_hand[197]
    assert latency.percentile("50").value == by_hand[99]
    assert latency.ordered[-1] == by_hand[-1]


def test_a_stall_of_the_server_delays_all_that_was_due_meanwhile(
    run: Run, endpoint: Endpoint
) -> None:
    """Responses wait for an event: what was due a while before it has waited for so long."""
    goes_on = threading.Event()

    def stall(sock: Any, request: object) -> None:
        threading.Timer(0.4, goes_on.set).start()
        wait(sock, request)

    def wait(sock: Any, _: object) -> None:
        goes_on.wait()
        sock.sendall(response())

    for respond in (*[raw(response())] * 5, stall, *[wait] * 54):
        endpoint.respond_with(respond)
    figures = summarize(run(Level(request_rate=100.0), request_count=60))
    waited = [each for each in figures.metrics["latency"].ordered if each >= 0.2]
    assert len(waited) >= 19  # of the 20 that were due in the first half of the stall
    assert waited[-1] >= 0.4
    assert figures.dropped == 0


def test_a_stall_of_the_client_shows_in_the_response_time_and_not_in_the_service_time(
    run: Run,
) -> None:
    """While the client works on a response, it sends nothing: that is not the endpoint's time."""
    responses = iter(range(100))

    def stall(_: Any) -> int:
        if next(responses) == 10:
            time.sleep(0.4)
        return 1

    result = run(Level(request_rate=100.0), query=stall, request_count=60)
    latency, service_time = (
        metric_values(result.samples, name, list(range(60))) for name in ("latency", "service_time")
    )
    apart = [one - other for one, other in zip(latency, service_time, strict=True)]
    assert sum(each >= 0.2 for each in apart) >= 19
    assert summarize(result).client.reasons


@contextmanager
def slow(endpoint: Endpoint, seconds: float, count: int) -> Iterator[None]:
    def respond(sock: Any, _: object) -> None:
        time.sleep(seconds)
        sock.sendall(response())

    for _ in range(count):
        endpoint.respond_with(respond)
    yield
    endpoint.script.clear()


def test_dropped_requests_are_errors_and_make_latency_thresholds_miss(
    run: Run, endpoint: Endpoint
) -> None:
    with slow(endpoint, 0.1, 30):
        result = run(Level(request_rate=100.0), request_count=30, max_concurrency=2)
    figures = summarize(result, parse_goals("latency:100000"))
    assert figures.dropped > 10
    assert figures.errors["Dropped"] == figures.dropped
    assert figures.requests == 30 == figures.successes + figures.dropped
    assert figures.good == figures.successes
    verdicts = evaluate(map(parse_threshold, ["latency:p(50)<9s", "errors<1%"]), [figures])
    assert all(verdict.reason for verdict in verdicts)


def test_errors_are_counted_by_code_and_their_latencies_are_not(
    run: Run, endpoint: Endpoint
) -> None:
    for _ in range(3):
        endpoint.respond_with(raw(error(424, "ModelError", "no", OriginalStatusCode=500)))
    endpoint.respond_with(raw(error(429, "ThrottlingException", "slow down")))
    figures = summarize(run(ONE, request_count=10))
    assert figures.errors == {"ModelError": 3, "ThrottlingException": 1}
    assert (figures.successes, figures.throttles) == (6, 1)
    assert len(figures.metrics["latency"].ordered) == 6
    assert len(endpoint.requests) == 10  # nothing was retried


def test_a_request_that_outlasts_the_grace_period_is_an_error(run: Run, endpoint: Endpoint) -> None:
    endpoint.respond()
    endpoint.respond_with(hang)
    figures = summarize(run(ONE, request_count=2, grace_period=0.2))
    assert figures.errors == {"GracePeriodExceeded": 1}
    assert figures.successes == 1


def test_after_ctrl_c_what_was_measured_is_summarized(run: Run, endpoint: Endpoint) -> None:
    for _ in range(5):
        endpoint.respond()
    endpoint.respond_with(hang)

    def interrupt() -> None:
        until(lambda: len(endpoint.requests) == 6)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    result = run(ONE, request_count=100)
    thread.join()
    figures = summarize(result)
    assert result.is_interrupted
    assert (figures.successes, figures.unfinished, figures.failures) == (5, 1, 0)


def test_streams_are_measured_to_their_first_byte_and_their_first_token(
    run: Run, endpoint: Endpoint
) -> None:
    endpoint.respond_with(stream([*CHAT, usage(3)]))
    result = run(ONE, streaming=True, request_count=1)
    times = result.samples.times
    names = ("started_at", "first_byte_at", "first_token_at", "ended_at")
    instants = [times[name][0] for name in names]
    assert instants == sorted(instants)
    assert result.samples.tokens[0] == 3
    assert len(result.samples.gaps) == 2


def test_the_tokens_are_those_that_usage_reports(run: Run, endpoint: Endpoint) -> None:
    endpoint.respond_with(stream([*CHAT, usage(12)]))
    figures = summarize(run(ONE, streaming=True, request_count=1))
    assert figures.tokens == 12
    assert figures.chunks == 3
    assert "inter_token_latency" not in figures.metrics  # an event had several tokens
    assert len(figures.metrics["inter_chunk_latency"].ordered) == 2
    assert len(figures.metrics["time_per_output_token"].ordered) == 1


def test_events_of_one_token_each_have_a_latency_between_tokens(
    run: Run, endpoint: Endpoint
) -> None:
    endpoint.respond_with(stream([*CHAT, usage(3)]))
    assert "inter_token_latency" in summarize(run(ONE, streaming=True, request_count=1)).metrics


def test_a_response_of_one_token_has_no_time_per_output_token(run: Run, endpoint: Endpoint) -> None:
    endpoint.respond_with(stream([CHAT[0], delta(content="Yes"), usage(1)]))
    figures = summarize(run(ONE, streaming=True, request_count=1))
    assert figures.tokens == 1
    assert "time_per_output_token" not in figures.metrics
    assert "time_to_first_token" in figures.metrics


def test_chunks_are_not_counted_as_tokens(run: Run, endpoint: Endpoint) -> None:
    endpoint.respond_with(stream(CHAT))
    figures = summarize(run(ONE, streaming=True, request_count=1))
    assert (figures.tokens, figures.token_rate, figures.chunks) == (None, None, 3)
    assert "inter_chunk_latency" in figures.metrics
    assert "time_per_output_token" not in figures.metrics


def test_an_expression_counts_tokens_that_are_not_reported(run: Run, endpoint: Endpoint) -> None:
    endpoint.respond(body=b'{"output": {"count": 7}}')
    endpoint.respond(body=b'{"output": {"count": 7}, "usage": {"completion_tokens": 8}}')
    result = run(ONE, query=compile_query("output.count"), request_count=2)
    assert list(result.samples.tokens) == [7, 8]


def test_text_that_is_no_event_counts_as_chunks(run: Run, endpoint: Endpoint) -> None:
    endpoint.respond_with(stream([b"", b"plain ", b"text"]))
    result = run(ONE, streaming=True, request_count=1)
    assert result.samples.chunks[0] == 2
    assert not isnan(result.samples.times["first_token_at"][0])


@pytest.mark.parametrize(
    "last",
    [
        encode_message(response_stream.exception("ModelStreamError", "no", ErrorCode="X")),
        encode_message(response_stream.part(sse({"error": {"message": "out of memory"}}))),
    ],
)
def test_a_stream_that_ends_with_an_error_is_a_failure(
    run: Run, endpoint: Endpoint, last: bytes
) -> None:
    messages = [encode_message(response_stream.part(CHAT[1])), last]
    endpoint.respond_with(stream_messages(messages))
    figures = summarize(run(ONE, streaming=True, request_count=1))
    assert (figures.successes, figures.failures) == (0, 1)
    assert set(figures.errors) < {"ModelStreamError", "ModelError"}
    assert figures.metrics == {}


def test_a_client_that_is_late_reports_itself(run: Run, endpoint: Endpoint) -> None:
    def work(_: Any) -> int:
        time.sleep(0.01)
        return 1

    figures = summarize(run(Level(request_rate=200.0), query=work, request_count=20))
    assert any("late" in reason for reason in figures.client.reasons)


def test_a_client_that_uses_a_processor_reports_itself(run: Run) -> None:
    result = run(ONE, request_count=5)._replace(cpu=0.95, seconds=1.0)
    assert "it used 95% of a processor" in summarize(result).client.reasons


def test_a_client_that_waits_is_not_the_limit(run: Run, endpoint: Endpoint) -> None:
    with slow(endpoint, 0.1, 3):
        figures = summarize(run(ONE, request_count=3))
    assert not any("processor" in reason for reason in figures.client.reasons)
