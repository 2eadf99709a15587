"""How the server behaves on a connection, with clients of all kinds."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse
from threading import Event, Semaphore, Thread
from typing import Any

import pytest

from smrt.local.server import IDLE, Server
from smrt.local.server_response import ServerResponse, text_response
from smrt.local.wire.client_connection import LINGER, TIMEOUT, ClientConnection
from smrt.protocol.messages import Request
from tests.support.polling import LIMIT, until

GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n"
LARGE = 20 << 20


class BareError(BaseException):
    """No Exception."""


ERRORS = {
    f"/{error.__name__}": error
    for error in (KeyboardInterrupt, GeneratorExit, SystemExit, BareError, FileNotFoundError)
}


class Target:
    """A handler that responds by the target of a request, or with its body."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.stopped, self.release = Event(), Event()
        self.entered = Semaphore(0)
        self._responses: dict[str, Callable[[], ServerResponse]] = {
            "/stream": lambda: ServerResponse(200, (), iter([b"one ", b"", b"two"])),
            "/endless": lambda: ServerResponse(200, (), self._endless()),
            "/breaks": lambda: ServerResponse(200, (), _breaking()),
            "/splits": lambda: ServerResponse(200, (("A", "b\r\nC: d"),), b""),
            "/waits": self._waiting,
            "/204": lambda: ServerResponse(204, (("Content-Length", "9"),), b"not to be sent"),
            "/304": lambda: ServerResponse(304, (), b"not to be sent"),
        }

    def rejection(self, head: Request) -> ServerResponse | None:
        self.heads.append(head.url.target)
        assert head.payload.content == b""
        return text_response(HTTPStatus.FORBIDDEN, "no") if head.url.target == "/rejected" else None

    def respond(self, request: Request) -> ServerResponse:
        target = request.url.target
        if target in ERRORS:
            raise ERRORS[target]
        return self._responses.get(target, lambda: _echo(request))()

    def _endless(self) -> Iterator[bytes]:
        try:
            while True:
                yield bytes(1 << 20)
        finally:
            self.stopped.set()

    def _waiting(self) -> ServerResponse:
        self.entered.release()
        assert self.release.wait(LIMIT)
        return ServerResponse(200, (), b"")


def _echo(request: Request) -> ServerResponse:
    content = request.payload.content
    body = content if isinstance(content, bytes) else content.read()
    headers = (("Connection", "ignored"), ("Content-Length", "7"), ("X-Method", request.method))
    return ServerResponse(200, headers, body)


def _breaking() -> Iterator[bytes]:
    yield b"one"
    raise ValueError


class Clock:
    """A clock that tests set forward."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Running:
    """A server with its handler and clock."""

    def __init__(self, **options: Any) -> None:
        self.handler, self.clock = Target(), Clock()
        self.server = Server(self.handler, clock=self.clock, **options)

    def connect(self, data: bytes = b"") -> socket.socket:
        """A connection over which `data` has been sent."""
        sock = socket.create_connection(("127.0.0.1", self.server.port), timeout=LIMIT)
        sock.sendall(data)
        return sock

    def received(self, data: bytes) -> bytes:
        """What the server sends for `data` until it closes the connection."""
        with self.connect(data) as sock:
            return rest(sock)

    def idle(self) -> socket.socket:
        """A connection whose thread waits for a request, since a second by the clock."""
        sock = self.connect()
        self.await_idle()
        self.clock.now += 1
        return sock

    def waiting(self, data: bytes) -> socket.socket:
        """A connection whose thread has received `data`, and waits for more."""
        sock = self.idle()
        sock.sendall(data)
        self.await_expiry(TIMEOUT)
        return sock

    def await_idle(self) -> None:
        """Wait until a connection is idle since now."""
        until(lambda: self.clock.now in [each.idle_since for each in self._connections()])

    def await_expiry(self, seconds: float) -> None:
        """Wait until a connection expires in `seconds`."""
        expiry = self.clock.now + seconds
        until(lambda: expiry in [each.expires_at for each in self._connections()])

    def await_end(self) -> None:
        """Wait until there are no connections."""
        until(lambda: not self._connections())

    def _connections(self) -> list[ClientConnection]:
        return list(self.server._connections)

    def advance(self, seconds: float) -> None:
        """Set the clock forward, and let the server look at it."""
        self.clock.now += seconds
        self.server._expire()


@contextmanager
def running(**options: Any) -> Iterator[Running]:
    running = Running(**options)
    thread = Thread(target=running.server.serve, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.server.close()
        thread.join()


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running() as server:
        yield server


def rest(sock: socket.socket) -> bytes:
    return b"".join(iter(lambda: sock.recv(1 << 20), b""))


def response_on(sock: socket.socket, method: str = "GET") -> HTTPResponse:
    """The next response on `sock`, with its whole body."""
    response = HTTPResponse(sock, method=method)
    response.begin()
    response.body = response.read()  # type: ignore[attr-defined]
    return response


def test_pipelined_requests_get_their_responses_in_order(server: Running) -> None:
    chunked = POST.replace(b"Content-Length: 3", b"Transfer-Encoding: chunked")
    data = POST + b"one" + chunked + b"3\r\ntwo\r\n0\r\n\r\n" + GET + POST + b"thrX / HTTP/1.1\r\n"
    received = server.received(data)
    assert [each.rpartition(b"\r\n\r\n")[2] for each in received.split(b"HTTP/1.1 ")[1:-1]] == [
        b"one",
        b"two",
        b"",
        b"thr",
    ]
    assert received.split(b"HTTP/1.1 ")[-1].startswith(b"400 ")


KEEPS_ALIVE = [
    ("1.1", "", None),
    ("1.1", "Connection: Keep-Alive\r\n", None),
    ("1.1", "Connection: close\r\n", "close"),
    ("1.1", "Connection: foo, Close\r\n", "close"),
    ("1.0", "", "close"),
    ("1.0", "Connection: keep-alive\r\n", "keep-alive"),
]


@pytest.mark.parametrize(("version", "header", "connection"), KEEPS_ALIVE)
def test_the_client_decides_how_long_a_connection_lives(
    server: Running, version: str, header: str, connection: str | None
) -> None:
    with server.connect(f"GET / HTTP/{version}\r\nHost: h\r\n{header}\r\n".encode()) as sock:
        response = response_on(sock)
        assert response.headers["Connection"] == connection
        if connection == "close":
            assert sock.recv(1) == b""
        else:
            sock.sendall(GET)
            assert response_on(sock).status == 200


@pytest.mark.parametrize(("method", "target"), [("HEAD", "/"), ("GET", "/204"), ("GET", "/304")])
def test_responses_without_a_body_have_none(server: Running, method: str, target: str) -> None:
    with server.connect(f"{method} {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode()) as sock:
        response: Any = response_on(sock, method)
        assert response.body == b""
        assert response.headers["Content-Length"] == ("7" if method == "HEAD" else None)
        sock.sendall(GET)
        assert response_on(sock).status == 200


def test_the_server_frames_every_other_body_itself(server: Running) -> None:
    received = server.received(POST.replace(b"Host: h", b"Connection: close") + b"abc")
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.lower().split(b"\r\n")[1:] == [
        b"x-method: post",
        b"content-length: 3",
        b"connection: close",
    ]
    assert body == b"abc"


def test_a_stream_is_sent_in_chunks_and_ends_an_http_1_0_connection(server: Running) -> None:
    with server.connect(GET.replace(b"/", b"/stream", 1)) as sock:
        chunked: Any = response_on(sock)
        assert (chunked.headers["Transfer-Encoding"], chunked.body) == ("chunked", b"one two")
        sock.sendall(GET)
        assert response_on(sock).status == 200
    old = b"GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    head, _, body = server.received(old).partition(b"\r\n\r\n")
    assert body == b"one two"
    assert b"Connection: close" in head
    assert b"Transfer-Encoding" not in head


def test_a_stream_that_breaks_has_no_end(server: Running, capfd: Any) -> None:
    received = server.received(GET.replace(b"/", b"/breaks", 1))
    assert received.endswith(b"\r\n\r\n3\r\none\r\n")
    assert "ValueError" in capfd.readouterr().err


def test_a_header_with_a_line_end_is_not_sent(server: Running, capfd: Any) -> None:
    assert server.received(GET.replace(b"/", b"/splits", 1)) == b""
    assert "a line end or NUL in a header" in capfd.readouterr().err


@pytest.mark.parametrize("target", ERRORS)
def test_whatever_a_handler_raises_is_a_500(server: Running, capfd: Any, target: str) -> None:
    with server.connect(GET.replace(b"/", target.encode(), 1)) as sock:
        assert response_on(sock).status == 500
        sock.sendall(GET)
        assert response_on(sock).status == 200
    assert "Traceback" in capfd.readouterr().err


def test_a_body_is_requested_only_for_an_acceptable_head() -> None:
    expects = b"Expect: 100-Continue\r\nContent-Length: 3\r\n\r\n"
    with running() as server:
        with server.connect(b"POST / HTTP/1.1\r\n" + expects) as sock:
            assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
            sock.sendall(b"abc")
            accepted: Any = response_on(sock)
            assert accepted.body == b"abc"
        rejected = server.received(b"POST /rejected HTTP/1.1\r\n" + expects)
        assert rejected.startswith(b"HTTP/1.1 403 ")
        assert b"Connection: close" in rejected
        with server.connect(b"POST / HTTP/1.0\r\n" + expects + b"abc") as sock:
            assert response_on(sock).status == 200
        assert server.handler.heads == ["/", "/rejected"]


def test_a_client_that_sends_a_large_body_sees_why_it_is_rejected(server: Running) -> None:
    client = HTTPConnection("127.0.0.1", server.server.port, timeout=LIMIT)
    client.request("POST", "/rejected", bytes(LARGE))
    response = client.getresponse()
    assert (response.status, response.read()) == (403, b"no\n")
    client.close()


@pytest.mark.parametrize("chunked", [True, False])
def test_a_large_body_is_received_whole(server: Running, *, chunked: bool) -> None:
    body = bytes(range(256)) * (LARGE >> 8)
    client = HTTPConnection("127.0.0.1", server.server.port, timeout=LIMIT)
    content: Any = iter([body[: 1 << 20], body[1 << 20 :]]) if chunked else body
    client.request("POST", "/", content, encode_chunked=chunked)
    assert client.getresponse().read() == body
    client.close()


def test_a_large_body_needs_a_temporary_file(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nonexistent")
    client = HTTPConnection("127.0.0.1", server.server.port, timeout=LIMIT)
    client.request("POST", "/", bytes(LARGE))
    response = client.getresponse()
    assert response.status == 507
    assert b"/nonexistent" in response.read()
    client.close()


@pytest.mark.parametrize("data", [b"", b"\r\n"])
def test_a_connection_may_be_idle_for_a_minute(data: bytes) -> None:
    with running() as server, server.connect(data) as sock:
        server.await_idle()
        server.advance(TIMEOUT - 1)
        server.clock.now += 1
        server.connect().close()
        assert sock.recv(1) == b""


def test_a_tls_handshake_has_to_end_within_a_minute(context: ssl.SSLContext) -> None:
    with running(tls=context) as server, server.connect(b"\x16\x03\x01") as sock:
        server.await_idle()
        server.advance(TIMEOUT)

        def is_over() -> bool:
            server.advance(0)  # the server looks again, as the handshake may just begin
            return not server._connections()

        until(is_over)
        rest(sock)


def test_a_connection_may_be_idle_for_a_minute_between_requests() -> None:
    with running() as server, server.idle() as sock:
        for _ in range(2):
            sock.sendall(GET)
            assert response_on(sock).status == 200
            server.await_idle()
            server.advance(TIMEOUT - 1)
        server.advance(1)
        assert sock.recv(1) == b""


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\nHo", POST + b"ab"])
def test_a_request_that_stops_arriving_is_rejected_after_a_minute(data: bytes) -> None:
    with running() as server, server.waiting(data) as sock:
        server.advance(TIMEOUT - 1)
        server.advance(1)
        assert response_on(sock).status == 408


def test_a_head_that_drips_is_cut() -> None:
    with running() as server, server.waiting(b"G") as sock:
        for byte in b"ET / HTTP/1.1":
            server.advance(4)
            sock.sendall(bytes([byte]))
        server.advance(TIMEOUT - 4 * 13)
        assert response_on(sock).status == 408


def test_a_body_may_take_longer_while_it_arrives() -> None:
    with running() as server, server.waiting(POST) as sock:
        for byte in b"abc":
            server.await_expiry(TIMEOUT)
            server.advance(TIMEOUT - 1)
            sock.sendall(bytes([byte]))
        assert response_on(sock).status == 200


def test_a_handler_may_take_longer() -> None:
    with running() as server, server.connect(GET.replace(b"/", b"/waits", 1)) as sock:
        assert server.handler.entered.acquire(timeout=LIMIT)
        server.advance(TIMEOUT * 100)
        server.handler.release.set()
        assert response_on(sock).status == 200


def test_a_client_that_reads_nothing_is_cut() -> None:
    with running() as server, server.connect(GET.replace(b"/", b"/endless", 1)):
        while not server.handler.stopped.wait(0.01):
            server.advance(TIMEOUT)


def test_a_client_that_keeps_a_closed_connection_is_cut() -> None:
    with running() as server, server.connect(b"POST /rejected HTTP/1.1\r\n") as sock:
        sock.sendall(b"Content-Length: 9\r\n\r\n")
        assert response_on(sock).status == 403
        server.await_expiry(LINGER)
        server.advance(LINGER)
        server.await_end()


def test_the_connection_that_is_idle_for_longest_makes_room_for_another() -> None:
    with running(max_connections=2) as server:
        idle = server.idle()
        server.clock.now += IDLE
        younger = server.connect()
        server.await_idle()
        with idle, younger, server.connect(GET) as third:
            assert response_on(third).status == 200
            assert rest(idle) == b""
            younger.sendall(GET)
            assert response_on(younger).status == 200


def test_clients_wait_while_all_connections_are_busy() -> None:
    waits = GET.replace(b"/", b"/waits", 1)
    with running(max_connections=2) as server, ExitStack() as stack:
        clients = [stack.enter_context(server.connect(waits)) for _ in range(4)]
        for _ in range(2):
            assert server.handler.entered.acquire(timeout=LIMIT)
        assert len(server._connections()) == 2
        server.handler.release.set()
        for each in clients:
            assert response_on(each).status == 200
            each.close()


def test_idle_connections_are_closed_when_the_server_stops() -> None:
    with running() as server:
        sock = server.connect(GET)
        assert response_on(sock).status == 200
    with sock:
        assert rest(sock) == b""


def test_the_server_survives_when_no_thread_can_start() -> None:
    with running() as server:
        before = threading.stack_size(1 << 46)
        try:
            with server.connect() as sock:
                assert rest(sock) == b""
        finally:
            threading.stack_size(before)
        with server.connect(GET) as sock:
            assert response_on(sock).status == 200
