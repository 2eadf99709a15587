"""One request over a connection of its own, whose body and response flow at the same time.

Only `open` and `wait` wait. All else moves the bytes that the socket takes or has at this moment.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from math import inf
from time import monotonic

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings

from smrt.protocol.messages import Request
from smrt.transport.connection import BLOCK, SLICE, Channel, awaited, is_ready
from smrt.transport.response_parser import ResponseError, ResponseHead

from .goaway_filter import GoawayFilter
from .http2_fields import received_head, request_fields
from .silence import Silence

WINDOW = 1 << 20
"""Bytes of the response that may be unread."""
MAX_UNSENT = 1 << 18
"""Bytes of the body that should wait for the peer at most."""
_STREAM = 1
_PING = b"smrtping"
_HTTP1 = b"HTTP/1."


class NotHttp2Error(ResponseError):
    """The server does not speak HTTP/2."""


class ClientStream:
    """The stream of `request` over `sock`.

    `clock` returns seconds. Methods raise OSError (TimeoutError for a timeout) and ResponseError.
    """

    def __init__(
        self, sock: Channel, request: Request, *, clock: Callable[[], float] = monotonic
    ) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._clock = clock
        self._connection = _connection()
        self._filter = GoawayFilter(self._on_goaway)
        self._head: ResponseHead | None = None
        self._unframed, self._unsent = bytearray(), bytearray()
        self._received: deque[tuple[bytes, int]] = deque()
        self._failure: Exception | None = None
        self._is_ending = self._is_ended = self._is_complete = self._is_refused = False
        self._is_reset = self._has_received = False
        self._silence = Silence(clock)
        self._connection.send_headers(_STREAM, request_fields(request))

    @property
    def head(self) -> ResponseHead:
        """The head of the response, after `open`."""
        assert self._head is not None
        return self._head

    @property
    def unsent(self) -> int:
        """How many bytes of the body wait for the peer."""
        return len(self._unframed) + len(self._unsent)

    @property
    def wants_write(self) -> bool:
        """Whether to wait until the socket is writable, too."""
        return bool(self._unsent)

    @property
    def is_complete(self) -> bool:
        """Whether the response has ended, and all of it is read."""
        return self._is_complete and not self._received

    @property
    def has_data(self) -> bool:
        """Whether `read` returns something, or raises, at once."""
        return bool(self._received) or self._failure is not None

    @property
    def is_broken(self) -> bool:
        """Whether nothing can be sent any more; `read` raises the reason after the last chunk."""
        return self._failure is not None

    def open(self, timeout: float | None) -> None:
        """Send the head of the request, and wait for that of the response."""
        deadline = inf if timeout is None else self._clock() + timeout
        while True:
            self.advance()
            if self._head is not None:
                return
            if self._failure is not None:
                raise self._failure
            if self._clock() >= deadline:
                raise TimeoutError
            self.wait(min(SLICE, deadline - self._clock()))

    def write(self, data: bytes) -> None:
        """Send `data` as soon as the peer accepts it; see `unsent`."""
        self._unframed += data

    def end(self) -> None:
        """End the body behind what was written."""
        self._is_ending = True

    def read(self) -> bytes:
        """The next chunk of the response, b"" if there is none at this moment.

        What is not read is not acknowledged, so that the peer sends no more than fits in WINDOW.
        """
        if not self._received:
            if self._failure is not None:
                raise self._failure
            return b""
        data, size = self._received.popleft()
        with suppress(h2.exceptions.ProtocolError):  # the stream may have ended meanwhile
            self._connection.acknowledge_received_data(size, _STREAM)
        return data

    def chunks(self, timeout: float | None) -> Iterator[bytes]:
        """Yield the rest of the response as it arrives, after `timeout` seconds of silence not."""
        while not self.is_complete:
            self.advance()
            if chunk := self.read():
                yield chunk
            elif not self.is_complete:
                if timeout is not None and self._silence.seconds >= timeout:
                    raise TimeoutError
                self.wait(SLICE if timeout is None else min(SLICE, timeout))

    def advance(self) -> None:
        """Receive what has arrived, and send what the peer accepts; check that it is alive."""
        if self._failure is None:
            try:
                self._receive()
                if self._silence.needs_ping():
                    self._connection.ping(_PING)
                if not self._is_reset:
                    self._send()
            except (OSError, ResponseError) as exc:
                self._failure = None if self._is_complete else exc

    def wait(self, timeout: float) -> None:
        """Wait until bytes can be moved, at most `timeout` seconds."""
        is_ready(self._socket, write=self.wants_write, timeout=timeout)

    def fileno(self) -> int:
        """The file descriptor to poll."""
        return self._socket.fileno()

    def close(self) -> None:
        """Cancel the stream unless it is complete, and close the connection."""
        if not self._is_over():
            with suppress(OSError, ResponseError, h2.exceptions.ProtocolError):
                self._connection.reset_stream(_STREAM, h2.errors.ErrorCodes.CANCEL)
                self._flush()
        self._socket.close()

    def _receive(self) -> None:
        while not self._is_over():
            try:
                data = self._socket.recv(BLOCK)
            except OSError as exc:
                if awaited(exc, "read") is None:
                    raise
                return
            if not data:
                raise ConnectionError("the server closed the connection")
            self._silence.end()
            self._process(data)

    def _process(self, data: bytes) -> None:
        if not self._has_received and data.startswith(_HTTP1):
            raise NotHttp2Error("the server responds with HTTP/1.1")
        self._has_received = True
        try:
            events = self._connection.receive_data(self._filter.feed(data))
        except h2.exceptions.ProtocolError as exc:
            raise ResponseError(f"invalid HTTP/2: {str(exc) or type(exc).__name__}") from exc
        for event in events:
            self._handle(event)
        if self._is_refused and not self._is_complete:
            raise ResponseError("the server is shutting down, and did not accept the stream")

    def _is_over(self) -> bool:
        """Whether both directions have ended."""
        return self._is_complete and (self._is_ended or self._is_reset)

    def _handle(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.ResponseReceived):
            self._head = received_head(event.headers or ())
        elif isinstance(event, h2.events.DataReceived):
            if event.flow_controlled_length:  # the last frame is often empty
                self._received.append((event.data or b"", event.flow_controlled_length))
        elif isinstance(event, h2.events.StreamEnded):
            self._is_complete = True
        elif isinstance(event, h2.events.PingAckReceived):
            self._silence.acknowledged()
        elif isinstance(event, h2.events.StreamReset):
            self._is_reset = True
            self._fail("reset the stream", event.error_code)
        elif isinstance(event, h2.events.ConnectionTerminated):
            self._fail("ended the connection", event.error_code)

    def _fail(self, action: str, code: int | None) -> None:
        """Raise ResponseError, unless the response is complete."""
        if not self._is_complete:
            raise ResponseError(f"the server {action} ({_code(code or 0)})")

    def _on_goaway(self, last_stream: int) -> None:
        """A server that shuts down still serves this stream, unless its ID is too high."""
        self._is_refused = last_stream < _STREAM

    def _send(self) -> None:
        self._flush()
        while self._unframed and not self._unsent and self._frame():
            self._flush()
        if self._is_ending and not self._is_ended and not self._unframed:
            self._is_ended = True
            self._connection.end_stream(_STREAM)
            self._flush()

    def _frame(self) -> bool:
        """Put some of the body into a frame; return False if the peer grants no window."""
        connection = self._connection
        size = min(
            connection.local_flow_control_window(_STREAM), connection.max_outbound_frame_size
        )
        if size <= 0:
            return False
        connection.send_data(_STREAM, bytes(self._unframed[:size]))
        del self._unframed[:size]
        return True

    def _flush(self) -> None:
        self._unsent += self._connection.data_to_send()
        while self._unsent:
            try:
                with memoryview(bytes(self._unsent[:BLOCK])) as block:
                    count = self._socket.send(block)
            except OSError as exc:
                if awaited(exc, "write") is None:
                    raise
                return
            del self._unsent[:count]


def _connection() -> h2.connection.H2Connection:
    """A client's connection with WINDOW, its preface ready to be sent."""
    config = h2.config.H2Configuration(client_side=True, header_encoding="utf-8")
    connection = h2.connection.H2Connection(config)
    codes = h2.settings.SettingCodes
    connection.local_settings = h2.settings.Settings(
        client=True, initial_values={codes.ENABLE_PUSH: 0, codes.INITIAL_WINDOW_SIZE: WINDOW}
    )
    connection.initiate_connection()
    connection.increment_flow_control_window(WINDOW)
    return connection


def _code(number: int) -> str:
    try:
        return h2.errors.ErrorCodes(number).name
    except ValueError:
        return f"error {number}"
