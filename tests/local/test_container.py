"""smrt local in front of a running container: a real one, and some that misbehave."""

import json
import os
import socket
import subprocess
import sys
import time
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
from tests.support.local_server import client, serve
from tests.support.project import ROOT
from tests.support.scripted_endpoint import Answer, Endpoint, response


class Running(NamedTuple):
    """A container in a process of its own; it is ready when the file is there."""

    url: str
    ready: Path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder, port = tmp_path_factory.mktemp("container"), free_port()
    ready = folder / "ready"
    words = [sys.executable, "-m", "tests.support.container", str(port), str(ready)]
    environ = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "SAGEMAKER_ENABLE_STATEFUL_SESSIONS": "true",
        "SAGEMAKER_SESSIONS_PATH": str(folder),
    }
    with subprocess.Popen(
        words, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_for(port, process)
            yield Running(f"http://127.0.0.1:{port}", ready)
        finally:
            process.kill()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        with socket.socket() as sock:
            if not sock.connect_ex(("127.0.0.1", port)):
                return
        assert process.poll() is None
        time.sleep(0.05)
    pytest.fail("the container does not listen")


@contextmanager
def boto(url: str) -> Iterator[Any]:
    with (
        closing(container(url)) as place,
        serve({"c": place.answer}) as address,
        closing(client(address)) as made,
    ):
        yield made


@pytest.fixture
def runtime(running: Running) -> Iterator[Any]:
    running.ready.touch()
    with boto(running.url) as made:
        yield made


@contextmanager
def streamed(runtime: Any, **given: Any) -> Iterator[tuple[Any, Iterator[Any]]]:
    """The reply, and the events of its body."""
    reply = runtime.invoke_endpoint_with_response_stream(EndpointName="c", **given)
    with closing(reply["Body"]) as events:
        yield reply, iter(events)


def body(**given: str) -> bytes:
    return json.dumps(given).encode()


def refused(exc: Any) -> tuple[int, str, str]:
    error = exc.response["Error"]
    return exc.response["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error["Message"]


def test_a_container_that_is_not_ready_is_told_as_the_service_tells_it(running: Running) -> None:
    running.ready.unlink(missing_ok=True)
    with boto(running.url) as made:
        with pytest.raises(ClientError) as caught:
            made.invoke_endpoint(EndpointName="c", Body=body(do="tell"))
        status, code, message = refused(caught.value)
        assert (status, code) == (429, "ModelNotReadyException")
        assert message.endswith(f"{running.url}/ping answers 503")
        running.ready.touch()
        assert made.invoke_endpoint(EndpointName="c", Body=body(do="tell"))["Body"].read()


def test_the_headers_are_those_that_the_service_hands_on(runtime: Any) -> None:
    reply = runtime.invoke_endpoint(
        EndpointName="c",
        Body=body(do="tell"),
        ContentType="application/json",
        Accept="text/plain",
        CustomAttributes="trace=1",
        TargetModel="a.tar.gz",
        InferenceId="7",
    )
    told = json.loads(reply["Body"].read())
    assert told["given"] == {"do": "tell"}
    headers = told["headers"]
    for name in ("host", "accept-encoding", "content-length"):
        del headers[name]
    assert headers == {
        "content-type": "application/json",
        "accept": "text/plain",
        "x-amzn-sagemaker-custom-attributes": "trace=1",
        "x-amzn-sagemaker-target-model": "a.tar.gz",
        "x-amzn-sagemaker-inference-id": "7",
    }
    assert (reply["ContentType"], reply["CustomAttributes"]) == ("application/json", "seen=1")
    assert reply["InvokedProductionVariant"] == "AllTraffic"


def test_parts_are_handed_on_as_they_come(runtime: Any, tmp_path: Path) -> None:
    until = tmp_path / "until"
    with streamed(runtime, Body=body(do="stream", until=str(until))) as (reply, found):
        assert reply["ContentType"] == "text/event-stream; charset=utf-8"
        assert next(found) == {"PayloadPart": {"Bytes": b"one"}}
        until.touch()
        assert list(found) == [{"PayloadPart": {"Bytes": b"two"}}]
    plain = runtime.invoke_endpoint(
        EndpointName="c", Body=body(do="stream", until=str(until)), Accept="text/event-stream"
    )
    assert plain["Body"].read() == b"onetwo"


def test_a_whole_answer_can_be_streamed(runtime: Any) -> None:
    with streamed(runtime, Body=body(do="tell")) as (_, events):
        found = b"".join(event["PayloadPart"]["Bytes"] for event in events)
    assert json.loads(found)["given"] == {"do": "tell"}


@pytest.mark.parametrize("operation", ["invoke_endpoint", "invoke_endpoint_with_response_stream"])
def test_an_answer_with_an_error_is_the_models(runtime: Any, operation: str) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(runtime, operation)(EndpointName="c", Body=body(do="fail"))
    status, code, message = refused(caught.value)
    assert (status, code) == (424, "ModelError")
    assert message.startswith(
        'Received server error (507) from primary with message "out of memory".'
    )
    told: Any = caught.value.response
    assert (told["OriginalStatusCode"], told["OriginalMessage"]) == (507, "out of memory")


def test_an_answer_that_breaks_off_is_an_error_in_the_stream(runtime: Any) -> None:
    with streamed(runtime, Body=body(do="break")) as (_, found):
        assert next(found) == {"PayloadPart": {"Bytes": b"one"}}
        with pytest.raises(EventStreamError, match="The container closed the connection"):
            next(found)
    with pytest.raises(ClientError) as caught:
        runtime.invoke_endpoint(EndpointName="c", Body=body(do="break"))
    status, code, message = refused(caught.value)
    assert (status, code) == (424, "ModelError")
    assert message.startswith("Received server error (0) from primary")


def test_sessions_begin_and_end(runtime: Any) -> None:
    begun = runtime.invoke_endpoint(
        EndpointName="c", Body=json.dumps({"requestType": "NEW_SESSION"}).encode()
    )
    number = begun["NewSessionId"].partition(";")[0]
    assert "Expires=" in begun["NewSessionId"]
    ended = runtime.invoke_endpoint(
        EndpointName="c", SessionId=number, Body=json.dumps({"requestType": "CLOSE"}).encode()
    )
    assert ended["ClosedSessionId"] == number


def test_nothing_at_the_address_is_not_ready() -> None:
    with boto(f"http://127.0.0.1:{free_port()}") as made, pytest.raises(ClientError) as caught:
        made.invoke_endpoint(EndpointName="c", Body=b"1")
    status, code, message = refused(caught.value)
    assert (status, code) == (429, "ModelNotReadyException")
    assert message.endswith("/ping does not answer")


@pytest.fixture
def scripted(endpoint: Endpoint) -> Iterator[Container]:
    """A container made of a scripted server, which may be silent for half a second."""
    with closing(Container(Url("http", "127.0.0.1", endpoint.port, ""), timeout=0.5)) as made:
        yield made


def raw(data: bytes) -> Answer:
    def answer(sock: socket.socket, _: object) -> None:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_RDWR)

    return answer


CALL = Invocation(b"{}", {"ContentType": "application/json"})


def test_a_container_is_pinged_until_it_is_ready_and_after_a_failure(
    endpoint: Endpoint, scripted: Container
) -> None:
    endpoint.reply(200, b"")
    endpoint.reply(201, b"1", ())
    endpoint.reply(200, b"2")
    endpoint.answer(raw(b"HTTP/1.1 oops\r\n\r\n"))
    endpoint.reply(200, b"")
    endpoint.reply(200, b"3")
    answer = scripted.answer(CALL).whole()
    assert (answer.body, answer.content_type) == (b"1", "application/octet-stream")
    assert scripted.answer(CALL).whole().body == b"2"
    with pytest.raises(ModelFailure, match="closed the connection"):
        scripted.answer(CALL)
    assert scripted.answer(CALL).whole().body == b"3"
    asked = [each.target for each in endpoint.requests]
    assert asked == ["/ping", *["/invocations"] * 3, "/ping", "/invocations"]


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"


def test_a_container_that_falls_silent_is_out_of_time(
    endpoint: Endpoint, scripted: Container
) -> None:
    endpoint.reply(200, b"")
    endpoint.answer(lambda sock, _: sock.sendall(HEAD + b"four"))
    parts = scripted.answer(CALL).parts()
    assert next(parts) == b"four"
    with pytest.raises(ModelFailure, match="timed out") as caught:
        next(parts)
    assert (caught.value.status, caught.value.stream_code) == (0, TIMED_OUT)


def test_an_error_that_breaks_off_is_a_failure_too(endpoint: Endpoint, scripted: Container) -> None:
    endpoint.reply(200, b"")
    endpoint.answer(raw(HEAD.replace(b"200 OK", b"500 No") + b"out"))
    with pytest.raises(ModelFailure, match="closed the connection") as caught:
        scripted.answer(CALL)
    assert caught.value.stream_code == BROKEN


def test_a_container_that_has_gone_is_not_ready() -> None:
    gone = Endpoint()
    gone.answer(lambda sock, _: sock.sendall(response(200, b"", (("Connection", "close"),))))
    gone.answer(lambda sock, _: sock.sendall(response(200, b"1", (("Connection", "close"),))))
    with closing(container(gone.url)) as made:
        assert made.answer(CALL).whole().body == b"1"
        gone.close()
        shut(gone.port)
        with pytest.raises(NotReady, match="nothing answers at http"):
            made.answer(CALL)


def shut(port: int) -> None:
    """Wake the thread that accepts: only then is its listener gone."""
    with socket.socket() as sock:
        sock.connect_ex(("127.0.0.1", port))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://10.0.0.1:8080", "has to run on this machine"),
        ("http://example.com", "has to run on this machine"),
        ("http://127.0.0.1.example.com", "has to run on this machine"),
        ("http://", "has to run on this machine"),
        ("https://127.0.0.1:8080", "a host and a port alone"),
        ("http://127.0.0.1:8080/invocations", "a host and a port alone"),
        ("http://127.0.0.1:8080?a=b", "a host and a port alone"),
        ("http://10.0.0.1@127.0.0.1:8080", "a host and a port alone"),
        ("http://127.0.0.1:99999", "is no address"),
    ],
)
def test_other_addresses_are_refused(url: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        endpoints([f"c={url}"], {})


@pytest.mark.parametrize("url", ["http://localhost:1/", "http://[::1]:1", "http://127.9.9.9"])
def test_addresses_of_this_machine_are_taken(url: str) -> None:
    assert list(endpoints([f"c={url}"], {})) == ["c"]
