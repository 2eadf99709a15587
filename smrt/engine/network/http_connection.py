"""An open connection in the loop: sends a request, and reads its response as it arrives."""

import socket
from math import inf
from typing import Protocol

from smrt.engine.event_loop import READ, WRITE, EventLoop
from smrt.engine.exchange import Exchange
from smrt.engine.response_buffer import ResponseBuffer, ResponseTooLargeError
from smrt.errors import TransportError
from smrt.protocol.messages import Settings, Url
from smrt.protocol.responses import SUCCESS
from smrt.transport.connection import HEAD_GRACE, Channel, HeadTimeoutError
from smrt.transport.response_parser import ResponseError, ResponseParser
from smrt.transport.translation import READING, WAITING, translated

BLOCK = 1 << 16
JOINED = 1 << 17
"""Bytes; a smaller body is sent together with the head, in one system call."""
_WAITS = {"BlockingIOError", "SSLWantReadError", "SSLWantWriteError"}
"""Matched by name: only https needs ssl."""


class ConnectionOwner(Protocol):
    """Receives connections that are free again, or closed."""

    def released(self, connection: "HttpConnection", exchange: Exchange) -> None:
        """The exchange ended; `connection` can be used again unless it is closed."""
        ...

    def lost(self, connection: "HttpConnection") -> None:
        """The server closed an idle connection."""
        ...


class HttpConnection:
    """An open connection; `expires_at` is when the current exchange times out."""

    def __init__(
        self,
        loop: EventLoop,
        channel: Channel,
        owner: ConnectionOwner,
        url: Url,
        settings: Settings,
    ) -> None:
        channel.setblocking(False)
        self._loop, self._channel, self._owner = loop, channel, owner
        self._url = url
        self._timeout = settings.read_timeout or inf
        self._parser = ResponseParser()
        self._exchange: Exchange | None = None
        self._unsent = memoryview(b"")
        self._body = b""
        self._received = ResponseBuffer()
        self._is_writing = False
        # TLS inside TLS buffers in both directions; a socket, with TLS or without, in none
        self._is_buffered = not isinstance(channel, socket.socket)
        self.expires_at = self._head_due = inf
        self.idle_since = loop.now()
        self.is_closed = False
        loop.watch(channel, READ, self._on_event)

    def start(self, exchange: Exchange, head: bytes) -> None:
        """Send a request; the owner gets the connection back when the exchange has ended."""
        body = exchange.call.body
        is_small = len(body) <= JOINED
        self._exchange, self._body = exchange, b"" if is_small else body
        self._unsent = memoryview(head + body if is_small else head)
        self.expires_at = self._loop.now() + self._timeout
        self._write()

    def expire(self) -> None:
        """End the exchange: the server was silent for too long, or its head is too slow."""
        if self._loop.now() < self._head_due:
            self._fail(TimeoutError())
        else:
            limit = self._timeout + HEAD_GRACE
            self._fail(HeadTimeoutError(f"the headers of the response took more than {limit:g} s"))

    def is_stale(self) -> bool:
        """Whether the server sent data or closed the connection since the last response."""
        try:
            self._channel.recv(1)
        except OSError as exc:
            return type(exc).__name__ not in _WAITS
        return True

    def close(self) -> None:
        """Close the connection; its exchange, if any, is not reported."""
        if not self.is_closed:
            self.is_closed, self.expires_at = True, inf
            self._loop.forget(self._channel)
            self._channel.close()

    def abort(self) -> Exchange | None:
        """Close the connection; return its unfinished exchange."""
        self.close()
        exchange, self._exchange = self._exchange, None
        return exchange

    def _on_event(self, events: int) -> None:
        if self._exchange is None:
            if self.is_stale():
                self.close()
                self._owner.lost(self)
            return
        if events & WRITE:
            self._write()
        if events & READ and self._exchange is not None:
            self._read()

    def _write(self) -> None:
        exchange = self._exchange
        assert exchange is not None
        try:
            while self._unsent:
                count = self._channel.send(self._unsent)
                exchange.sent_bytes += count
                self._unsent = self._unsent[count:]
                if not self._unsent and self._body:
                    self._unsent, self._body = memoryview(self._body), b""
        except OSError as exc:
            if type(exc).__name__ not in _WAITS:
                self._read(exc)  # the server may have responded before it closed the connection
                return
        exchange.sent_at = now = self._loop.now()
        self.expires_at = now + self._timeout
        self._head_due = self.expires_at + HEAD_GRACE
        if self._is_writing or self._unsent:
            self._watch_writing(is_writing=bool(self._unsent))
        if self._is_buffered:
            self._read()  # sends what is buffered

    def _watch_writing(self, *, is_writing: bool) -> None:
        if self._is_writing is not is_writing:
            self._is_writing = is_writing
            self._loop.change(self._channel, READ | WRITE if is_writing else READ, self._on_event)

    def _read(self, failure: OSError | None = None) -> None:
        """Read what has arrived; fail with `failure`, if it is set, unless that is a response."""
        while True:
            try:
                data = self._channel.recv(BLOCK)
            except OSError as exc:
                name = type(exc).__name__
                if failure is not None or name not in _WAITS:
                    self._fail(failure or exc)
                elif name == "SSLWantWriteError":
                    self._watch_writing(is_writing=True)
                return
            try:
                is_complete = self._feed(data)
            except (ResponseError, ResponseTooLargeError) as exc:
                self._fail(failure or exc)
                return
            if is_complete:
                self._finish()
                return
            if not self._is_buffered and failure is None:
                return

    def _feed(self, data: bytes) -> bool:
        """Parse `data`; return whether the response is complete."""
        exchange, parser, now = self._exchange, self._parser, self._loop.now()
        assert exchange is not None
        if data:
            exchange.last_byte_at = now
            if exchange.first_byte_at is None:
                exchange.first_byte_at = now
            self.expires_at = min(now + self._timeout, self._head_due)
        parser.feed(data)
        if parser.head is not None:
            self._head_due = inf
            while chunk := parser.read():
                on_chunk = exchange.call.on_chunk
                if on_chunk is not None and parser.head.status in SUCCESS:
                    on_chunk(chunk, now)
                else:
                    self._received.append(chunk)
                if parser.complete:
                    break
        return parser.complete

    def _finish(self) -> None:
        exchange, parser = self._exchange, self._parser
        assert exchange is not None
        assert parser.head is not None
        exchange.status, exchange.headers = parser.head.status, parser.head.headers
        exchange.body = self._received.take()
        if parser.reusable and not self._unsent:
            parser.reset()
            self.expires_at, self.idle_since = inf, self._loop.now()
        else:
            self.close()
        self._exchange = None
        self._owner.released(self, exchange)

    def _fail(self, failure: OSError | ResponseError | ResponseTooLargeError) -> None:
        exchange = self.abort()
        assert exchange is not None
        exchange.status = self._parser.status
        if isinstance(failure, ResponseTooLargeError):
            exchange.error = failure
        else:
            exchange.error = self._translated(failure)
        self._owner.released(self, exchange)

    def _translated(self, failure: OSError | ResponseError) -> TransportError:
        table = WAITING if self._parser.head is None else READING
        try:
            with translated(table, str(self._url), self._timeout):
                raise failure
        except TransportError as exc:
            exc.status = self._parser.status
            return exc
