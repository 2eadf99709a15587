"""An open HTTP/1.1 connection: sends requests and receives responses.

The socket does not block, so that a response which arrives while the body is still being sent (such
as a 413) is read, even if the server stops reading.
"""

import os
import select
from collections.abc import Callable, Iterator
from math import inf
from time import monotonic
from typing import BinaryIO, Protocol

from smrt.protocol.messages import Headers, Payload, Request

from .response_parser import ResponseError, ResponseHead, ResponseParser

BLOCK = 1 << 17
BODY_BLOCK = 1 << 18
HEAD_GRACE = 60.0
"""Seconds beyond the read timeout until the whole head of a response must have arrived."""
SLICE = 1.0
"""Seconds; the maximum of one poll. A signal that arrives just before a poll is handled only when
the poll returns."""
_TLS_WAITS = {"SSLWantReadError": "read", "SSLWantWriteError": "write"}


class BodyChangedError(Exception):
    """The request body is not as long as its Content-Length says."""


class HeadTimeoutError(TimeoutError):
    """The head of the response arrives too slowly."""


class Channel(Protocol):
    """The methods of a socket that a connection uses."""

    def send(self, data: memoryview, /) -> int:
        """Send some of `data`; return the number of bytes sent."""
        ...

    def recv(self, size: int, /) -> bytes:
        """Return at most `size` bytes, b"" at the end."""
        ...

    def fileno(self) -> int:
        """The file descriptor to poll."""
        ...

    def setblocking(self, flag: bool, /) -> None:  # noqa: FBT001 - the socket's own
        """Set whether calls wait, or raise an error instead of waiting."""
        ...

    def close(self) -> None:
        """Close the socket."""
        ...


class Connection:
    """An open connection to the server or proxy; `read_timeout` in seconds, None for no limit.

    The read timeout limits each wait for the next bytes. `proxy_headers` are for a proxy that
    forwards requests; None without such a proxy.
    Methods raise OSError (TimeoutError for a timeout), ResponseError and BodyChangedError.
    """

    def __init__(
        self,
        sock: Channel,
        read_timeout: float | None,
        *,
        proxy_headers: Headers | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._process = os.getpid()
        self._read_timeout = read_timeout
        self._clock = clock
        self.proxy_headers = proxy_headers
        self._parser = ResponseParser()
        self._head_due = inf
        self._is_sent = False

    @property
    def status(self) -> int | None:
        """The status of the response as soon as its status line is complete."""
        return self._parser.status

    def exchange(self, request: Request) -> ResponseHead:
        """Send `request` and return the head of the final response; 1xx responses are skipped."""
        self._is_sent = False
        head = self._send_all(request) or self._head()
        self._head_due = inf
        return head

    def chunks(self) -> Iterator[bytes]:
        """Yield the chunks of the response body as they arrive."""
        while True:
            if chunk := self._parser.read():
                yield chunk
            elif self._parser.complete:
                return
            else:
                self._parser.feed(self._receive())

    def reset(self) -> bool:
        """Prepare for the next request; return False if the connection cannot be reused.

        It cannot if the request was not sent to its end, if the connection is closed, or if bytes
        follow the response: they would be taken for the next response.
        """
        if not (self._is_sent and self._parser.reusable):
            return False
        self._parser.reset()
        return True

    def is_inherited(self) -> bool:
        """Whether the parent process opened it before a fork, and may still use it."""
        return self._process != os.getpid()

    def is_stale(self) -> bool:
        """Whether the server sent data or closed the connection since the last response."""
        try:
            self._socket.recv(1)  # TLS handles its own messages, which do not count
        except OSError as exc:
            return awaited(exc, "read") is None
        return True

    def close(self) -> None:
        """Close the socket in this process only: nothing is sent, other processes keep it open."""
        self._socket.close()

    def _send_all(self, request: Request) -> ResponseHead | None:
        """Send head and body; return the head of a response that arrives before the end."""
        unsent, remaining = head(request, self.proxy_headers), request.payload.length
        for block in blocks(request.payload):
            remaining -= len(block)
            if remaining < 0:
                raise BodyChangedError
            if unsent and len(block) <= BLOCK:  # one packet, and one system call, for a small body
                block, unsent = unsent + block, b""  # noqa: PLW2901
            early = self._send(unsent) or self._send(block)
            if early is not None:
                return early
            unsent = b""
        if remaining:
            raise BodyChangedError
        early = self._send(unsent)
        self._is_sent = early is None
        return early

    def _send(self, data: bytes) -> ResponseHead | None:
        view = memoryview(data)
        while view:
            try:
                view = view[self._socket.send(view) :]
                self._head_due = inf  # a server that reads on may send its response slowly
            except OSError as exc:
                direction = awaited(exc, "write")
                if direction is None:
                    return self._last_response(exc)
                self._wait_or_raise(write=direction == "write")
                early = self._early_response()
                if early is not None:
                    return early
        return None

    def _last_response(self, failure: OSError) -> ResponseHead:
        """Return the response sent before the server stopped reading, or raise `failure`."""
        try:
            return self._head()
        except (OSError, ResponseError):
            raise failure from None

    def _early_response(self) -> ResponseHead | None:
        """The head of the response if it has already arrived."""
        while self._parser.head is None:
            try:
                data = self._socket.recv(BLOCK)
            except OSError as exc:
                if awaited(exc, "read") is None:
                    raise
                return None
            self._feed_head(data)
        return self._parser.head

    def _head(self) -> ResponseHead:
        self._limit_head()
        while self._parser.head is None:
            self._feed_head(self._receive())
        return self._parser.head

    def _feed_head(self, data: bytes) -> None:
        self._parser.feed(data)
        self._limit_head()
        if self._parser.head is None and self._clock() >= self._head_due:
            raise self._timeout()

    def _limit_head(self) -> None:
        """Limit the time of the head from now on, if it is not yet limited."""
        if self._head_due == inf and self._read_timeout is not None:
            self._head_due = self._clock() + self._read_timeout + HEAD_GRACE

    def _receive(self) -> bytes:
        if self.is_inherited():
            raise ConnectionError("it belongs to the process that sent the request")
        while True:
            try:
                return self._socket.recv(BLOCK)
            except OSError as exc:
                direction = awaited(exc, "read")
                if direction is None:
                    raise
                self._wait_or_raise(write=direction == "write")

    def _wait_or_raise(self, *, write: bool) -> None:
        """Wait until the socket is readable (or, with `write`, writable)."""
        timeout = self._read_timeout
        deadline = inf if timeout is None else min(self._clock() + timeout, self._head_due)
        while not is_ready(
            self._socket, write=write, timeout=min(SLICE, max(deadline - self._clock(), 0))
        ):
            if self._clock() >= deadline:
                raise self._timeout()

    def _timeout(self) -> TimeoutError:
        if self._clock() < self._head_due:
            return TimeoutError()
        limit = (self._read_timeout or 0) + HEAD_GRACE
        return HeadTimeoutError(f"the headers of the response took more than {limit:g} s")


def is_ready(sock: Channel, *, write: bool, timeout: float) -> bool:
    """Wait at most `timeout` seconds until `sock` is readable, or with `write` writable."""
    if not hasattr(select, "poll"):  # pragma: no cover - Windows
        writers = [sock] if write else []
        return any(map(bool, select.select([sock], writers, [], timeout)))
    poll = select.poll()
    poll.register(sock, select.POLLIN | (select.POLLOUT if write else 0))
    return bool(poll.poll(timeout * 1000))


def head(request: Request, proxy_headers: Headers | None = None) -> bytes:
    """Encode the request's head; a forwarding proxy gets the absolute URL as the target."""
    lines: Headers = (
        ("Host", request.url.authority),
        ("Accept-Encoding", "identity"),
        *request.headers,
        *(proxy_headers or ()),
        ("Content-Length", str(request.payload.length)),
    )
    target = request.url.target if proxy_headers is None else str(request.url)
    request_line = f"{request.method} {target} HTTP/1.1\r\n"
    return (
        request_line + "".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n"
    ).encode()


def blocks(payload: Payload) -> Iterator[bytes]:
    """Yield the body from its beginning, in blocks that fit in memory."""
    content = payload.content
    if isinstance(content, bytes):
        if content:
            yield content
        return
    content.seek(0)
    yield from _file_blocks(content)


def _file_blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(BODY_BLOCK):
        yield block


def awaited(exc: OSError, default: str) -> str | None:
    """The direction that the socket waits for ("read" or "write"); None if `exc` is an error.

    Without TLS it is `default`. TLS errors are matched by name: importing ssl takes as long as
    importing click.
    """
    return default if isinstance(exc, BlockingIOError) else _TLS_WAITS.get(type(exc).__name__)
