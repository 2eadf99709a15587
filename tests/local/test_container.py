"""smrt local in front of a running container: a real one, and scripted ones that fail."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError, EventStreamError

from smrt.errors import UsageError
from smrt.local.container import Container, container
from smrt.local.endpoint import BROKEN, TIMED_OUT, Invocation, ModelFailure, NotReady
from smrt.local.endpoints import endpoints
from smrt.protocol.messages import Url
from tests.support.local_server import client, serve, wait_for_server
from tests.support.loopback import reserved_port
from tests.support.polling import LIMIT
from tests.support.project import ROOT
from tests.support.scripted_endpoint import Endpoint, Responder, response


class Running(NamedTuple):
    """A container in a process of its own; it is ready when the file `ready` exists."""

    url: str
    ready: Path


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder, listener = tmp_path_factory.mktemp("container"), socket.create_server(("127.0.0.1", 0))
    ready, url = folder / "ready", f"http://127.0.0.1:{listener.getsockname()[1]}"
    descriptor = listener.fileno()
    argv = [sys.executable, "-m", "tests.support.container", str(descriptor), str(ready)]
    environ = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "SAGEMAKER_ENABLE_STATEFUL_SESSIONS": "true",
        "SAGEMAKER_SESSIONS_PATH": str(folder),
    }
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        argv, cwd=ROOT, env=environ, stdout=quiet, stderr=quiet, pass_fds=[descriptor]
    ) as process:
        listener.close()
        try:
            wait_for_server(url)
            yield Running(url, ready)
        finally:
            process.kill()


@contextmanager
def boto(url: str) -> Iterator[Any]:
    with (
        closing(container(url)) as running,
        serve({"c": running.invoke}) as endpoint_url,
        closing(client(endpoint_url)) as runtime,
    ):
        yield runtime


@pytest.fixture
def runtime(running: Running) -> Iterator[Any]:
    running.ready.touch()
    with boto(running.url) as opened:
        yield opened


@contextmanager
def streamed(runtime: Any, **parameters: Any) -> Iterator[tuple[Any, Iterator[Any]]]:
    """The response, and the events of its body."""
    response = runtime.invoke_endpoint_with_response_stream(EndpointName="c", **parameters)
    with closing(response["Body"]) as events:
        yield response, iter(events)


def body(**action: str) -> bytes:
    return json.dumps(action).encode()


def error_of(exc: Any) -> tuple[int, str, str]:
    error = exc.response["Error"]
    return exc.response["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error["Message"]


def test_a_container_that_is_not_ready_is_the_services_error(running: Running) -> None:
    running.ready.unlink(missing_ok=True)
    with boto(running.url) as runtime:
        with pytest.raises(ClientError) as caught:
            runtime.invoke_endpoint(EndpointName="c", Body=body(do="report"))
        status, code, message = error_of(caught.value)
        assert (status, code) == (429, "ModelNotReadyException")
        assert message.endswith(f"{running.url}/ping returns 503")
        running.ready.touch()
        assert runtime.invoke_endpoint(EndpointName="c", Body=body(do="report"))["Body"].read()


def test_the_container_gets_the_headers_that_the_service_forwards(runtime: Any) -> None:
    response = runtime.invoke_endpoint(
        EndpointName="c",
        Body=body(do="report"),
        ContentType="application/json",
        Accept="text/plain",
        CustomAttributes="trace=1",
        TargetModel="a.tar.gz",
        InferenceId="7",
    )
    report = json.loads(response["Body"].read())
    assert report["request"] == {"do": "report"}
    headers = report["headers"]
    for name in ("host", "accept-encoding", "content-length"):
        del headers[name]
    assert headers == {
        "content-type": "application/json",
        "accept": "text/plain",
        "x-amzn-sagemaker-custom-attributes": "trace=1",
        "x-amzn-sagemaker-target-model": "a.tar.gz",
        "x-amzn-sagemaker-inference-id": "7",
    }
    assert (response["ContentType"], response["CustomAttributes"]) == ("application/json", "seen=1")
    assert response["InvokedProductionVariant"] == "AllTraffic"


def test_chunks_are_forwarded_as_they_arrive(runtime: Any, tmp_path: Path) -> None:
    until = tmp_path / "until"
    with streamed(runtime, Body=body(do="stream", until=str(until))) as (response, events):
        assert response["ContentType"] == "text/event-stream; charset=utf-8"
        assert next(events) == {"PayloadPart": {"Bytes": b"one"}}
        until.touch()
        assert list(events) == [{"PayloadPart": {"Bytes": b"two"}}]
    plain = runtime.invoke_endpoint(
        EndpointName="c", Body=body(do="stream", until=str(until)), Accept="text/event-stream"
    )
    assert plain["Body"].read() == b"onetwo"


def test_a_complete_response_can_be_streamed(runtime: Any) -> None:
    with streamed(runtime, Body=body(do="report")) as (_, events):
        received = b"".join(event["PayloadPart"]["Bytes"] for event in events)
    assert json.loads(received)["request"] == {"do": "report"}


@pytest.mark.parametrize("operation", ["invoke_endpoint", "invoke_endpoint_with_response_stream"])
def test_an_error_response_is_a_model_error(runtime: Any, operation: str) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(runtime, operation)(EndpointName="c", Body=body(do="fail"))
    status, code, message = error_of(caught.value)
    assert (status, code) == (424, "ModelError")
    assert message.startswith(
        'Received server error (507) from primary with message "out of memory".'
    )
    response: Any = caught.value.response
    assert (response["OriginalStatusCode"], response["OriginalMessage"]) == (507, "out of memory")


def test_a_closed_connection_is_an_error_in_the_stream(runtime: Any) -> None:
    with streamed(runtime, Body=body(do="break")) as (_, events):
        assert next(events) == {"PayloadPart": {"Bytes": b"one"}}
        with pytest.raises(EventStreamError, match="The container closed the connection"):
            next(events)
    with pytest.raises(ClientError) as caught:
        runtime.invoke_endpoint(EndpointName="c", Body=body(do="break"))
    status, code, message = error_of(caught.value)
    assert (status, code) == (424, "ModelError")
    assert message.startswith("Received server error (0) from primary")


def test_sessions_start_and_end(runtime: Any) -> None:
    started = runtime.invoke_endpoint(
        EndpointName="c", Body=json.dumps({"requestType": "NEW_SESSION"}).encode()
    )
    number = started["NewSessionId"].partition(";")[0]
    assert "Expires=" in started["NewSessionId"]
    closed = runtime.invoke_endpoint(
        EndpointName="c", SessionId=number, Body=json.dumps({"requestType": "CLOSE"}).encode()
    )
    assert closed["ClosedSessionId"] == number


def test_an_endpoint_without_a_container_is_not_ready() -> None:
    with (
        reserved_port() as port,
        boto(f"http://127.0.0.1:{port}") as runtime,
        pytest.raises(ClientError) as caught,
    ):
        runtime.invoke_endpoint(EndpointName="c", Body=b"1")
    status, code, message = error_of(caught.value)
    assert (status, code) == (429, "ModelNotReadyException")
    assert message.endswith("/ping does not respond")


def scripted_container(endpoint: Endpoint, timeout: float = LIMIT) -> "closing[Container]":
    """A container with a scripted server."""
    return closing(Container(Url("http", "127.0.0.1", endpoint.port, ""), timeout))


@pytest.fixture
def scripted(endpoint: Endpoint) -> Iterator[Container]:
    with scripted_container(endpoint) as opened:
        yield opened


def raw(data: bytes) -> Responder:
    def responder(sock: socket.socket, _: object) -> None:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_RDWR)

    return responder


CALL = Invocation(b"{}", {"ContentType": "application/json"})


def test_a_container_is_pinged_until_it_is_ready_and_after_a_failure(
    endpoint: Endpoint, scripted: Container
) -> None:
    endpoint.respond(200, b"")
    endpoint.respond(201, b"1", ())
    endpoint.respond(200, b"2")
    endpoint.respond_with(raw(b"HTTP/1.1 oops\r\n\r\n"))
    endpoint.respond(200, b"")
    endpoint.respond(200, b"3")
    prediction = scripted.invoke(CALL).buffered()
    assert (prediction.body, prediction.content_type) == (b"1", "application/octet-stream")
    assert scripted.invoke(CALL).buffered().body == b"2"
    with pytest.raises(ModelFailure, match="closed the connection"):
        scripted.invoke(CALL)
    assert scripted.invoke(CALL).buffered().body == b"3"
    targets = [each.target for each in endpoint.requests]
    assert targets == ["/ping", *["/invocations"] * 3, "/ping", "/invocations"]


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"


def test_a_container_that_stops_sending_times_out(endpoint: Endpoint) -> None:
    endpoint.respond(200, b"")
    endpoint.respond_with(lambda sock, _: sock.sendall(HEAD + b"four"))
    with scripted_container(endpoint, timeout=1.0) as scripted:
        chunks = scripted.invoke(CALL).chunks()
        assert next(chunks) == b"four"
        with pytest.raises(ModelFailure, match="timed out") as caught:
            next(chunks)
    assert (caught.value.status, caught.value.stream_code) == (0, TIMED_OUT)


def test_an_incomplete_error_response_is_a_failure(endpoint: Endpoint, scripted: Container) -> None:
    endpoint.respond(200, b"")
    endpoint.respond_with(raw(HEAD.replace(b"200 OK", b"500 No") + b"out"))
    with pytest.raises(ModelFailure, match="closed the connection") as caught:
        scripted.invoke(CALL)
    assert caught.value.stream_code == BROKEN


def test_a_container_that_has_stopped_is_not_ready() -> None:
    stopped = Endpoint()
    stopped.respond_with(
        lambda sock, _: sock.sendall(response(200, b"", (("Connection", "close"),)))
    )
    stopped.respond_with(
        lambda sock, _: sock.sendall(response(200, b"1", (("Connection", "close"),)))
    )
    with closing(container(stopped.url)) as opened:
        assert opened.invoke(CALL).buffered().body == b"1"
        stopped.close()
        with pytest.raises(NotReady, match="no container listens at http"):
            opened.invoke(CALL)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://10.0.0.1:8080", "must run on this host"),
        ("http://example.com", "must run on this host"),
        ("http://127.0.0.1.example.com", "must run on this host"),
        ("http://", "must run on this host"),
        ("https://127.0.0.1:8080", "a host, a port, and optionally"),
        ("http://127.0.0.1:8080/invocations", "a host, a port, and optionally"),
        ("http://127.0.0.1:8080?a=b", "a host, a port, and optionally"),
        ("http://10.0.0.1@127.0.0.1:8080", "a host, a port, and optionally"),
        ("http://127.0.0.1:99999", "is not a valid URL"),
        ("http://127.0.0.1:8080/livez?invocations=predict", "a host, a port, and optionally"),
        ("http://127.0.0.1:8080?invocations=/a&invocations=/b", "a host, a port, and optionally"),
    ],
)
def test_other_urls_are_rejected(url: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        endpoints([f"c={url}"], {})


def test_a_url_has_the_paths_of_another_server(endpoint: Endpoint) -> None:
    endpoint.respond(200, b"")
    endpoint.respond(200, b"[1]")
    url = f"{endpoint.url}/livez?invocations=/v1/models/iris:predict"
    call = endpoints([f"c={url}"], {})["c"]
    assert b"".join(call(Invocation(b"{}", {})).chunks()) == b"[1]"
    assert [each.target for each in endpoint.requests] == ["/livez", "/v1/models/iris:predict"]


@pytest.mark.parametrize("url", ["http://localhost:1/", "http://[::1]:1", "http://127.9.9.9"])
def test_loopback_urls_are_accepted(url: str) -> None:
    assert list(endpoints([f"c={url}"], {})) == ["c"]
