"""How a stream is opened: refusals are read whatever the server does next, and no input is."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import Thread

import h2.errors
import h2.events
import pytest

from smrt.cli.main import main
from smrt.output.console import Console
from smrt.protocol.bidirectional.parts import encode_part, text
from tests.conftest import Smrt
from tests.support.http2.http2_peer import Http2Peer

COMMAND = ("invoke-endpoint-with-bidirectional-stream", "--endpoint-name", "e")
REFUSED = (("x-amzn-errortype", "InputValidationError"),)


def requested(sock: socket.socket) -> Http2Peer:
    """The server's end, after the head of a request."""
    peer = Http2Peer(sock)
    peer.until(lambda: peer.has(h2.events.RequestReceived))
    return peer


@contextmanager
def responding(*acts: Callable[[Http2Peer], None]) -> Iterator[str]:
    """The URL of a server that performs one of `acts` for each request, after its head."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for act in acts:
                sock, _ = listener.accept()
                with sock:
                    peer = requested(sock)
                    act(peer)
                    peer.end_connection()

        thread = Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def hello(peer: Http2Peer) -> None:
    peer.respond()
    peer.until(lambda: peer.data)
    peer.send(encode_part(text("hello")), ends=True)


def shutting_down(peer: Http2Peer) -> None:
    peer.shut_down(0)


def shutting_down_later(peer: Http2Peer) -> None:
    peer.respond()
    shutting_down(peer)


def whole(peer: Http2Peer) -> None:
    peer.respond(400, *REFUSED)
    peer.send(b'{"Message": "not like this"}', ends=True)


def whole_and_reset(peer: Http2Peer) -> None:
    whole(peer)
    peer.reset(h2.errors.ErrorCodes.NO_ERROR)


def partly_and_reset(peer: Http2Peer) -> None:
    peer.respond(400, *REFUSED)
    peer.send(b'{"Message": "not li')
    peer.reset(h2.errors.ErrorCodes.INTERNAL_ERROR)


def partly(peer: Http2Peer) -> None:
    peer.respond(400, *REFUSED)
    peer.send(b'{"Message": "not li')


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (whole, "operation: not like this"),
        (whole_and_reset, "operation: not like this"),
        (partly, "InputValidationError"),
        (partly_and_reset, "InputValidationError"),
    ],
)
def test_a_refusal_is_reported_whatever_comes_after_it(
    smrt: Smrt, act: Callable[[Http2Peer], None], message: str
) -> None:
    with responding(act) as url:
        done = smrt(*COMMAND, "--endpoint-url", url)
    assert done.code == 254
    assert "An error occurred (InputValidationError) when calling the Invoke" in done.err
    assert message in done.err


def test_a_server_that_shuts_down_did_not_accept_the_stream(smrt: Smrt) -> None:
    with responding(shutting_down, hello) as url:
        done = smrt(*COMMAND, "--endpoint-url", url, stdin=b"hi\n")
    assert (done.code, done.out, done.err) == (0, b"hello\n", "")


def test_a_stream_that_was_open_is_not_opened_again(smrt: Smrt) -> None:
    with responding(shutting_down_later) as url:
        done = smrt(*COMMAND, "--endpoint-url", url, stdin=b"hi\n")
    assert (done.code, done.out) == (255, b"")
    assert "the server is shutting down, and did not accept the stream" in done.err


def test_input_is_not_read_before_the_stream_is_open(environ: dict[str, str]) -> None:
    reader, writer = os.pipe()
    with open(reader, "rb", buffering=0) as stdin, open(writer, "wb", buffering=0) as typed:
        typed.write(b"precious\n")
        console = Console(stdin, BytesIO(), BytesIO())
        with responding(whole) as url:
            code = main((*COMMAND, "--endpoint-url", url), console=console, environ=environ)
        assert code == 254
        assert stdin.read(100) == b"precious\n"
