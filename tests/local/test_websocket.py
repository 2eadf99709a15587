"""Streams to a container's WebSocket: frames in both directions, refusals and close codes."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Event, Thread
from time import time

import pytest
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.sync.server import ServerConnection, serve

from smrt.local.container import container
from smrt.local.endpoint import ModelFailure
from smrt.local.server import serving
from smrt.local.service import Service
from smrt.local.streams.stream_endpoint import StreamCall, StreamRefused
from smrt.local.streams.websocket import ContainerLink
from smrt.protocol.bidirectional.parts import Part, text
from smrt.protocol.urls import parse_url
from tests.conftest import Smrt
from tests.support.polling import LIMIT

PATHS: list[str] = []


@contextmanager
def websocket(
    handle: Callable[[ServerConnection], None],
    process_request: Callable[[ServerConnection, Request], Response] | None = None,
) -> Iterator[str]:
    def recorded(connection: ServerConnection) -> None:
        assert connection.request
        PATHS.append(connection.request.path)
        handle(connection)

    with serve(recorded, "127.0.0.1", 0, process_request=process_request) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join()


def echoing(connection: ServerConnection) -> None:
    for message in connection:
        connection.send(message)


def fragmented(connection: ServerConnection) -> None:
    connection.send(["one, ", "two"])
    connection.close(1011, "the model gave up")


def sent(parts: list[Part], until: int, received: list[Part]) -> Iterator[Part]:
    """Yield `parts`; end when `until` parts were received, as a half-close discards the rest."""
    from tests.support.polling import until as wait_until

    yield from parts
    wait_until(lambda: len(received) >= until)


def silent(is_over: Event) -> Iterator[Part]:
    """An input that does not end before the stream does."""
    is_over.wait(30)
    yield from ()


def test_parts_are_frames_and_fragments() -> None:
    received: list[Part] = []
    parts = [text("a"), Part(b"b"), Part(b"c", "UTF8", is_complete=False), Part(b"d", "UTF8")]
    parameters = {"ModelInvocationPath": "v1/listen", "ModelQueryString": "model=nova-3"}
    with websocket(echoing) as url:
        call = StreamCall(sent(parts, 3, received), parameters)
        received.extend(container(url).stream(call))
    assert received == [text("a"), Part(b"b"), text("cd")]
    assert PATHS[-1] == "/v1/listen?model=nova-3"


def test_a_close_of_the_container_is_a_failure_with_its_code_and_reason() -> None:
    received: list[Part] = []
    is_over = Event()
    with websocket(fragmented) as url:
        stream = container(url).stream(StreamCall(silent(is_over), {}))
        with pytest.raises(ModelFailure) as caught:
            received.extend(stream)
        is_over.set()
    assert b"".join(part.data for part in received) == b"one, two"
    assert not received[0].is_complete
    assert received[-1].is_complete
    assert (caught.value.stream_code, caught.value.message) == ("1011", "the model gave up")
    assert PATHS[-1] == "/invocations-bidirectional-stream"


def shouting(connection: ServerConnection) -> None:
    for message in connection:
        connection.send(message.upper())
        if message == "bye":
            break
    connection.close(1000, "goodbye")


def test_a_container_that_closes_after_its_last_response_ends_the_command(
    smrt: Smrt, environ: dict[str, str]
) -> None:
    with websocket(shouting) as container_url:
        each = container(container_url)
        service = Service(
            {"m": each.invoke}, clock=time, report_error=print, streams={"m": each.stream}
        )
        with serving(service) as url:
            words = ("invoke-endpoint-with-bidirectional-stream", "--endpoint-name", "m")
            ends = ("--at-end", "bye", "--endpoint-url", url)
            done = smrt(*words, *ends, stdin=b"one\ntwo\n", env=environ)
    assert (done.code, done.out, done.err) == (0, b"ONE\nTWO\nBYE\n", "")


def pinging(connection: ServerConnection) -> None:
    """Send a message when the other side has responded to a ping."""
    assert connection.ping().wait(LIMIT)
    connection.send("alive")
    connection.close(1011)


def test_pings_of_the_container_are_responded_to() -> None:
    received: list[Part] = []
    is_over = Event()
    with websocket(pinging) as url:
        stream = container(url).stream(StreamCall(silent(is_over), {}))
        with pytest.raises(ModelFailure, match=r"the container closed its WebSocket \(1011\)"):
            received.extend(stream)
        is_over.set()
    assert received == [text("alive")]


def test_a_container_that_responds_to_no_ping_is_gone_after_five() -> None:
    received = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            sock, _ = listener.accept()
            with sock:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    head += sock.recv(1 << 16)
                request = ServerProtocol()
                request.receive_data(head)
                (event,) = request.events_received()
                assert isinstance(event, Request)
                request.send_response(request.accept(event))
                sock.sendall(b"".join(request.data_to_send()))
                while data := sock.recv(1 << 16):
                    received.extend(data)

        thread = Thread(target=serve)
        thread.start()
        address = parse_url(f"http://127.0.0.1:{listener.getsockname()[1]}")
        link = ContainerLink(address, "/invocations-bidirectional-stream", ping_every=0.01)
        link.open()
        with pytest.raises(ModelFailure) as caught:
            list(link.parts())
        thread.join()
    assert caught.value.stream_code == "1006"
    frames = [bytes(received[start : start + 10]) for start in range(0, len(received), 10)]
    assert [frame[:2] for frame in frames] == [b"\x89\x84"] * 5  # pings of four bytes, masked


def refusing(connection: ServerConnection, request: Request) -> Response:
    return connection.respond(HTTPStatus.FORBIDDEN, "no\n")


def test_a_container_that_refuses_the_handshake_refuses_the_stream() -> None:
    with (
        websocket(echoing, refusing) as url,
        pytest.raises(StreamRefused) as caught,
    ):
        container(url).stream(StreamCall(iter(()), {}))
    assert "HTTP 403" in caught.value.cause


def test_without_a_websocket_the_stream_is_refused() -> None:
    with pytest.raises(StreamRefused) as caught:
        container("http://127.0.0.1:1").stream(StreamCall(iter(()), {}))
    assert "no WebSocket at ws://127.0.0.1:1/invocations" in caught.value.cause
