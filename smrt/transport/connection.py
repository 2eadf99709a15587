"""One open connection: a request goes out, its answer comes in; h11 keeps the protocol.

The socket never blocks, so that an answer which comes while the body is still on its way out (a
413, say) is seen, whether or not the server goes on reading.
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
"""Seconds; how long one wait of the operating system may be. Python sees a signal that arrives just
before such a wait only when the wait ends."""
_STATUS_LINE = re.compile(rb"^HTTP/\d(?:\.\d)? +([2-9]\d\d)(?: [^\n]*)?\r?\n", re.MULTILINE)
"""Of a final response: interim ones begin with 1."""
_TLS_WAITS = {"SSLWantReadError": "read", "SSLWantWriteError": "write"}


class Channel(Protocol):
    """What a connection asks of a socket."""

    def send(self, data: memoryview, /) -> int:
        """Send some of `data`; how much of it."""
        ...

    def recv(self, size: int, /) -> bytes:
        """At most `size` bytes, b"" at the end."""
        ...

    def fileno(self) -> int:
        """The descriptor to wait for."""
        ...

    def setblocking(self, flag: bool, /) -> None:  # noqa: FBT001 - the socket's own
        """Whether to wait, or to raise what says that one would."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class Connection:
    """An open socket to the server or its proxy; `read_timeout` in seconds, None to wait for ever.

    `proxy_headers` are for a proxy that passes requests on, None where there is none in between.
    Raises OSError (TimeoutError for a timeout) and h11.RemoteProtocolError as they come.
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
        """The status of the response, once its status line is whole, whatever comes behind it."""
        line = _STATUS_LINE.search(self._start)
        return None if line is None else int(line[1])

    def exchange(self, request: Request) -> h11.Response:
        """Send `request` and return the head of its answer; any 1xx on the way is skipped."""
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

    def pieces(self) -> Iterator[bytes]:
        """The answer's body as it comes."""
        while not isinstance(event := self._event(), h11.EndOfMessage):
            if isinstance(event, h11.Data):
                yield bytes(event.data)

    def reset(self) -> bool:
        """Make ready for the next request; False where the connection cannot carry another.

        Neither after the end of the connection, nor where bytes came behind the answer: the next
        request must not take them for its own.
        """
        done = {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}
        if self._protocol.states != done or self._protocol.trailing_data != (b"", False):
            return False
        self._protocol.start_next_cycle()
        return True

    def is_inherited(self) -> bool:
        """Whether a process that this one was forked from opened it, and may still use it."""
        return self._process != os.getpid()

    def is_stale(self) -> bool:
        """Whether the server has said something, or has gone, since the last answer."""
        try:
            self._socket.recv(1)  # TLS has messages of its own, which are nothing said
        except OSError as exc:
            return _awaited(exc, "read") is None
        return True

    def close(self) -> None:
        """Close the socket in this process alone: nothing is sent, and no other one notices."""
        self._socket.close()

    def _send_all(self, request: Request) -> h11.Response | None:
        """Send head and body; stop and return the answer's head where it comes before the end."""
        held = head(request, self.proxy_headers)
        for block in blocks(request.payload):
            self._protocol.send(h11.Data(data=block))
            if held and len(block) <= BLOCK:  # one packet, and one system call, for a small body
                block, held = held + block, b""  # noqa: PLW2901
            early = self._send(held) or self._send(block)
            if early is not None:
                return early
            held = b""
        self._protocol.send(h11.EndOfMessage())
        return self._send(held)

    def _send(self, data: bytes) -> h11.Response | None:
        view = memoryview(data)
        while view:
            try:
                view = view[self._socket.send(view) :]
            except OSError as exc:
                awaited = _awaited(exc, "write")
                if awaited is None:
                    return self._last_words(exc)
                self._wait_or_raise(write=awaited == "write")
                early = self._glance()
                if early is not None:
                    return early
        return None

    def _last_words(self, failure: OSError) -> h11.Response:
        """The answer that a server gave before it closed its ear, or the failure."""
        try:
            return self._head()
        except (OSError, h11.RemoteProtocolError):
            raise failure from None

    def _glance(self) -> h11.Response | None:
        """The answer's head, if it is there already."""
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
        assert isinstance(event, h11.Event)  # PAUSED comes of pipelining and upgrades alone
        return event

    def _feed(self, data: bytes) -> None:
        """Have `data` parsed; up to the end of the head it is kept for `status`, too."""
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
                awaited = _awaited(exc, "read")
                if awaited is None:
                    raise
                self._wait_or_raise(write=awaited == "write")

    def _wait_or_raise(self, *, write: bool) -> None:
        if not self._wait(write=write, timeout=self._read_timeout):
            raise TimeoutError

    def _wait(self, *, write: bool, timeout: float | None) -> bool:
        """Wait until the socket can be read (or written, if asked); False when time is up."""
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
    """The request's head as it goes out; a proxy that passes it on gets the whole address.

    h11 would refuse header values that begin or end with a space, which AWS CLI sends as they are.
    """
    lines: Headers = (
        ("Host", request.url.authority),
        ("Accept-Encoding", "identity"),
        *request.headers,
        *(proxy_headers or ()),
        ("Content-Length", str(request.payload.length)),
    )
    target = request.url.target if proxy_headers is None else str(request.url)
    first = f"{request.method} {target} HTTP/1.1\r\n"
    return (first + "".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n").encode()


def blocks(payload: Payload) -> Iterator[bytes]:
    """The body from its beginning, in blocks that fit in memory."""
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


def _awaited(exc: OSError, plainly: str) -> str | None:
    """What a socket waits for: `plainly` without TLS; None where `exc` is a failure.

    TLS's own errors are known by name, since importing ssl costs as much as click.
    """
    return plainly if isinstance(exc, BlockingIOError) else _TLS_WAITS.get(type(exc).__name__)
