"""Which errors are retried, and after which delay."""

import pytest
from botocore.retries import standard
from hypothesis import given
from hypothesis import strategies as st

from smrt.errors import ConfigurationError, ServiceError, SmrtError, TransportError, UsageError
from smrt.protocol.retry import (
    CHANGED,
    CODES,
    STATUSES,
    THROTTLED_STATUS,
    TIMEOUT,
    Policy,
    delay,
    is_transient,
)
from smrt.transport import translation


def service_error(status: int, code: str = "Whatever", **members: object) -> ServiceError:
    metadata = {"HTTPStatusCode": status, "RetryAttempts": 0}
    error = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": metadata, **members}
    return ServiceError(error, "InvokeEndpoint")


def test_the_codes_and_statuses_are_those_of_botocore() -> None:
    transient, throttled = standard.TransientRetryableChecker, standard.ThrottledRetryableChecker
    assert set(transient._TRANSIENT_ERROR_CODES) | set(throttled._THROTTLED_ERROR_CODES) == CODES
    assert set(transient._TRANSIENT_STATUS_CODES) == STATUSES


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (service_error(500), True),
        (service_error(502), True),
        (service_error(503, "ServiceUnavailable"), True),
        (service_error(504), True),
        (service_error(400, "ThrottlingException"), True),
        (service_error(400, "RequestTimeout"), True),
        (service_error(429, "TooManyRequestsException"), True),
        (service_error(429, "ModelNotReadyException"), False),
        (service_error(429, "429"), True),
        (service_error(429, "TooBusy"), True),
        (service_error(429, "ValidationError"), False),
        (service_error(400, "ValidationError"), False),
        (service_error(403, "ExpiredTokenException"), False),
        (service_error(404), False),
        (service_error(413), False),
        (service_error(424, "ModelError"), False),
        (service_error(424, "ModelError", OriginalStatusCode=429), True),
        (service_error(424, "ModelError", OriginalStatusCode=503), True),
        (service_error(424, "ModelError", OriginalStatusCode=500), False),
        (service_error(424, "ModelError", OriginalStatusCode=504), False),
        (service_error(400, "ValidationError", OriginalStatusCode=429), False),
        (service_error(501), False),
        (service_error(530, "InternalDependencyException"), False),
        (service_error(307), False),
        (TransportError("", code="EndpointConnectionError"), True),
        (TransportError("", code="ConnectTimeoutError"), True),
        (TransportError("", code="ConnectionClosedError"), True),
        (TransportError("", code="SSLError"), True),
        (TransportError("", code="ReadTimeoutError"), False),
        (TransportError("", code="BodyChangedError"), False),
        (UsageError(""), False),
        (ConfigurationError(""), False),
        (SmrtError(""), False),
    ],
    ids=lambda value: getattr(value, "code", None),
)
def test_transient_errors_are_retried(error: SmrtError, *, expected: bool) -> None:
    assert is_transient(error, Policy()) is expected
    assert (delay(1, error, Policy(), lambda: 0.5) is not None) is expected


def test_a_429_is_retried_as_in_botocore() -> None:
    assert standard.ThrottlingStatusCodeChecker._THROTTLING_STATUS_CODES == [THROTTLED_STATUS]


def test_read_timeouts_are_retried_if_enabled() -> None:
    error = TransportError("", code="ReadTimeoutError")
    assert is_transient(error, Policy(retry_timeouts=True))


def test_the_transport_raises_the_connection_codes() -> None:
    tables = (translation.CONNECTING, translation.WAITING, translation.READING)
    codes = {failure.code for table in tables for failure in table.values()}
    assert {TIMEOUT, CHANGED} <= codes


@pytest.mark.parametrize(
    ("attempt", "longest"),
    [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 20), (7, 20), (100, 20), (100_000, 20)],
)
def test_the_longest_delay_doubles_up_to_twenty_seconds(attempt: int, longest: float) -> None:
    policy = Policy(max_attempts=10**6)
    assert delay(attempt, service_error(503), policy, lambda: 1.0) == longest
    assert delay(attempt, service_error(503), policy, lambda: 0.25) == longest / 4
    assert delay(attempt, service_error(503), policy, lambda: 0.0) == 0


@given(max_attempts=st.integers(-1, 6))
def test_the_number_of_attempts_is_limited(max_attempts: int) -> None:
    policy, attempts = Policy(max_attempts=max_attempts), 1
    while delay(attempts, service_error(503), policy, lambda: 0.5) is not None:
        attempts += 1
    assert attempts == max(max_attempts, 1)
