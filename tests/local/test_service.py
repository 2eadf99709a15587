import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
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
    REPORTED,
    client,
    exchange,
    request,
    send,
    serve,
    signed,
    with_host,
)
from tests.support.polling import LIMIT
from tests.support.project import ROOT

TARGET = "/endpoints/echo/invocations"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serve(
        {"echo": echo, "fails": fails, "café": echo, "attributes": attributes, "broken": broken}
    ) as url:
        yield url


def fails(call: Invocation) -> Prediction:
    raise ModelFailure(500, "out of memory") from RuntimeError("out of memory")


def attributes(call: Invocation) -> Prediction:
    return Prediction(b"", "text/plain", call.body.decode())


def broken(call: Invocation) -> Prediction:
    raise KeyboardInterrupt


def error(caught: pytest.ExceptionInfo[ClientError]) -> tuple[int, str, str]:
    response: Any = caught.value.response
    error = response["Error"]
    return response["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error["Message"]


def test_the_response_is_that_of_the_service(url: str) -> None:
    with closing(client(url)) as boto:
        response = boto.invoke_endpoint(
            EndpointName="echo",
            Body=b"\x00\xff",
            ContentType="image/png",
            CustomAttributes="trace=1, é",
            TargetVariant="AllTraffic",
        )
        assert response["Body"].read() == b"\x00\xff"
    assert UUID(response.pop("ResponseMetadata")["RequestId"]).version == 4
    del response["Body"]
    assert response == {
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


def test_any_other_credentials_are_accepted(url: str) -> None:
    with closing(client(url, key="AKIAIOSFODNN7EXAMPLE")) as boto:
        response = boto.invoke_endpoint(EndpointName="echo", Body=b"1")
        assert response["Body"].read() == b"1"


def test_the_names_of_the_endpoints_are_listed_without_a_signature(url: str) -> None:
    with closing(HTTPConnection(url.removeprefix("http://"))) as connection:
        connection.request("GET", "/endpoints")
        names = json.loads(connection.getresponse().read())
    assert names == {
        "EndpointNames": ["echo", "fails", "café", "attributes", "broken"],
        "ProcessId": os.getpid(),
    }


def test_an_unknown_endpoint_is_a_validation_error_that_lists_those_served(url: str) -> None:
    with closing(client(url)) as boto, pytest.raises(ClientError) as caught:
        boto.invoke_endpoint(EndpointName="nope", Body=b"1")
    status, code, message = error(caught)
    assert (status, code) == (400, "ValidationError")
    assert message.startswith("Endpoint nope of account 000000000000 not found. smrt local serves ")
    assert " echo, " in message


def test_a_model_failure_is_a_model_error_with_three_members(url: str) -> None:
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
    assert REPORTED[-1] == "endpoint fails: RuntimeError: out of memory"


def test_an_error_in_an_endpoint_is_an_internal_error_with_a_traceback(url: str) -> None:
    with closing(client(url)) as boto, pytest.raises(ClientError) as caught:
        boto.invoke_endpoint(EndpointName="broken", Body=b"1")
    assert error(caught) == (500, "InternalError", "KeyboardInterrupt()")
    assert REPORTED[-1].startswith("Traceback (most recent call last):\n")


def test_an_invalid_header_is_a_model_failure(url: str) -> None:
    with closing(client(url)) as boto, pytest.raises(ClientError, match="is not a valid header"):
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
def test_other_methods_and_paths_are_unknown_operations(url: str, method: str, target: str) -> None:
    response: Any = send(with_host(request(url, target))._replace(method=method))
    assert response.status == 404
    assert response.headers["x-amzn-errortype"] == "UnknownOperationException"


def test_the_name_is_unquoted_after_the_signature_is_checked(url: str) -> None:
    http_request = request(url, "/endpoints/caf%C3%A9/invocations?a=%2Fb&A=", b"1")
    assert send(signed(http_request, time())).status == 200


def test_one_connection_carries_many_requests_and_chunked_bodies(url: str) -> None:
    head = signed(request(url, TARGET, b"hello world"), time())
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.headers)
    start = f"POST {TARGET} HTTP/1.1\r\n{lines}"
    chunked = f"{start}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    plain = f"{start}Content-Length: 11\r\nConnection: close\r\n\r\nhello world"
    with socket.create_connection((head.url.host, head.url.port), timeout=LIMIT) as sock:
        sock.sendall((chunked + plain).encode())
        received = b"".join(iter(lambda: sock.recv(65536), b""))
    assert received.count(b"HTTP/1.1 200 ") == 2
    assert received.count(b"\r\n\r\nhello world") == 2


def test_expect_100_continue_is_supported(url: str) -> None:
    head = signed(request(url, TARGET, b"hello"), time())
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.headers)
    more = "Expect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"
    with socket.create_connection((head.url.host, head.url.port), timeout=LIMIT) as sock:
        sock.sendall(f"POST {TARGET} HTTP/1.1\r\n{lines}{more}".encode())
        assert sock.recv(1000).startswith(b"HTTP/1.1 100 ")
        sock.sendall(b"hello")
        received = b"".join(iter(lambda: sock.recv(65536), b""))
    assert received.startswith(b"HTTP/1.1 200 ")


def test_a_malformed_request_is_a_400(url: str) -> None:
    server = request(url, "/").url
    response: Any = exchange(server, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n")
    assert response.status == 400
    assert b"Content-Length" in response.body


@pytest.mark.parametrize("data", [b"", b"POST / HT", b"POST / HTTP/1.1\r\nHost: a\r\n"])
def test_the_server_survives_a_client_that_disconnects(url: str, data: bytes) -> None:
    server = request(url, "/").url
    with socket.create_connection((server.host, server.port)) as sock:
        sock.sendall(data)
    assert send(signed(request(url, TARGET, b"1"), time())).status == 200


def test_a_header_may_be_latin_1(url: str) -> None:
    http_request = signed(request(url, TARGET, b"", (("X-A", "caf\xe9"),)), time())
    lines = "".join(f"{name}: {value}\r\n" for name, value in http_request.headers)
    text = f"POST {TARGET} HTTP/1.1\r\n{lines}Content-Length: 0\r\nConnection: close\r\n\r\n"
    assert exchange(http_request.url, text.encode("latin-1")).status == 200


def test_echo_returns_a_hundred_megabytes() -> None:
    body = bytes(range(256)) * 4096 * 100
    with serve() as url, closing(client(url)) as boto:
        assert boto.invoke_endpoint(EndpointName="echo", Body=body)["Body"].read() == body


def test_calls_of_one_model_run_concurrently() -> None:
    width = 40
    barrier = Barrier(width, timeout=LIMIT)

    def meets_the_others(call: Invocation) -> Prediction:
        barrier.wait()
        return Prediction(call.body, "text/plain")

    with serve({"slow": meets_the_others}) as url, closing(client(url)) as boto:

        def invoke(number: int) -> bytes:
            response = boto.invoke_endpoint(EndpointName="slow", Body=str(number))
            body: bytes = response["Body"].read()
            return body

        with ThreadPoolExecutor(width) as pool:
            outputs = list(pool.map(invoke, range(width)))
    assert outputs == [str(number).encode() for number in range(width)]


def test_a_slow_endpoint_does_not_block_another() -> None:
    release = Event()
    entered = Event()

    def waits(call: Invocation) -> Prediction:
        entered.set()
        release.wait(LIMIT)
        return Prediction(b"late", "text/plain")

    with serve({"slow": waits, "echo": echo}) as url, closing(client(url)) as boto:
        with ThreadPoolExecutor(1) as pool:
            late = pool.submit(boto.invoke_endpoint, EndpointName="slow", Body=b"")
            assert entered.wait(LIMIT)
            assert boto.invoke_endpoint(EndpointName="echo", Body=b"1")["Body"].read() == b"1"
            assert not late.done()
            release.set()
        assert late.result()["Body"].read() == b"late"


def test_a_port_in_use_is_a_configuration_error(url: str) -> None:
    port = request(url, "/").url.port
    with pytest.raises(ConfigurationError, match=f"cannot listen on 127.0.0.1:{port}: ") as caught:
        Server(Service({}, time, REPORTED.append), port)
    assert "--port 0" in caught.value.hints[0]


FILE_LIMIT = """
import os, resource, socket, threading
from tests.support.local_server import client, serve
from tests.support.polling import LIMIT, until

accept, refused = socket.socket.accept, threading.Event()

def watched(self):
    try:
        return accept(self)
    except TimeoutError:
        raise
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
    open_files = []
    try:
        while True:
            open_files.append(os.dup(0))
    except OSError:
        os.close(open_files.pop())
    host = url.removeprefix("http://")
    waiting = socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])))
    assert refused.wait(LIMIT)
    for number in open_files:
        os.close(number)
    waiting.sendall(f"GET / HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n".encode())
    print(waiting.recv(12).decode())
    waiting.close()
"""


def test_the_server_recovers_from_too_many_open_files() -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", FILE_LIMIT],
        capture_output=True,
        text=True,
        env=environ,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("HTTP/1.1 404\n", "")


def test_the_server_listens_only_on_loopback(url: str) -> None:
    assert url.startswith("http://127.0.0.1:")


def test_each_request_is_one_line_in_the_log() -> None:
    lines: list[str] = []
    service = Service(
        {"echo": echo}, clock=lambda: 0.0, report_error=lines.append, log=lines.append
    )
    response = service.respond(request("http://127.0.0.1:1", TARGET, b"1"))
    assert response.status == 403
    assert isinstance(response.body, bytes)
    reason = "smrt local listens on 127.0.0.1:1, not on ''"
    line = f"echo 403 AccessDeniedException: no type, 1 bytes -> {reason} in 0.0 ms"
    assert [each[9:] for each in lines] == [line]
    assert service.rejection(request("http://127.0.0.1:1", TARGET))
    assert [each[9:] for each in lines] == [line, line.replace("1 bytes", "0 bytes")]


def test_the_log_has_no_signature() -> None:
    lines: list[str] = []
    service = Service({}, clock=lambda: 0.0, report_error=lines.append, log=lines.append)
    service.respond(request("http://127.0.0.1:1", "/b/k?X-Amz-Signature=pl4nt3d&a=b"))
    assert lines[0][9:].startswith("POST /b/k?X-Amz-Signature=****&a=b 403 ")
