"""A stream over a pair of sockets: windows, pings, and every end, without waiting for anything."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import h2.errors
import h2.events
import pytest

from smrt.protocol.messages import Payload, Request
from smrt.protocol.urls import parse_url
from smrt.transport.http2.client_stream import (
    MAX_UNSENT,
    WINDOW,
    ClientStream,
)
from smrt.transport.http2.silence import PING_AFTER, PING_TIMEOUT
from smrt.transport.response_parser import ResponseError
from tests.support.http2.http2_peer import Http2Peer

REQUEST = Request("POST", parse_url("http://127.0.0.1:1/e"), (), Payload(b"", 0, ""))
DEFAULT_WINDOW = 65_535


class Clock:
    """A clock that the test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def opened(
    clock: Clock | None = None, status: int = 200
) -> Iterator[tuple[ClientStream, Http2Peer]]:
    """A stream whose response has a head, and the server's end."""
    here, there = socket.socketpair()
    with here, there:
        stream, peer = ClientStream(here, REQUEST, clock=clock or Clock()), Http2Peer(there)
        stream.advance()
        peer.advance()
        peer.respond(status)
        stream.open(None)
        yield stream, peer


def test_a_silent_server_has_to_respond_to_a_ping() -> None:
    clock = Clock()
    with opened(clock) as (stream, peer):
        clock.now += PING_AFTER
        stream.advance()
        peer.advance()
        assert not peer.has(h2.events.PingReceived)
        clock.now += 1
        stream.advance()
        peer.advance()
        assert peer.has(h2.events.PingReceived)
        stream.advance()  # the acknowledgement has arrived
        clock.now += PING_TIMEOUT + 1
        stream.advance()
        assert not stream.is_broken
        clock.now += PING_AFTER + 1
        stream.advance()  # another ping, which nobody acknowledges
        clock.now += PING_TIMEOUT + 1
        stream.advance()
        with pytest.raises(ConnectionError, match="did not respond to a ping for 20 s"):
            stream.read()


def test_what_is_not_read_stops_the_server_but_no_ping() -> None:
    with opened() as (stream, peer):
        peer.advance()
        assert peer.window >= WINDOW
        sent = 0
        while peer.window:
            sent += peer.send_frame()
            stream.advance()
        peer.connection.ping(b"testping")
        peer.flush()
        stream.advance()
        peer.advance()
        assert peer.has(h2.events.PingAckReceived)
        assert peer.window == 0
        received = b""
        while stream.has_data:
            received += stream.read()
        stream.advance()
        peer.advance()
        assert len(received) == sent
        assert peer.window > WINDOW // 2


def test_what_the_server_does_not_take_is_counted_and_sent_later() -> None:
    body = bytes(range(256)) * (MAX_UNSENT // 128)
    with opened() as (stream, peer):
        stream.write(body)
        stream.end()
        stream.advance()
        peer.advance(acknowledges=False)
        assert (len(peer.data), stream.unsent) == (DEFAULT_WINDOW, len(body) - DEFAULT_WINDOW)
        peer.connection.acknowledge_received_data(DEFAULT_WINDOW, 1)
        while not peer.has(h2.events.StreamEnded):
            peer.advance()
            stream.advance()
        assert (len(peer.data), stream.unsent) == (len(body), 0)


def test_closing_cancels_a_stream_that_is_not_complete() -> None:
    with opened() as (stream, peer):
        stream.close()
        peer.advance()
        resets = [e for e in peer.events if isinstance(e, h2.events.StreamReset)]
        assert [event.error_code for event in resets] == [h2.errors.ErrorCodes.CANCEL]


def test_a_response_is_whole_whatever_the_server_does_with_the_rest_of_the_body() -> None:
    with opened() as (stream, peer):
        peer.send(b"done", ends=True)
        peer.reset(h2.errors.ErrorCodes.NO_ERROR)  # RFC 9113, 8.1: the rest is not needed
        stream.advance()
        stream.write(b"more")
        stream.end()
        stream.advance()
        assert (stream.read(), stream.is_complete, stream.is_broken) == (b"done", True, False)


@pytest.mark.parametrize(
    ("code", "name"), [(h2.errors.ErrorCodes.REFUSED_STREAM, "REFUSED_STREAM"), (255, "error 255")]
)
def test_a_reset_is_an_error_after_what_has_arrived(code: h2.errors.ErrorCodes, name: str) -> None:
    with opened() as (stream, peer):
        peer.send(b"some")
        peer.reset(code)
        stream.advance()
        assert stream.read() == b"some"
        with pytest.raises(ResponseError, match=rf"the server reset the stream \({name}\)"):
            stream.read()
        stream.write(b"more")
        stream.advance()  # nothing can be sent, which is no error of its own


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "responds with HTTP/1.1"),
        (b"220 mail.example.com ESMTP", "invalid HTTP/2: a frame of 3289648 bytes"),
        (b"\0\0\0\0\0\0\0\0\x07", "invalid HTTP/2"),
    ],
)
def test_bytes_that_are_no_http2_are_an_error(data: bytes, message: str) -> None:
    here, there = socket.socketpair()
    with here, there:
        there.sendall(data)
        with pytest.raises(ResponseError, match=message):
            ClientStream(here, REQUEST).open(None)


def test_the_head_of_the_response_has_to_arrive_in_time() -> None:
    here, there = socket.socketpair()
    with here, there, pytest.raises(TimeoutError):
        ClientStream(here, REQUEST).open(0.001)
