from collections.abc import Callable
from email.utils import formatdate

import pytest

from smrt.client.attempts import Attempts
from smrt.client.caller import Caller
from smrt.client.dependencies import Dependencies
from smrt.errors import ServiceError, TransportError
from smrt.protocol.messages import Credentials, Settings
from smrt.protocol.operations import INVOKE_ENDPOINT
from tests.conftest import Smrt
from tests.support.scripted_endpoint import Endpoint, error, response

LOADING = error(429, "ModelNotReadyException", "The model is loading.")
NO_CAPACITY = error(
    400, "ValidationError", "Inference Component has no capacity to process this request."
)
NOW = 1_700_000_000.0


class Clock:
    """A clock that `sleep` advances."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []
        self.warned: list[str] = []
        self.traced: list[str] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def dependencies(self) -> Dependencies:
        return Dependencies(
            clock=lambda: self.now,
            sleep=self.sleep,
            random=lambda: 1.0,
            warn=self.warned.append,
            trace=self.traced.append,
        )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def caller(endpoint: Endpoint, clock: Clock) -> Callable[..., Caller]:
    def made(**settings: object) -> Caller:
        resolved = Settings(
            **{"region": "us-east-1", "endpoint_url": endpoint.url, "sign": False, **settings}  # type: ignore[arg-type]
        )
        return Caller(resolved, lambda: None, clock.dependencies())

    return made


def call(caller: Caller) -> bytes:
    return caller.call(INVOKE_ENDPOINT, {"EndpointName": "e", "Body": b""}).body.read()


@pytest.mark.parametrize("scripted", [LOADING, NO_CAPACITY])
def test_a_loading_model_is_waited_for(
    scripted: bytes, endpoint: Endpoint, clock: Clock, caller: Callable[..., Caller]
) -> None:
    for _ in range(5):
        endpoint.respond_with(lambda sock, _: sock.sendall(scripted))
    assert call(caller(wait_ready=60.0)) == b'{"predictions":[1]}'
    assert clock.slept == [1.0, 1.5, 2.25, 3.375, 5.0625]
    assert clock.warned == ["the model is not ready: retrying for up to 60 s"]


def test_waiting_for_a_model_ends_after_the_maximum_wait(
    endpoint: Endpoint, clock: Clock, caller: Callable[..., Caller]
) -> None:
    for _ in range(4):
        endpoint.respond_with(lambda sock, _: sock.sendall(LOADING))
    with pytest.raises(ServiceError) as caught:
        call(caller(wait_ready=4.0))
    assert caught.value.code == "ModelNotReadyException"
    assert clock.slept == [1.0, 1.5, 1.5]


def test_by_default_a_loading_model_is_an_error(
    endpoint: Endpoint, clock: Clock, caller: Callable[..., Caller]
) -> None:
    endpoint.respond_with(lambda sock, _: sock.sendall(LOADING))
    with pytest.raises(ServiceError):
        call(caller())
    assert clock.slept == []


def test_another_validation_error_is_not_waited_for(
    endpoint: Endpoint, caller: Callable[..., Caller]
) -> None:
    endpoint.respond_with(
        lambda sock, _: sock.sendall(error(400, "ValidationError", "no such name"))
    )
    with pytest.raises(ServiceError):
        call(caller(wait_ready=60.0))


def test_polls_of_a_loading_model_are_not_retries(
    endpoint: Endpoint, caller: Callable[..., Caller]
) -> None:
    for scripted in (LOADING, error(503, "ServiceUnavailable", "later"), LOADING):
        endpoint.respond_with(lambda sock, _, scripted=scripted: sock.sendall(scripted))  # type: ignore[misc]
    endpoint.respond_with(lambda sock, _: sock.sendall(error(503, "ServiceUnavailable", "later")))
    assert call(caller(wait_ready=60.0)) == b'{"predictions":[1]}'
    sent = [received.headers["amz-sdk-request"] for received in endpoint.requests]
    assert sent == ["attempt=1", *(f"attempt={n}; max=3" for n in (2, 3, 4, 5))]


def skewed(seconds: float, code: str = "InvalidSignatureException") -> bytes:
    body = b'{"message":"Signature expired"}'
    headers = [("x-amzn-errortype", code), ("Date", formatdate(NOW + seconds, usegmt=True))]
    return response(403, body, headers)


def signed_at(endpoint: Endpoint) -> list[str]:
    return [received.headers["x-amz-date"] for received in endpoint.requests]


@pytest.fixture
def signer(endpoint: Endpoint, clock: Clock) -> Caller:
    settings = Settings(region="us-east-1", endpoint_url=endpoint.url)
    return Caller(settings, lambda: Credentials("AKIDEXAMPLE", "secret"), clock.dependencies())


@pytest.mark.parametrize("ahead", [3600, -3600])
def test_a_wrong_clock_is_corrected_for_all_later_calls(
    ahead: float, endpoint: Endpoint, clock: Clock, signer: Caller
) -> None:
    endpoint.respond_with(lambda sock, _: sock.sendall(skewed(ahead)))
    call(signer)
    call(signer)
    first, *others = signed_at(endpoint)
    assert first == "20231114T221320Z"
    assert others == ["20231114T231320Z" if ahead > 0 else "20231114T211320Z"] * 2
    assert sum(clock.slept) == 0
    assert any("clock" in line for line in clock.traced)


def test_a_clock_is_not_corrected_twice_in_a_call(endpoint: Endpoint, signer: Caller) -> None:
    for _ in range(2):
        endpoint.respond_with(lambda sock, _: sock.sendall(skewed(3600)))
    with pytest.raises(ServiceError):
        call(signer)
    assert len(endpoint.requests) == 2


@pytest.mark.parametrize(
    "scripted",
    [
        skewed(60),
        skewed(3600, code="AccessDeniedException"),
        error(403, "InvalidSignatureException", "no date"),
        response(403, b"{}", [("x-amzn-errortype", "RequestExpired"), ("Date", "yesterday")]),
    ],
)
def test_an_error_without_clock_skew_is_not_retried(
    scripted: bytes, endpoint: Endpoint, signer: Caller
) -> None:
    endpoint.respond_with(lambda sock, _: sock.sendall(scripted))
    with pytest.raises(ServiceError):
        call(signer)
    assert len(endpoint.requests) == 1


def test_only_one_attempt_is_corrected_for_clock_skew() -> None:
    about = {"HTTPStatusCode": 403, "HTTPHeaders": {"date": formatdate(NOW + 3600, usegmt=True)}}
    details = {"Code": "InvalidSignatureException", "Message": "expired"}
    failure = ServiceError({"Error": details, "ResponseMetadata": about}, "InvokeEndpoint")
    attempts = Attempts(Settings(), Dependencies(clock=lambda: NOW))
    assert [attempts.skew(failure) for _ in range(2)] == [3600.0, 3600.0]
    assert attempts.number == 1
    attempts.begin_corrected()
    assert attempts.skew(failure) is None
    assert attempts.number == 2


def test_a_read_timeout_has_a_hint_why_it_was_not_retried() -> None:
    failure = TransportError("Read timeout", code="ReadTimeoutError")
    assert Attempts(Settings(), Dependencies()).pause(failure) is None
    assert "--retry-timeouts" in failure.hints[0]


def test_retry_timeouts_retries_a_read_timeout() -> None:
    failure = TransportError("Read timeout", code="ReadTimeoutError")
    attempts = Attempts(Settings(retry_timeouts=True), Dependencies(random=lambda: 0.5))
    assert attempts.pause(failure) == 0.5
    assert failure.hints == ()


@pytest.mark.parametrize("value", ["soon", "-1", "nan", "inf"])
def test_wait_ready_must_be_a_number_of_seconds(smrt: Smrt, value: str) -> None:
    ran = smrt("invoke-endpoint", "--endpoint-name", "e", "--body", "", f"--wait-ready={value}")
    assert ran.code == 252
    assert "--wait-ready" in ran.err


def test_the_command_warns_once_that_it_waits(smrt: Smrt, endpoint: Endpoint) -> None:
    endpoint.respond_with(lambda sock, _: sock.sendall(LOADING))
    ran = smrt("invoke-endpoint", "--endpoint-name", "e", "--body", "", "--wait-ready", "60")
    assert ran.code == 0
    assert ran.err == "smrt: warning: the model is not ready: retrying for up to 60 s\n"
