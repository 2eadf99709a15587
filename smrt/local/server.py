"""HTTP on loopback: one thread per connection, so that no call waits for another.

The threads are daemons: a handler that never returns does not keep the server from stopping.
"""

import hashlib
import os
import socket
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from itertools import chain
from threading import Thread
from time import sleep

import h11

from smrt.errors import ConfigurationError
from smrt.protocol.messages import Payload, Request, Url

from .server_response import ServerResponse

HOST = "127.0.0.1"
_BACKLOG = 512
_READ_SIZE = 1 << 18
_HEAD_SIZE = 1 << 16
_SLICE = 1.0
"""Seconds; Python sees a signal that arrives just before a wait only when the wait ends."""
_PAUSE = 0.05
"""Seconds before accepting again after a failure."""

Handler = Callable[[Request], ServerResponse]


class Server:
    """Listens on loopback at once; `serve` accepts connections.

    Raises ConfigurationError if it cannot listen on `port`; 0 is any free port.
    """

    def __init__(self, handler: Handler, port: int = 0) -> None:
        self._handler = handler
        self._closing = False
        try:
            self._listener = socket.create_server((HOST, port), backlog=_BACKLOG)
        except OSError as exc:
            raise ConfigurationError(
                f"cannot listen on {HOST}:{port}: {os.strerror(exc.errno or 0)}",
                "choose another port with --port; --port 0 selects a free one",
            ) from exc
        self._listener.settimeout(_SLICE)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"

    def serve(self) -> None:
        """Serve connections until `close` is called from another thread."""
        with self._listener:
            while True:
                try:
                    connection, _ = self._listener.accept()
                except TimeoutError:
                    continue
                except OSError:  # the client is gone, or too many open files: both pass
                    sleep(_PAUSE)
                    continue
                if self._closing:
                    connection.close()
                    return
                Thread(target=self._serve_connection, args=(connection,), daemon=True).start()

    def close(self) -> None:
        """Stop `serve`; running calls continue."""
        self._closing = True
        with suppress(OSError):  # the connection only wakes the thread that accepts
            socket.create_connection((HOST, self.port)).close()

    def _serve_connection(self, sock: socket.socket) -> None:
        """Serve all requests of one connection, until either side closes it."""
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_SIZE)
        with sock, suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                while request := self._receive(sock, connection):
                    _send(sock, connection, self._response(request))
                    if connection.our_state is not h11.DONE:
                        return
                    connection.start_next_cycle()
            except h11.RemoteProtocolError as exc:
                text = f"{exc}\n".encode()
                headers = (("Content-Type", "text/plain"), ("Connection", "close"))
                length = ("Content-Length", str(len(text)))
                response = ServerResponse(exc.error_status_hint, (*headers, length), text)
                _send(sock, connection, response)

    def _response(self, request: Request) -> ServerResponse:
        response = self._handler(request)
        return response._replace(body=b"") if request.method == "HEAD" else response

    def _receive(self, sock: socket.socket, connection: h11.Connection) -> Request | None:
        """The next request with its whole body; None if the client has disconnected."""
        head: h11.Request | None = None
        chunks: list[bytes] = []
        while True:
            event = _next_event(sock, connection)
            if isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                chunks.append(bytes(event.data))
            elif head and isinstance(event, h11.EndOfMessage):
                return self._request(head, b"".join(chunks))
            else:
                return None

    def _request(self, head: h11.Request, body: bytes) -> Request:
        target = head.target.decode("ascii")
        headers = tuple((name.decode("ascii"), _text(value)) for name, value in head.headers)
        payload = Payload(body, len(body), hashlib.sha256(body).hexdigest())
        url = Url("http", HOST, self.port, target)
        return Request(head.method.decode("ascii"), url, headers, payload)


@contextmanager
def serving(handler: Handler) -> Iterator[str]:
    """Serve in the background on a free port; yields the URL."""
    server = Server(handler)
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.close()
        thread.join()


def _next_event(sock: socket.socket, connection: h11.Connection) -> object:
    while True:
        event = connection.next_event()
        if event is not h11.NEED_DATA:
            return event
        if connection.they_are_waiting_for_100_continue:
            informational = h11.InformationalResponse(status_code=100, headers=[])
            sock.sendall(connection.send(informational) or b"")
        connection.receive_data(sock.recv(_READ_SIZE))


def _send(sock: socket.socket, connection: h11.Connection, response: ServerResponse) -> None:
    headers = [(name.encode("ascii"), value.encode()) for name, value in response.headers]
    reason = HTTPStatus(response.status).phrase.encode()
    head = h11.Response(status_code=response.status, headers=headers, reason=reason)
    body = response.body
    try:
        for event in chain((head,), map(_data, _chunks(body)), (h11.EndOfMessage(),)):
            for data in connection.send_with_data_passthrough(event) or ():
                sock.sendall(data)
    finally:
        if isinstance(body, Generator):  # the client may have disconnected
            body.close()


def _chunks(body: bytes | Iterator[bytes]) -> Iterable[bytes]:
    return (body,) if isinstance(body, bytes) else body


def _data(chunk: bytes) -> h11.Data:
    return h11.Data(data=chunk)


def _text(value: bytes) -> str:
    """A header's value: UTF-8, or else Latin-1, which some clients send."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
