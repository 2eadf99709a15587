"""One connection, over a channel with scripted bytes."""

import io
import select
import socket
import threading
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.client.payload import payload
from smrt.protocol.messages import Headers, Payload, Request, Url
from smrt.transport.connection import (
    BODY_BLOCK,
    HEAD_GRACE,
    SLICE,
    BodyChangedError,
    Connection,
    HeadTimeoutError,
    blocks,
    head,
)
from smrt.transport.response_parser import ResponseError

URL = Url("http", "localhost", 8080, "/endpoints/e/invocations")


class Scripted:
    """A channel that accepts everything and returns `chunks`, then the end."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self.sent = b""
        self.closed = False

    def send(self, data: memoryview) -> int:
        self.sent += data
        return len(data)

    def recv(self, size: int) -> bytes:
        chunk = next(self._chunks, b"")
        assert len(chunk) <= size
        return chunk

    def fileno(self) -> int:
        raise AssertionError("there is nothing to wait for")

    def setblocking(self, flag: bool) -> None:  # noqa: FBT001 - the socket's own
        assert not flag

    def close(self) -> None:
        self.closed = True


def request(body: bytes = b"hi", headers: Headers = (), url: Url = URL) -> Request:
    return Request("POST", url, headers, payload(body))


def exchange(chunks: Iterable[bytes]) -> tuple[int, bytes, bool]:
    """Return the status, the body and whether the connection can be reused."""
    connection = Connection(Scripted(chunks), 1)
    response = connection.exchange(request())
    return response.status, b"".join(connection.chunks()), connection.reset()


OK = b"HTTP/1.1 200 OK\r\n"
RESPONSES = {
    "with a length": (OK + b"Content-Length: 5\r\n\r\nhello", 200, b"hello", True),
    "without a body": (OK + b"Content-Length: 0\r\n\r\n", 200, b"", True),
    "chunked": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;ext=1\r\nlo\r\n0\r\n\r\n",
        200,
        b"hello",
        True,
    ),
    "chunked with a trailer": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n",
        200,
        b"hello",
        True,
    ),
    "chunked and empty": (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, b"", True),
    "until it closes": (OK + b"\r\nhello", 200, b"hello", False),
    "until it closes, empty": (OK + b"\r\n", 200, b"", False),
    "told to close": (OK + b"Connection: close\r\nContent-Length: 2\r\n\r\nhi", 200, b"hi", False),
    "of HTTP/1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, b"hi", False),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", True),
    "304 with a length": (b"HTTP/1.1 304 X\r\nContent-Length: 9\r\n\r\n", 304, b"", True),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", 200, b"hi", True),
    "lines that end in LF alone": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", 200, b"hi", True),
    "100 first": (
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nhi",
        200,
        b"hi",
        True,
    ),
    "103 with headers first": (
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nhi",
        200,
        b"hi",
        True,
    ),
    "several 1xx first": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 199 Odd\r\n\r\n"
        + OK
        + b"Content-Length: 2\r\n\r\nhi",
        200,
        b"hi",
        True,
    ),
    "bytes after its end": (OK + b"Content-Length: 2\r\n\r\nhiHTTP/1.1 200", 200, b"hi", False),
}


@pytest.mark.parametrize(("data", "status", "body", "reusable"), RESPONSES.values(), ids=RESPONSES)
def test_a_response_is_read_to_its_end(
    data: bytes,
    status: int,
    body: bytes,
    reusable: bool,  # noqa: FBT001 - a column
) -> None:
    assert exchange([data]) == (status, body, reusable)


@given(st.sampled_from(sorted(RESPONSES)), st.sets(st.integers(1, 200)))
def test_chunk_boundaries_do_not_change_the_response(name: str, cuts: set[int]) -> None:
    data, status, body, _ = RESPONSES[name]
    ends = [*sorted(cut for cut in cuts if cut < len(data)), len(data)]
    chunks = [data[a:b] for a, b in zip([0, *ends], ends, strict=False)]
    assert exchange(chunks)[:2] == (status, body)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x50",
        b"HTTP/2 200\r\n\r\n",
        OK + b"no colon\r\n\r\n",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nhi",
        OK + b"Transfer-Encoding: gzip\r\n\r\nhi",
        OK + b"X-Long: " + b"x" * (1 << 16) * 5 + b"\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    ],
    ids=range(12),
)
def test_an_invalid_response_is_an_error(data: bytes) -> None:
    step = 1 << 16
    chunks = [data[at : at + step] for at in range(0, len(data), step)]
    with pytest.raises(ResponseError):
        Connection(Scripted(chunks), 1).exchange(request())


@pytest.mark.parametrize(
    ("data", "before"),
    [
        (OK + b"Content-Length: 9\r\n\r\nhello", b"hello"),
        (OK + b"Content-Length: 9\r\n\r\n", b""),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", b"hello"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nhello", b"hello"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n", b"hello"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhelloXX", b"hello"),
    ],
)
def test_an_incomplete_body_is_an_error(data: bytes, before: bytes) -> None:
    connection = Connection(Scripted([data]), 1)
    connection.exchange(request())
    received: list[bytes] = []
    with pytest.raises(ResponseError):
        received.extend(connection.chunks())
    assert b"".join(received) == before
    assert not connection.reset()


def test_a_head_of_100_kb_is_read() -> None:
    value = b"x" * 100_000
    data = OK + b"X-Long: " + value + b"\r\nContent-Length: 0\r\n\r\n"
    connection = Connection(Scripted([data[:60_000], data[60_000:]]), 1)
    assert ("X-Long", value.decode()) in connection.exchange(request()).headers


def test_two_requests_share_a_connection() -> None:
    channel = Scripted([OK + b"Content-Length: 1\r\n\r\na", OK + b"Content-Length: 1\r\n\r\nb"])
    connection = Connection(channel, 1)
    bodies = []
    for _ in range(2):
        connection.exchange(request())
        bodies.append(b"".join(connection.chunks()))
        assert connection.reset()
    assert bodies == [b"a", b"b"]
    assert channel.sent.count(b"POST ") == 2


def test_a_head_and_a_small_body_are_sent_together() -> None:
    sizes = []

    class Counting(Scripted):
        def send(self, data: memoryview) -> int:
            sizes.append(len(data))
            return super().send(data)

    channel = Counting([OK + b"Content-Length: 0\r\n\r\n"])
    Connection(channel, 1).exchange(request(b"x" * 1000))
    assert sizes == [len(channel.sent)]


@pytest.mark.parametrize(
    "value",
    ["plain", " leading", "trailing ", "\ttabs\t", "two  spaces", "", "é ü 日本", "\x01\x7f"],
)
def test_a_header_value_is_sent_unchanged(value: str) -> None:
    lines = head(request(headers=(("X-Custom", value),))).split(b"\r\n")
    assert b"X-Custom: " + value.encode() in lines


@pytest.mark.parametrize(
    ("url", "first", "host"),
    [
        (Url("http", "h", 80, "/p?q=1"), b"POST /p?q=1 HTTP/1.1", b"Host: h"),
        (Url("http", "h", 8080, "/"), b"POST / HTTP/1.1", b"Host: h:8080"),
        (Url("https", "h", 443, "/"), b"POST / HTTP/1.1", b"Host: h"),
        (Url("https", "h", 80, "/"), b"POST / HTTP/1.1", b"Host: h:80"),
        (Url("http", "::1", 80, "/"), b"POST / HTTP/1.1", b"Host: [::1]"),
        (Url("http", "::1", 81, "/"), b"POST / HTTP/1.1", b"Host: [::1]:81"),
    ],
)
def test_the_head_has_path_and_host(url: Url, first: bytes, host: bytes) -> None:
    lines = head(request(url=url)).split(b"\r\n")
    assert lines[:2] == [first, host]
    assert b"Accept-Encoding: identity" in lines
    assert b"Content-Length: 2" in lines


def test_a_proxy_gets_the_absolute_url_and_its_own_headers() -> None:
    lines = head(request(), (("Proxy-Authorization", "Basic eA=="),)).split(b"\r\n")
    assert lines[0] == b"POST http://localhost:8080/endpoints/e/invocations HTTP/1.1"
    assert b"Proxy-Authorization: Basic eA==" in lines


def test_a_file_is_sent_from_its_beginning_in_blocks() -> None:
    content = b"0123456789" * 60_000
    file = io.BytesIO(content)
    made = payload(file)
    file.seek(77)
    chunks = list(blocks(made))
    assert b"".join(chunks) == content
    assert max(map(len, chunks)) <= BODY_BLOCK
    assert list(blocks(payload(b""))) == []


@pytest.mark.parametrize(("now", "sent"), [(b"1234", b"12345"), (b"123456", b"12345")])
def test_a_body_of_another_length_is_not_completed(now: bytes, sent: bytes) -> None:
    channel = Scripted([])
    changed = Payload(io.BytesIO(now), 5, "")
    with pytest.raises(BodyChangedError):
        Connection(channel, 1).exchange(Request("POST", URL, (), changed))
    assert sent not in channel.sent


@pytest.fixture
def pair() -> Iterable[tuple[Connection, socket.socket]]:
    ours, theirs = socket.socketpair()
    connection = Connection(ours, 0.2)
    yield connection, theirs
    connection.close()
    theirs.close()


def test_a_silent_server_is_a_timeout(pair: tuple[Connection, socket.socket]) -> None:
    connection, _ = pair
    with pytest.raises(TimeoutError):
        connection.exchange(request())


def test_the_status_is_known_after_a_timeout(
    pair: tuple[Connection, socket.socket],
) -> None:
    connection, theirs = pair
    theirs.sendall(b"HTTP/1.1 200 OK\r\n")
    with pytest.raises(TimeoutError):
        connection.exchange(request())
    assert connection.status == 200


def test_every_wait_is_short_enough_to_handle_signals(
    pair: tuple[Connection, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection, theirs = pair
    waits = []

    class Poll:
        def register(self, *_: object) -> None:
            """Nothing has to be watched."""

        def poll(self, milliseconds: float) -> list[object]:
            waits.append(milliseconds)
            if len(waits) == 3:
                theirs.sendall(OK + b"Content-Length: 0\r\n\r\n")
                return [theirs]
            return []

    monkeypatch.setattr(select, "poll", Poll)
    connection._read_timeout = 3600
    assert connection.exchange(request()).status == 200
    assert waits == [SLICE * 1000] * 3


def test_a_server_silent_within_the_body_is_a_timeout(
    pair: tuple[Connection, socket.socket],
) -> None:
    connection, theirs = pair
    theirs.sendall(OK + b"Content-Length: 9\r\n\r\nhello")
    connection.exchange(request())
    chunks = connection.chunks()
    assert next(chunks) == b"hello"
    with pytest.raises(TimeoutError):
        next(chunks)


def test_a_server_that_neither_reads_nor_responds_is_a_timeout(
    pair: tuple[Connection, socket.socket],
) -> None:
    connection, _ = pair
    with pytest.raises(TimeoutError):
        connection.exchange(request(b"x" * 5_000_000))


class Drip(Scripted):
    """A channel whose every read takes `seconds` of its own clock, and returns one chunk."""

    def __init__(self, chunks: Iterable[bytes], seconds: float) -> None:
        super().__init__(chunks)
        self.now = 0.0
        self._seconds = seconds

    def recv(self, size: int) -> bytes:
        self.now += self._seconds
        return super().recv(size)


def dripping(chunks: Iterable[bytes], seconds: float) -> tuple[Connection, Drip]:
    """A connection with a read timeout of 70 seconds to a server that is slow, but not silent."""
    channel = Drip(chunks, seconds)
    return Connection(channel, 70, clock=lambda: channel.now), channel


SLOW_HEADS = {
    "a header": [OK, b"X: ", *[b"y"] * 9999],
    "headers": [OK, *[b"X: y\r\n"] * 250],
    "interim responses": [b"HTTP/1.1 100 Continue\r\n\r\n"] * 99,
}


@pytest.mark.parametrize("chunks", SLOW_HEADS.values(), ids=SLOW_HEADS)
def test_a_head_that_is_not_complete_in_time_is_a_timeout(chunks: list[bytes]) -> None:
    connection, channel = dripping(chunks, 10)
    with pytest.raises(HeadTimeoutError, match="130 s"):
        connection.exchange(request())
    assert channel.now == 70 + HEAD_GRACE


def test_a_head_that_is_complete_in_time_is_read_and_its_body_takes_any_time() -> None:
    body = [b"x"] * 99
    connection, channel = dripping([OK, b"Content-Length: 99\r\n", b"\r\n", *body], 40)
    connection.exchange(request())
    assert b"".join(connection.chunks()) == b"".join(body)
    assert channel.now == 40 * 102


def test_every_response_of_a_connection_has_its_own_time() -> None:
    data = [OK, b"Content-Length: 0\r\n\r\n"]
    connection, _ = dripping(data * 5, 60)
    for _ in range(5):
        connection.exchange(request())
        list(connection.chunks())
        assert connection.reset()


class FakePoll:
    """In place of select.poll: waits on a clock of its own, and then calls `happen`."""

    now = 0.0

    def __init__(self, happen: Callable[[float], bool]) -> None:
        self._happen = happen

    def register(self, *_: object) -> None:
        """Nothing has to be watched."""

    def poll(self, milliseconds: float) -> list[bool]:
        FakePoll.now += milliseconds / 1000
        return [True] if self._happen(self.now) else []


def test_a_wait_for_the_head_ends_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()

    def status_after_a_minute(now: float) -> bool:
        return now == 60 and bool(theirs.send(b"HTTP/1.1 200 OK\r\n"))

    monkeypatch.setattr(select, "poll", lambda: FakePoll(status_after_a_minute))
    monkeypatch.setattr(FakePoll, "now", 0.0)
    connection = Connection(ours, 70, clock=lambda: FakePoll.now)
    with pytest.raises(HeadTimeoutError):
        connection.exchange(request())
    assert FakePoll.now == 70 + HEAD_GRACE
    assert connection.status == 200
    connection.close()
    theirs.close()


def test_an_interim_response_does_not_limit_the_time_of_an_upload(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Slow(Drip):
        """Reads 1 KB a minute; its interim response is there from the beginning."""

        full = False

        def send(self, data: memoryview) -> int:
            self.full = not self.full
            if self.full:
                raise BlockingIOError
            self.now += 60
            return super().send(data[:1024])

        def recv(self, size: int) -> bytes:
            if chunk := super().recv(size):
                return chunk
            raise BlockingIOError

    monkeypatch.setattr(select, "poll", lambda: FakePoll(lambda _: True))
    channel = Slow([b"HTTP/1.1 100 Continue\r\n\r\n", *[b""] * 5, OK + b"\r\n"], 0)
    connection = Connection(channel, 70, clock=lambda: channel.now)
    assert connection.exchange(request(b"x" * 4096)).status == 200
    assert channel.now > 70 + HEAD_GRACE


def test_without_a_timeout_the_connection_waits() -> None:
    ours, far = socket.socketpair()
    connection = Connection(ours, None)
    data = OK + b"Content-Length: 0\r\n\r\n"
    timer = threading.Timer(0.05, far.sendall, [data])
    timer.start()
    assert connection.exchange(request()).status == 200
    timer.join()
    connection.close()
    far.close()


def test_a_response_while_the_body_is_sent_is_read(
    pair: tuple[Connection, socket.socket],
) -> None:
    connection, theirs = pair
    theirs.sendall(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig"
    )
    assert connection.exchange(request(b"x" * 5_000_000)).status == 413
    assert b"".join(connection.chunks()) == b"big"
    assert not connection.reset()


def test_a_closed_connection_while_the_body_is_sent_is_an_error(
    pair: tuple[Connection, socket.socket],
) -> None:
    connection, theirs = pair
    threading.Timer(0.1, theirs.shutdown, [socket.SHUT_RDWR]).start()
    with pytest.raises((OSError, ResponseError)):
        connection.exchange(request(b"x" * 5_000_000))


@pytest.mark.parametrize("event", ["word", "end"])
def test_an_idle_connection_is_stale_after_data_or_the_end(
    pair: tuple[Connection, socket.socket], event: str
) -> None:
    connection, theirs = pair
    assert not connection.is_stale()
    if event == "word":
        theirs.sendall(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
    else:
        theirs.shutdown(socket.SHUT_WR)
    assert connection.is_stale()
