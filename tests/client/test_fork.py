"""Forked processes share a client; a connection belongs to the process that opened it."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.support.scripted_endpoint import Endpoint, Received, response

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

# A process of its own forks: the tests' own one has threads, which a fork leaves behind.
SCRIPT = """
import os, sys
import smrt
from smrt.errors import SmrtError

client = smrt.Client(endpoint_url=sys.argv[1], verify=sys.argv[2], read_timeout=60)

def fork(work, *args):
    child = os.fork()
    if child:
        return child
    try:
        work(*args)
        client.close()
        os._exit(0)
    except BaseException as exc:
        print(repr(exc), file=sys.stderr, flush=True)
        os._exit(1)

def wait(children):
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
"""
CALLS = """
def call(name, count):
    for turn in range(count):
        body = f"{name}/{turn}".encode()
        response = client.invoke_endpoint(EndpointName="e", Body=body)["Body"].read()
        assert response == b"echo " + body, response

call("parent", 1)
children = [fork(call, f"child {number}", 5) for number in range(4)]
idle = fork(call, "idle", 0)
call("parent", 5)
print(wait([*children, idle]))
call("parent", 5)
"""
UNREAD = """
body = client.invoke_endpoint(EndpointName="e", Body=b"large")["Body"]

def read():
    try:
        body.read()
    except SmrtError as exc:
        print(exc.message, flush=True)

print(wait([fork(read)]))
print(len(body.read()))
client.invoke_endpoint(EndpointName="e", Body=b"again")["Body"].read()
"""
RESULTS = """
def fetch(name, count):
    for turn in range(count):
        result = {"OutputLocation": f"s3://b/{name}/{turn}", "FailureLocation": "s3://b/f"}
        response = client.wait(result)["Body"].read()
        assert response == f"object /b/{name}/{turn}".encode(), response

fetch("parent", 1)
children = [fork(fetch, f"child{number}", 3) for number in range(2)]
fetch("parent", 3)
print(wait(children))
fetch("parent", 3)
"""
STREAM_ERROR = "An error occurred while reading from response stream"
Run = Callable[..., list[str]]


@pytest.fixture
def run(environ: dict[str, str], ca_bundle: str) -> Run:
    def run(work: str, endpoint: Endpoint) -> list[str]:
        ran = subprocess.run(
            [sys.executable, "-c", SCRIPT + work, endpoint.url, ca_bundle],
            capture_output=True,
            text=True,
            env={**environ, "AWS_ENDPOINT_URL_S3": endpoint.url, "AWS_MAX_ATTEMPTS": "1"},
            check=False,
            timeout=60,
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        return ran.stdout.splitlines()

    return run


@pytest.fixture(params=["endpoint", "secure"])
def server(request: pytest.FixtureRequest) -> Endpoint:
    """A server without TLS, and one with."""
    made: Endpoint = request.getfixturevalue(request.param)
    return made


def echo(sock: socket.socket, received: Received) -> None:
    sock.sendall(response(body=b"echo " + received.body))


def object_of(sock: socket.socket, received: Received) -> None:
    sock.sendall(response(body=b"object " + received.target.encode()))


def test_a_forked_process_opens_a_connection_of_its_own(server: Endpoint, run: Run) -> None:
    server.script.extend([echo] * (1 + 4 * 5 + 5 + 5))
    assert run(CALLS, server) == ["[0, 0, 0, 0, 0]"]
    assert server.connections == 1 + 4


def test_a_response_is_read_by_the_process_that_sent_the_request(
    server: Endpoint, run: Run
) -> None:
    server.respond(body=bytes(5_000_000))
    assert run(UNREAD, server) == [
        f"{STREAM_ERROR}: it belongs to the process that sent the request",
        "[0]",
        "5000000",
    ]
    assert server.connections == 1


def test_a_forked_process_opens_a_connection_to_s3_of_its_own(server: Endpoint, run: Run) -> None:
    server.script.extend([object_of] * (1 + 2 * 3 + 3 + 3))
    assert run(RESULTS, server) == ["[0, 0]"]
    assert server.connections == 1 + 2
