import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier, Event
from time import time
from typing import Any
from uuid import UUID

import pytest
from botocore.exceptions import ClientError

from smrt.errors import ConfigurationError
from smrt.local.endpoint import Invocation, ModelFailure, Prediction, echo
from smrt.local.server import Server
from smrt.local.service import Service
from tests.support.local_server import (
    COMPLAINTS,
    addressed,
    client,
    exchange,
    request,
    send,
    serve,
    signed,
)
from tests.support.project import ROOT

TARGET = "/endpoints/echo/invocations"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serve({"echo": echo, "fails": fails, "café": echo, "attributes": attributes}) as address:
        yield address


def fails(call: Invocation) -> Prediction:
    raise ModelFailure(500, "out of memory") from RuntimeError("out of memory")


def attributes(call: Invocation) -> Prediction:
    return Prediction(b"", "text/plain", call.body.decode())


def error(caught: pytest.ExceptionInfo[ClientError]) -> tuple[int, str, str]:
    response: Any = caught.value.response
    found = response["Error"]
    return response["ResponseMetadata"]["HTTPStatusCode"], found["Code"], found["Message"]


def test_the_reply_is_the_services(url: str) -> None:
    with closing(client(url)) as boto:
        reply = boto.invoke_endpoint(
            EndpointName="echo",
            Body=b"\x00\xff",
            ContentType="image/png",
            CustomAttributes="trace=1, é",
            TargetVariant="AllTraffic",
        )
        assert reply["Body"].read() == b"\x00\xff"
    assert UUID(reply.pop("ResponseMetadata")["RequestId"]).version == 4
    del reply["Body"]
    assert reply == {
        "ContentType": "image/png",
        "InvokedProductionVariant": "AllTraffic",
        "CustomAttributes": "trace=1, é".encode().decode("latin-1"),  # boto3 reads no UTF-8
    }


def test_echo_without_a_content_type_is_bytes(url: str) -> None:
    response: Any = send(signed(request(url, TARGET, b"1"), time()))
    assert response.status == 200
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["X-Amzn-SageMaker-Custom-Attributes"] is None
    assert response.headers["Date"].endswith("GMT")


def test_somebody_elses_credentials_are_good_here(url: str) -> None:
    with closing(client(url, key="AKIAIOSFODNN7EXAMPLE")) as boto:
        reply = boto.invoke_endpoint(EndpointName="echo", Body=b"1")
        assert reply["Body"].read() == b"1"


def test_an_unknown_endpoint_is_a_validation_error(url: str) -> None:
    with closing(client(url)) as boto, pytest.raises(ClientError) as caught:
        boto.invoke_endpoint(EndpointName="nope", Body=b"1")
    assert error(caught) == (
        400,
        "ValidationError",
        "Endpoint nope of account 000000000000 not found.",
    )


def test_a_model_that_fails_is_a_model_error_with_three_fields(url: str) -> None:
    with closing(client(url)) as boto, pytest.raises(ClientError) as caught:
        boto.invoke_endpoint(EndpointName="fails", Body=b"1")
    message = (
        'Received server error (500) from primary with message "out of memory". '
        "See the output of smrt local for more information."
    )
    assert error(caught) == (424, "ModelError", message)
    response: Any = caught.value.response
    assert response["OriginalStatusCode"] == 500
    assert response["OriginalMessage"] == "out of memory"
    assert response["LogStreamArn"] == (
        "arn:aws:logs:us-east-1:000000000000:log-group:/aws/sagemaker/Endpoints/fails"
    )
    assert COMPLAINTS[-1] == "endpoint fails: RuntimeError: out of memory"


def test_what_cannot_be_a_header_is_the_models_failure(url: str) -> None:
    with closing(client(url)) as boto, pytest.raises(ClientError, match="cannot be a header"):
        boto.invoke_endpoint(EndpointName="attributes", Body=b"a\r\nSet-Cookie: b")


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", TARGET),
        ("HEAD", TARGET),
        ("POST", "/"),
        ("POST", "/endpoints/echo"),
        ("POST", TARGET + "/"),
        ("POST", "/endpoints/a/b/invocations"),
    ],
)
def test_what_is_no_operation_is_unknown(url: str, method: str, target: str) -> None:
    response: Any = send(addressed(request(url, target))._replace(method=method))
    assert response.status == 404
    assert response.headers["x-amzn-errortype"] == "UnknownOperationException"


def test_the_name_is_unquoted_after_the_signature_is_checked(url: str) -> None:
    wanted = request(url, "/endpoints/caf%C3%A9/invocations?a=%2Fb&A=", b"1")
    assert send(signed(wanted, time())).status == 200


def test_one_connection_carries_many_requests_and_chunked_bodies(url: str) -> None:
    head = signed(request(url, TARGET, b"hello world"), time())
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.headers)
    start = f"POST {TARGET} HTTP/1.1\r\n{lines}"
    chunked = f"{start}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    plain = f"{start}Content-Length: 11\r\nConnection: close\r\n\r\nhello world"
    with socket.create_connection((head.url.host, head.url.port), timeout=10) as sock:
        sock.sendall((chunked + plain).encode())
        received = b"".join(iter(lambda: sock.recv(65536), b""))
    assert received.count(b"HTTP/1.1 200 ") == 2
    assert received.count(b"\r\n\r\nhello world") == 2


def test_a_client_that_expects_to_be_told_to_go_on_is_told(url: str) -> None:
    head = signed(request(url, TARGET, b"hello"), time())
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.headers)
    more = "Expect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"
    with socket.create_connection((head.url.host, head.url.port), timeout=10) as sock:
        sock.sendall(f"POST {TARGET} HTTP/1.1\r\n{lines}{more}".encode())
        assert sock.recv(1000).startswith(b"HTTP/1.1 100 ")
        sock.sendall(b"hello")
        received = b"".join(iter(lambda: sock.recv(65536), b""))
    assert received.startswith(b"HTTP/1.1 200 ")


def test_what_is_not_http_is_told_so(url: str) -> None:
    place = request(url, "/").url
    response: Any = exchange(place, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n")
    assert response.status == 400
    assert b"Content-Length" in response.body


@pytest.mark.parametrize("data", [b"", b"POST / HT", b"POST / HTTP/1.1\r\nHost: a\r\n"])
def test_a_client_that_hangs_up_does_no_harm(url: str, data: bytes) -> None:
    place = request(url, "/").url
    with socket.create_connection((place.host, place.port)) as sock:
        sock.sendall(data)
    assert send(signed(request(url, TARGET, b"1"), time())).status == 200


def test_a_header_may_be_latin_1(url: str) -> None:
    wanted = signed(request(url, TARGET, b"", (("X-A", "caf\xe9"),)), time())
    lines = "".join(f"{name}: {value}\r\n" for name, value in wanted.headers)
    text = f"POST {TARGET} HTTP/1.1\r\n{lines}Content-Length: 0\r\nConnection: close\r\n\r\n"
    assert exchange(wanted.url, text.encode("latin-1")).status == 200


def test_a_hundred_megabytes_come_back() -> None:
    body = bytes(range(256)) * 4096 * 100
    with serve() as url, closing(client(url)) as boto:
        assert boto.invoke_endpoint(EndpointName="echo", Body=body)["Body"].read() == body


def test_calls_to_one_model_run_side_by_side() -> None:
    width = 40
    barrier = Barrier(width, timeout=20)

    def meets_the_others(call: Invocation) -> Prediction:
        barrier.wait()
        return Prediction(call.body, "text/plain")

    with serve({"slow": meets_the_others}) as url, closing(client(url)) as boto:

        def invoke(number: int) -> bytes:
            reply = boto.invoke_endpoint(EndpointName="slow", Body=str(number))
            body: bytes = reply["Body"].read()
            return body

        with ThreadPoolExecutor(width) as pool:
            answers = list(pool.map(invoke, range(width)))
    assert answers == [str(number).encode() for number in range(width)]


def test_a_slow_endpoint_does_not_stop_another() -> None:
    release = Event()
    entered = Event()

    def waits(call: Invocation) -> Prediction:
        entered.set()
        release.wait(20)
        return Prediction(b"late", "text/plain")

    with serve({"slow": waits, "echo": echo}) as url, closing(client(url)) as boto:
        with ThreadPoolExecutor(1) as pool:
            late = pool.submit(boto.invoke_endpoint, EndpointName="slow", Body=b"")
            assert entered.wait(20)
            assert boto.invoke_endpoint(EndpointName="echo", Body=b"1")["Body"].read() == b"1"
            assert not late.done()
            release.set()
        assert late.result()["Body"].read() == b"late"


def test_a_taken_port_is_a_configuration_error(url: str) -> None:
    port = request(url, "/").url.port
    with pytest.raises(ConfigurationError, match=f"cannot listen on 127.0.0.1:{port}: ") as caught:
        Server(lambda _: pytest.fail("nothing is served"), port)
    assert "--port 0" in caught.value.hints[0]


CROWDED = """
import os, resource, socket, threading
from tests.support.local_server import client, serve
from tests.support.polling import until

accept, refused = socket.socket.accept, threading.Event()

def watched(self):
    try:
        return accept(self)
    except OSError:
        refused.set()
        raise

socket.socket.accept = watched

with serve() as url:
    threads = threading.active_count()
    boto = client(url)
    boto.invoke_endpoint(EndpointName="echo", Body=b"warm")
    boto.close()
    until(lambda: threading.active_count() == threads)  # the server's side is closed, too
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    held = []
    try:
        while True:
            held.append(os.dup(0))
    except OSError:
        os.close(held.pop())
    host = url.removeprefix("http://")
    waiting = socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])))
    assert refused.wait(30)
    for number in held:
        os.close(number)
    waiting.sendall(f"GET / HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n".encode())
    print(waiting.recv(12).decode())
    waiting.close()
"""


def test_too_many_open_files_pass() -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", CROWDED],
        capture_output=True,
        text=True,
        env=environ,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("HTTP/1.1 404\n", "")


def test_only_loopback_is_listened_on(url: str) -> None:
    assert url.startswith("http://127.0.0.1:")


def test_each_request_is_one_line_in_the_log() -> None:
    lines: list[str] = []
    service = Service({"echo": echo}, clock=lambda: 0.0, complain=lines.append, log=lines.append)
    response = service.answer(request("http://127.0.0.1:1", TARGET, b"1"))
    assert response.status == 403
    assert isinstance(response.body, bytes)
    assert lines == [f"POST {TARGET} 403 {len(response.body)} bytes in 0.0 ms"]
