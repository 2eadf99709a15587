"""An open HTTP/1.1 connection: sends requests and reads responses with h11.

The socket does not block, so that a response which arrives while the body is still being sent (such
as a 413) is read, even if the server stops reading.
"""

import os
import re
import select
from collections.abc import Iterator
from math import inf
from time import monotonic
from typing import BinaryIO, Protocol

import h11

from smrt.protocol.messages import Headers, Payload, Request

BLOCK = 1 << 17
BODY_BLOCK = 1 << 18
MAX_HEAD = 1 << 18
SLICE = 1.0
"""Seconds; the maximum of one poll. A signal that arrives just before a poll is handled only when
the poll returns."""
_STATUS_LINE = re.compile(rb"^HTTP/\d(?:\.\d)? +([2-9]\d\d)(?: [^\n]*)?\r?\n", re.MULTILINE)
"""Matches a final response: interim ones begin with 1."""
_TLS_WAITS = {"SSLWantReadError": "read", "SSLWantWriteError": "write"}


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

    `proxy_headers` are for a proxy that forwards requests; None without such a proxy.
    Methods raise OSError (TimeoutError for a timeout) and h11.RemoteProtocolError.
    """

    def __init__(
        self,
        sock: Channel,
        read_timeout: float | None,
        *,
        proxy_headers: Headers | None = None,
    ) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._process = os.getpid()
        self._read_timeout = read_timeout
        self.proxy_headers = proxy_headers
        self._protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        self._start = bytearray()

    @property
    def status(self) -> int | None:
        """The status of the response as soon as its status line is complete."""
        line = _STATUS_LINE.search(self._start)
        return None if line is None else int(line[1])

    def exchange(self, request: Request) -> h11.Response:
        """Send `request` and return the head of the final response; 1xx responses are skipped."""
        self._start.clear()
        length = str(request.payload.length)
        self._protocol.send(
            h11.Request(
                method=request.method,
                target=request.url.target,
                headers=[("Host", request.url.authority), ("Content-Length", length)],
            )
        )
        early = self._send_all(request)
        return early or self._head()

    def chunks(self) -> Iterator[bytes]:
        """Yield the chunks of the response body as they arrive."""
        while not isinstance(event := self._event(), h11.EndOfMessage):
            if isinstance(event, h11.Data):
                yield bytes(event.data)

    def reset(self) -> bool:
        """Prepare for the next request; return False if the connection cannot be reused.

        It cannot if it is closed, or if bytes follow the response: they would be taken for the next
        response.
        """
        done = {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}
        if self._protocol.states != done or self._protocol.trailing_data != (b"", False):
            return False
        self._protocol.start_next_cycle()
        return True

    def is_inherited(self) -> bool:
        """Whether the parent process opened it before a fork, and may still use it."""
        return self._process != os.getpid()

    def is_stale(self) -> bool:
        """Whether the server sent data or closed the connection since the last response."""
        try:
            self._socket.recv(1)  # TLS handles its own messages, which do not count
        except OSError as exc:
            return _awaited(exc, "read") is None
        return True

    def close(self) -> None:
        """Close the socket in this process only: nothing is sent, other processes keep it open."""
        self._socket.close()

    def _send_all(self, request: Request) -> h11.Response | None:
        """Send head and body; return the head of a response that arrives before the end."""
        unsent = head(request, self.proxy_headers)
        for block in blocks(request.payload):
            self._protocol.send(h11.Data(data=block))
            if unsent and len(block) <= BLOCK:  # one packet, and one system call, for a small body
                block, unsent = unsent + block, b""  # noqa: PLW2901
            early = self._send(unsent) or self._send(block)
            if early is not None:
                return early
            unsent = b""
        self._protocol.send(h11.EndOfMessage())
        return self._send(unsent)

    def _send(self, data: bytes) -> h11.Response | None:
        view = memoryview(data)
        while view:
            try:
                view = view[self._socket.send(view) :]
            except OSError as exc:
                direction = _awaited(exc, "write")
                if direction is None:
                    return self._last_response(exc)
                self._wait_or_raise(write=direction == "write")
                early = self._early_response()
                if early is not None:
                    return early
        return None

    def _last_response(self, failure: OSError) -> h11.Response:
        """Return the response sent before the server stopped reading, or raise `failure`."""
        try:
            return self._head()
        except (OSError, h11.RemoteProtocolError):
            raise failure from None

    def _early_response(self) -> h11.Response | None:
        """The head of the response if it has already arrived."""
        while True:
            event = self._protocol.next_event()
            if isinstance(event, h11.Response):
                return event
            if event is h11.NEED_DATA:
                try:
                    self._feed(self._socket.recv(BLOCK))
                except OSError as exc:
                    if _awaited(exc, "read") is None:
                        raise
                    return None

    def _head(self) -> h11.Response:
        while not isinstance(event := self._event(), h11.Response):
            pass
        return event

    def _event(self) -> h11.Event:
        while (event := self._protocol.next_event()) is h11.NEED_DATA:
            self._feed(self._receive())
        assert isinstance(event, h11.Event)  # PAUSED occurs only with pipelining and upgrades
        return event

    def _feed(self, data: bytes) -> None:
        """Parse `data`; up to the end of the head it is also saved for `status`."""
        if self._protocol.their_state is h11.SEND_RESPONSE:
            self._start += data
        self._protocol.receive_data(data)

    def _receive(self) -> bytes:
        if self.is_inherited():
            raise ConnectionError("it belongs to the process that sent the request")
        while True:
            try:
                return self._socket.recv(BLOCK)
            except OSError as exc:
                direction = _awaited(exc, "read")
                if direction is None:
                    raise
                self._wait_or_raise(write=direction == "write")

    def _wait_or_raise(self, *, write: bool) -> None:
        if not self._wait(write=write, timeout=self._read_timeout):
            raise TimeoutError

    def _wait(self, *, write: bool, timeout: float | None) -> bool:
        """Wait until the socket is readable (or, with `write`, writable); False on timeout."""
        deadline = inf if timeout is None else monotonic() + timeout
        while not self._is_ready(write=write, timeout=min(SLICE, max(deadline - monotonic(), 0))):
            if monotonic() >= deadline:
                return False
        return True

    def _is_ready(self, *, write: bool, timeout: float) -> bool:
        if not hasattr(select, "poll"):  # pragma: no cover - Windows
            writers = [self._socket] if write else []
            return any(map(bool, select.select([self._socket], writers, [], timeout)))
        poll = select.poll()
        poll.register(self._socket, select.POLLIN | (select.POLLOUT if write else 0))
        return bool(poll.poll(timeout * 1000))


def head(request: Request, proxy_headers: Headers | None = None) -> bytes:
    """Encode the request's head; a forwarding proxy gets the absolute URL as the target.

    h11 would reject header values that begin or end with a space; AWS CLI sends them unchanged.
    """
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


def _awaited(exc: OSError, default: str) -> str | None:
    """The direction that the socket waits for ("read" or "write"); None if `exc` is an error.

    Without TLS it is `default`. TLS errors are matched by name: importing ssl takes as long as
    importing click.
    """
    return default if isinstance(exc, BlockingIOError) else _TLS_WAITS.get(type(exc).__name__)
