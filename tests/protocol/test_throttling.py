"""Which errors say that an endpoint has too many requests."""

import pytest

from smrt.errors import TransportError
from smrt.protocol.operations import INVOKE_ENDPOINT
from smrt.protocol.responses import service_error
from smrt.protocol.throttling import is_overload, retry_after

CASES = {
    "throttling of the API": (400, "ThrottlingException", b'{"message":null}', True),
    "an unavailable service": (503, "ServiceUnavailable", b"", True),
    "too many requests": (429, "", b"", True),
    "a container's 429": (424, "ModelError", b'{"OriginalStatusCode":429}', True),
    "a container's 503": (424, "ModelError", b'{"OriginalStatusCode":503}', True),
    "a container's 500": (424, "ModelError", b'{"OriginalStatusCode":500}', False),
    "a container's 429 of no type": (424, "ModelError", b"429", False),
    "an unavailable proxy": (503, "", b"<html>", False),
    "a timeout of the request": (400, "RequestTimeout", b"", False),
    "an internal failure": (500, "InternalFailure", b"", False),
    "a wrong parameter": (400, "ValidationError", b"", False),
}


@pytest.mark.parametrize(("status", "code", "body", "expected"), CASES.values(), ids=CASES)
def test_throttling_is_recognized(*, status: int, code: str, body: bytes, expected: bool) -> None:
    headers = (("x-amzn-errortype", code),) if code else ()
    error = service_error(INVOKE_ENDPOINT, status, headers, body, 0)
    assert is_overload(error) is expected


def test_a_lost_connection_is_no_throttling() -> None:
    assert not is_overload(TransportError("lost"))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        ("0", 0.0),
        ("999999999999", 300.0),
        ("Tue, 14 Nov 2023 22:13:29 GMT", 9.0),
        ("Tue, 14 Nov 2023 22:13:09 GMT", 0.0),
        ("soon", 0.0),
        ("-1", 0.0),
        ("1.5", 0.0),
        ("²", 0.0),
        ("", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float) -> None:
    assert retry_after({"retry-after": value}, 1_700_000_000.0) == seconds


def test_without_the_header_there_is_no_wait() -> None:
    assert retry_after({}, 0.0) == 0.0
