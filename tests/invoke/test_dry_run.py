"""--dry-run prints the request that would be sent; secrets are masked."""

from smrt.errors import MASK
from tests.conftest import CREDENTIAL_VARIABLES, Smrt
from tests.support.scripted_endpoint import Endpoint

CALL = ("invoke-endpoint", "--endpoint-name", "e/1", "--body", "aGk=", "--content-type", "text/csv")


def test_nothing_is_sent_and_no_secret_is_shown(smrt: Smrt, endpoint: Endpoint) -> None:
    result = smrt(*CALL, "--dry-run", "out", env={"AWS_SESSION_TOKEN": "t0ken"})
    assert (result.code, result.err, endpoint.requests) == (0, "", [])
    assert CREDENTIAL_VARIABLES["AWS_SECRET_ACCESS_KEY"].encode() not in result.out
    assert b"t0ken" not in result.out
    assert result.out.count(b"\nX-Amz-Security-Token: " + MASK.encode()) == 1
    assert result.out.count(b"Signature=" + MASK.encode()) == 1


def test_a_dry_run_prints_the_request_that_is_sent(smrt: Smrt, endpoint: Endpoint) -> None:
    first, *lines = smrt(*CALL, "--dry-run").out.decode().splitlines()
    assert first == f"POST {endpoint.url}/endpoints/e%2F1/invocations"
    shown = dict(line.split(": ", 1) for line in lines)
    assert smrt(*CALL).code == 0
    (received,) = endpoint.requests
    changing = {"authorization", "x-amz-date", "amz-sdk-invocation-id"}
    assert {name.lower() for name in shown} == set(received.headers)
    for name, value in shown.items():
        assert name.lower() in changing or received.headers[name.lower()] == value


def test_an_unsigned_request_shows_no_signature(smrt: Smrt) -> None:
    result = smrt(*CALL, "--dry-run", "--no-sign-request")
    assert b"Authorization" not in result.out
    assert b"\nContent-Length: 2\n" in result.out
