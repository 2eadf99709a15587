"""HTTP/2 as a server speaks it: a thread reads the connection, and one serves each stream.

The lock protects the state of h2 and the socket. Whoever holds it never waits for another thread.
"""

import socket
import ssl
from collections.abc import Callable, Generator
from contextlib import suppress
from threading import Condition, Thread
from time import monotonic
from traceback import print_exception

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings

from smrt.local.server_response import INTERNAL_ERROR, ServerResponse, StreamHandler
from smrt.protocol.messages import Payload, Request, Url
from smrt.transport.connection import BLOCK, is_ready
from smrt.transport.http2.goaway_filter import GoawayFilter

from .server_stream import ServerStream

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
WINDOW = 1 << 20
"""Bytes of the input that a model may not have read yet."""
TIMEOUT = 60.0
"""Seconds for the client to read, and for an idle connection."""
MAX_STREAMS = 64
MAX_HEAD = 1 << 16
_SLICE = 1.0
_WAITS = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_BODY = Payload(b"", 0, "")


class Http2Connection:
    """The connection `sock` of a client; `url` is that of the server, `clock` returns seconds."""

    def __init__(
        self,
        sock: socket.socket,
        url: Url,
        handler: StreamHandler,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._url = url
        self._handler = handler
        self._clock = clock
        self._changed = Condition()
        self._connection = _connection()
        self._filter = GoawayFilter(lambda _: None, preface=len(PREFACE))
        self._streams: dict[int, ServerStream] = {}
        self._is_closed = False

    def serve(self, received: bytes, is_stopped: Callable[[], bool]) -> None:
        """Serve streams until the client, which has sent `received`, closes the connection."""
        try:
            self._process(received)
            idle_since = self._clock()
            while not is_stopped():
                is_ready(self._socket, write=False, timeout=_SLICE)
                if not self._receive():
                    return
                if self._streams:
                    idle_since = self._clock()
                elif self._clock() - idle_since > TIMEOUT:
                    return
        except (OSError, h2.exceptions.ProtocolError):
            with suppress(OSError, h2.exceptions.ProtocolError), self._changed:
                self._flush()  # h2 has prepared the GOAWAY that reports the error
        finally:
            self._abort()

    def _receive(self) -> bool:
        """Process what has arrived; return False at the end of the connection."""
        while True:
            try:
                with self._changed:
                    data = self._socket.recv(BLOCK)
            except _WAITS:
                return True
            if not data:
                return False
            self._process(data)

    def _process(self, data: bytes) -> None:
        with self._changed:
            for event in self._connection.receive_data(self._filter.feed(data)):
                self._handle(event)
            self._flush()
            self._changed.notify_all()

    def _handle(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RequestReceived):
            self._start(event)
        elif isinstance(event, h2.events.DataReceived) and event.stream_id in self._streams:
            size = event.flow_controlled_length or 0
            self._streams[event.stream_id].add(event.data or b"", size)
        elif isinstance(event, h2.events.DataReceived):
            self._acknowledge(event.stream_id, event.flow_controlled_length or 0)
        elif isinstance(event, h2.events.StreamEnded) and event.stream_id in self._streams:
            self._streams[event.stream_id].is_ended = True
        elif isinstance(event, h2.events.StreamReset) and event.stream_id in self._streams:
            self._streams[event.stream_id].is_reset = True
        elif isinstance(event, h2.events.ConnectionTerminated):
            raise ConnectionAbortedError

    def _start(self, event: h2.events.RequestReceived) -> None:
        stream = ServerStream(event.stream_id, self._changed, self._acknowledge)
        self._streams[stream.id] = stream
        request = _request(event, self._url)
        Thread(target=self._serve_stream, args=(stream, request), daemon=True).start()

    def _serve_stream(self, stream: ServerStream, head: Request) -> None:
        try:
            self._respond(stream, self._response(stream, head))
        except (OSError, h2.exceptions.ProtocolError):  # the client is gone
            pass
        except BaseException as exc:  # noqa: BLE001 - a bug: the client must not wait for more
            print_exception(exc)
            self._reset(stream, h2.errors.ErrorCodes.INTERNAL_ERROR)
        finally:
            with self._changed:
                self._streams.pop(stream.id, None)

    def _response(self, stream: ServerStream, head: Request) -> ServerResponse:
        try:
            return self._handler.open_stream(head, stream.chunks())
        except ConnectionError:
            raise
        except BaseException as exc:  # noqa: BLE001 - a handler may run anybody's code
            print_exception(exc)
            return INTERNAL_ERROR

    def _respond(self, stream: ServerStream, response: ServerResponse) -> None:
        headers = [(":status", f"{response.status:d}")]
        headers += [(name.lower(), value) for name, value in response.headers]
        body = iter((response.body,)) if isinstance(response.body, bytes) else response.body
        try:
            with self._changed:
                self._connection.send_headers(stream.id, headers)
                self._flush()
            for data in body:
                self._send(stream, data)
        finally:
            if isinstance(body, Generator):
                body.close()
        with self._changed:
            self._connection.end_stream(stream.id)
            self._flush()
        if not stream.is_ended:
            self._reset(stream, h2.errors.ErrorCodes.NO_ERROR)

    def _send(self, stream: ServerStream, data: bytes) -> None:
        """Send `data` as the client grants window. Raises ConnectionAbortedError if it is gone."""
        unsent = memoryview(data)
        while unsent:
            with self._changed:
                self._changed.wait_for(lambda: self._is_gone(stream) or self._window(stream))
                if self._is_gone(stream):
                    raise ConnectionAbortedError
                size = min(self._window(stream), self._connection.max_outbound_frame_size)
                self._connection.send_data(stream.id, bytes(unsent[:size]))
                self._flush()
            unsent = unsent[size:]

    def _is_gone(self, stream: ServerStream) -> bool:
        return self._is_closed or stream.is_reset

    def _window(self, stream: ServerStream) -> int:
        return max(self._connection.local_flow_control_window(stream.id), 0)

    def _reset(self, stream: ServerStream, code: h2.errors.ErrorCodes) -> None:
        with suppress(OSError, h2.exceptions.ProtocolError), self._changed:
            self._connection.reset_stream(stream.id, code)
            self._flush()

    def _acknowledge(self, stream_id: int, size: int) -> None:
        with suppress(h2.exceptions.ProtocolError):  # the stream may have ended
            self._connection.acknowledge_received_data(size, stream_id)
        self._flush()

    def _flush(self) -> None:
        unsent = memoryview(self._connection.data_to_send())
        deadline = self._clock() + TIMEOUT
        while unsent:
            try:
                unsent = unsent[self._socket.send(unsent) :]
            except _WAITS:
                if self._clock() > deadline:
                    raise ConnectionAbortedError from None
                is_ready(self._socket, write=True, timeout=_SLICE)

    def _abort(self) -> None:
        """Wake the threads of the streams: the connection is closed."""
        with self._changed:
            self._is_closed = True
            for stream in self._streams.values():
                stream.is_reset = True
            self._changed.notify_all()


def _connection() -> h2.connection.H2Connection:
    config = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
    connection = h2.connection.H2Connection(config)
    codes = h2.settings.SettingCodes
    connection.local_settings = h2.settings.Settings(
        client=False,
        initial_values={
            codes.INITIAL_WINDOW_SIZE: WINDOW,
            codes.MAX_CONCURRENT_STREAMS: MAX_STREAMS,
            codes.MAX_HEADER_LIST_SIZE: MAX_HEAD,
        },
    )
    connection.initiate_connection()
    connection.increment_flow_control_window(WINDOW * MAX_STREAMS)
    return connection


def _request(event: h2.events.RequestReceived, url: Url) -> Request:
    """The head as a request; clients sign :authority or Host, which have the same value."""
    fields = [(_text(name), _text(value)) for name, value in event.headers or ()]
    pseudo = {name: value for name, value in fields if name.startswith(":")}
    authority = pseudo.get(":authority") or dict(fields).get("host", "")
    headers = tuple(field for field in fields if field[0] != "host" and field[0][:1] != ":")
    added = (("Host", authority), (":authority", authority))
    target = url._replace(target=pseudo.get(":path", ""))
    return Request(pseudo.get(":method", ""), target, (*added, *headers), _BODY)


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")
