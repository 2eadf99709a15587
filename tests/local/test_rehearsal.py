"""Local endpoints that are as slow and unreliable as their options set."""

import sys
import threading
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from smrt.local.api_errors import ApiError
from smrt.local.endpoint import Invocation, ModelFailure, Prediction, echo
from smrt.local.rehearsal import Rehearsal, RehearsalOptions, rehearsed
from tests.conftest import Smrt
from tests.local.test_command import local
from tests.support.local_server import client, serve
from tests.support.polling import LIMIT

CALL = Invocation(b"one two  three\n", {})


class Time:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 9))
        self.now += seconds

    def clock(self) -> float:
        return self.now


def rehearsal(time: Time, random: float = 0.5, **options: float) -> Rehearsal:
    return Rehearsal(
        "e",
        echo,
        RehearsalOptions(**options),  # type: ignore[arg-type]
        random=lambda: random,
        sleep=time.sleep,
        clock=time.clock,
    )


def test_a_response_takes_the_latency_and_a_share_of_the_jitter() -> None:
    time = Time()
    assert rehearsal(time, latency=0.2, jitter=0.1)(CALL).body == CALL.body
    assert time.slept == [0.25]


@pytest.mark.parametrize(("random", "fails"), [(0.0, True), (0.29, True), (0.3, False)])
def test_a_share_of_the_calls_fails(random: float, *, fails: bool) -> None:
    endpoint = rehearsal(Time(), random, error_rate=0.3)
    if fails:
        with pytest.raises(ModelFailure, match="--error-rate"):
            endpoint(CALL)
    else:
        assert endpoint(CALL).body == CALL.body


def test_tokens_are_generated_at_their_rate() -> None:
    time = Time()
    prediction = rehearsal(time, tokens_per_second=4)(CALL)
    assert list(prediction.chunks()) == [b"one", b" two", b"  three\n"]
    assert time.slept == [0, 0, 0.25, 0.25]
    assert prediction.body != CALL.body


def test_a_request_above_the_limit_is_throttled_until_another_ends() -> None:
    is_called, goes_on = threading.Event(), threading.Event()

    def wait(_: Invocation) -> Prediction:
        is_called.set()
        assert goes_on.wait(LIMIT)
        return Prediction(b"", "text/plain")

    endpoint = Rehearsal("e", wait, RehearsalOptions(throttle_above=1))
    thread = threading.Thread(target=endpoint, args=(CALL,))
    thread.start()
    assert is_called.wait(LIMIT)
    with pytest.raises(ApiError) as raised:
        endpoint(CALL)
    assert raised.value.code == "ThrottlingException"
    goes_on.set()
    thread.join()
    assert endpoint(CALL).body == b""


def test_a_stream_is_in_flight_until_its_end() -> None:
    def stream(_: Invocation) -> Prediction:
        return Prediction(iter([b"a", b"b"]), "text/plain")

    endpoint = Rehearsal("e", stream, RehearsalOptions(throttle_above=1))
    body = endpoint(CALL).body
    assert isinstance(body, Iterator)
    assert next(body) == b"a"
    with pytest.raises(ApiError):
        endpoint(CALL)
    assert list(body) == [b"b"]
    endpoint(CALL)


def test_a_failure_is_no_longer_in_flight() -> None:
    endpoint = rehearsal(Time(), 0.0, error_rate=1.0, throttle_above=1)
    for _ in range(2):
        with pytest.raises(ModelFailure):
            endpoint(CALL)


def test_without_options_endpoints_are_unchanged() -> None:
    assert rehearsed({"e": echo}, RehearsalOptions()) == {"e": echo}


def test_a_client_receives_a_throttle_as_the_service_sends_it() -> None:
    endpoints = rehearsed({"e": echo}, RehearsalOptions(throttle_above=0))
    with serve(endpoints) as url, pytest.raises(ClientError) as raised:
        client(url).invoke_endpoint(EndpointName="e", Body=b"x")
    assert raised.value.response["Error"]["Code"] == "ThrottlingException"


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--latency", "-1", "argument --latency: '-1' is not a number of 0 or more"),
        ("--error-rate", "101", "argument --error-rate: 101 is more than 100"),
        ("--tokens-per-second", "x", "argument --tokens-per-second: 'x' is not a number"),
    ],
)
def test_a_wrong_value_is_a_usage_error(option: str, value: str, message: str, smrt: Smrt) -> None:
    result = smrt("local", "run", f"{option}={value}", "--", "true")
    assert result.code == 252
    assert message in result.err


def test_the_command_line_sets_the_behavior() -> None:
    smrt = "import sys; from smrt.__main__ import main; sys.exit(main())"
    result = local(
        "run", "--error-rate", "100", "--latency", "1", "--", sys.executable, "-c", smrt,
        "invoke-endpoint", "--endpoint-name", "echo", "--body", "aGVsbG8=", AWS_MAX_ATTEMPTS="1",
    )  # fmt: skip
    assert result.code == 254
    assert "an error of --error-rate" in result.err
