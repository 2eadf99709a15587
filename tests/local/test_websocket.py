"""Streams to a container's WebSocket: frames in both directions, refusals and close codes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from websockets.sync.server import ServerConnection, serve

from smrt.local.container import container
from smrt.local.endpoint import ModelFailure
from smrt.local.streams.stream_endpoint import StreamCall, StreamRefused
from smrt.protocol.bidirectional.parts import Part, text

PATHS: list[str] = []


@contextmanager
def websocket(handle: Callable[[ServerConnection], None]) -> Iterator[str]:
    def recorded(connection: ServerConnection) -> None:
        assert connection.request
        PATHS.append(connection.request.path)
        handle(connection)

    with serve(recorded, "127.0.0.1", 0) as server:
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


def test_without_a_websocket_the_stream_is_refused() -> None:
    with pytest.raises(StreamRefused) as caught:
        container("http://127.0.0.1:1").stream(StreamCall(iter(()), {}))
    assert "no WebSocket at ws://127.0.0.1:1/invocations" in caught.value.cause
