"""A single call and the engine take the same responses for the same, however they arrive."""

import socket
from typing import NamedTuple

import pytest

from smrt.client.caller import Caller
from smrt.client.dependencies import Dependencies
from smrt.engine.retry_rules import RetryRules
from smrt.errors import ServiceError, SmrtError
from smrt.protocol.messages import Settings
from smrt.protocol.operations import INVOKE_ENDPOINT
from smrt.protocol.retry import Policy
from tests.engine.conftest import CREDENTIALS, Runner
from tests.support.scripted_endpoint import Endpoint, Received, Responder
from tests.transport.test_response_parser import INVALID, RESPONSES

ERROR = (
    b"HTTP/1.1 424 Failed Dependency\r\nx-amzn-ErrorType: ModelError\r\nContent-Length: 39\r\n\r\n"
    b'{"Message":"m","OriginalStatusCode":500}'
)
EARLY = b"HTTP/1.1 413 X\r\nConnection: close\r\nContent-Length: 17\r\n\r\n" + b'{"message":"big"}'
SAME = [
    *(data for data, _ in RESPONSES.values()),
    *INVALID,
    ERROR.replace(b": 39", b": 40"),
    EARLY,
    b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n",
]


class Outcome(NamedTuple):
    """What a call ends with."""

    status: int | None
    body: bytes
    code: str
    message: str


def sends(data: bytes, size: int) -> Responder:
    """A response in pieces of `size` bytes, and the end of the connection."""

    def respond(sock: socket.socket, _: Received) -> None:
        for start in range(0, len(data), size):
            sock.sendall(data[start : start + size])
        sock.shutdown(socket.SHUT_WR)

    return respond


def _failure(error: SmrtError) -> Outcome:
    metadata = error.response["ResponseMetadata"] if isinstance(error, ServiceError) else {}
    message = error.message.replace("/endpoints/e/invocations", "/")  # the engine names the server
    return Outcome(metadata.get("HTTPStatusCode"), b"", error.code, message)


def _of_a_single_call(endpoint: Endpoint) -> Outcome:
    settings = Settings("us-east-1", endpoint_url=endpoint.url, max_attempts=1)
    caller = Caller(settings, lambda: CREDENTIALS, Dependencies())
    try:
        response = caller.call(INVOKE_ENDPOINT, {"EndpointName": "e", "Body": b"row 0"})
        return Outcome(response.status, response.body.read(), "", "")
    except SmrtError as exc:
        return _failure(exc)
    finally:
        caller.close()


def _of_the_engine(endpoint: Endpoint, runner: Runner) -> Outcome:
    rules = RetryRules(INVOKE_ENDPOINT, policy=Policy(max_attempts=1), outwait_throttles=False)
    (done,) = runner.run(endpoint.url, 1, rules=rules)
    return _failure(done.error) if done.error else Outcome(done.status, done.body, "", "")


@pytest.mark.parametrize("size", [1 << 16, 1])
@pytest.mark.parametrize("data", SAME, ids=range(len(SAME)))
def test_a_response_is_the_same_to_both(
    endpoint: Endpoint, runner: Runner, data: bytes, size: int
) -> None:
    endpoint.respond_with(sends(data, size))
    single = _of_a_single_call(endpoint)
    endpoint.respond_with(sends(data, size))
    assert _of_the_engine(endpoint, runner) == single
