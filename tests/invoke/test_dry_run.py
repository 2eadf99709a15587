"""--dry-run prints the request that would be sent; secrets are masked."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

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
    head, _, body = smrt(*CALL, "--dry-run").out.decode().partition("\n\n")
    first, *lines = head.splitlines()
    assert body == "hi\n"
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


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"", b"Content-Length: 0\n"),
        (b"a\nb", b"\n\na\nb\n"),
        (b"x" * 1200, b"x" * 1000 + b"... (200 more bytes)\n"),
        (b"x" * 999 + "\u00e9".encode(), b"x" * 999 + b"... (2 more bytes)\n"),
        (b"\x00" * 40, b"00 " * 31 + b"00... (8 more bytes)\n"),
        (b"a" * 2_000_000, b"a... (1,999,000 more bytes)\n"),
    ],
)
def test_the_first_bytes_of_the_body_are_shown(smrt: Smrt, content: bytes, shown: bytes) -> None:
    Path("body").write_bytes(content)
    result = smrt("invoke-endpoint", "--endpoint-name", "e", "--data", "@body", "--dry-run")
    assert result.out.endswith(shown)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize("content", [b"", b"it's $HOME", b"@x", b"\x00\xff", b"b" * 200_000])
@pytest.mark.parametrize("source", ["--data", "--body"])
def test_the_curl_command_sends_the_same_request(
    smrt: Smrt, endpoint: Endpoint, content: bytes, source: str
) -> None:
    Path("a body").write_bytes(content)
    words = ["--data", "@a body"] if source == "--data" else ["--body", "-"]
    call = ("invoke-endpoint", "--endpoint-name", "e/1", *words, "--accept", "text/csv; a='b'")
    env = {"AWS_SESSION_TOKEN": "t0ken"}
    assert smrt(*call, stdin=content, env=env).code == 0
    command = smrt(*call, "--dry-run=curl", stdin=content, env=env).out.decode()
    assert "t0ken" not in command
    subprocess.run(
        ["sh", "-eu", "-c", command],
        env={**os.environ, **CREDENTIAL_VARIABLES, **env},
        input=content,
        capture_output=True,
        check=True,
    )
    ours, curls = endpoint.requests
    names = {"content-type", "accept", "x-amz-security-token"}
    assert (curls.method, curls.target, curls.body) == (ours.method, ours.target, ours.body)
    for name in names:
        assert curls.headers.get(name) == ours.headers.get(name)
    assert curls.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=")
