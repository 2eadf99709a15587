"""HTTP on loopback: one thread per connection, so that no call waits for another.

The threads are daemons: a handler that never returns does not keep the server from stopping.
"""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Condition, Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING

from smrt.errors import ConfigurationError
from smrt.protocol.messages import Url

from .server_response import Handler
from .wire.client_connection import ClientConnection

if TYPE_CHECKING:
    from ssl import SSLContext

HOST = "127.0.0.1"
MAX_CONNECTIONS = 256
"""Further clients wait in the backlog, or for a connection that is idle to be closed."""
IDLE = 1.0
"""Seconds after which an idle connection may be closed for another client."""
_BACKLOG = 512
_SLICE = 1.0
"""Seconds; Python sees a signal that arrives just before a wait only when the wait ends."""
_PAUSE = 0.05
"""Seconds before accepting again after a failure."""


class Server:
    """Listens on loopback at once; `serve` accepts connections. `clock` returns seconds.

    With `tls`, clients may use TLS on the same port.

    Raises ConfigurationError if it cannot listen on `port`; 0 is any free port.
    """

    def __init__(
        self,
        handler: Handler,
        port: int = 0,
        *,
        clock: Callable[[], float] = monotonic,
        max_connections: int = MAX_CONNECTIONS,
        tls: "SSLContext | None" = None,
    ) -> None:
        self._tls = tls
        self._handler = handler
        self._clock = clock
        self._max_connections = max_connections
        self._is_closing = False
        self._connections: set[ClientConnection] = set()
        self._changed = Condition()
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
            while not self._is_closing:
                sock = self._accepted()
                self._expire()
                if sock:
                    self._make_room()
                    self._start(sock)
        with self._changed:
            for each in self._connections:
                each.stop()

    def close(self) -> None:
        """Stop `serve`; running calls continue."""
        self._is_closing = True
        with suppress(OSError):  # the connection only wakes the thread that accepts
            socket.create_connection((HOST, self.port)).close()

    def _accepted(self) -> socket.socket | None:
        try:
            return self._listener.accept()[0]
        except TimeoutError:
            return None
        except OSError:  # the client is gone, or too many open files: both pass
            sleep(_PAUSE)
            return None

    def _start(self, sock: socket.socket) -> None:
        """Serve the connection `sock` in a thread of its own."""
        connection = ClientConnection(
            sock, Url("http", HOST, self.port, ""), self._handler, self._clock, self._tls
        )
        with self._changed:
            self._connections.add(connection)
        try:
            Thread(target=self._serve_connection, args=(connection,), daemon=True).start()
        except RuntimeError:  # no more threads: that passes
            self._close(connection)

    def _serve_connection(self, connection: ClientConnection) -> None:
        try:
            connection.serve()
        finally:
            self._close(connection)

    def _close(self, connection: ClientConnection) -> None:
        with self._changed:
            self._connections.remove(connection)
            connection.close()
            self._changed.notify()

    def _make_room(self) -> None:
        """Wait while there are too many connections; close the one that is idle for longest."""
        with self._changed:
            while len(self._connections) >= self._max_connections and not self._is_closing:
                oldest = min(self._connections, key=lambda each: each.idle_since)
                if self._clock() - oldest.idle_since > IDLE:
                    oldest.stop()
                self._changed.wait(_SLICE)
                self._expire()

    def _expire(self) -> None:
        """End waits that take too long. The lock keeps the sockets from being closed meanwhile."""
        now = self._clock()
        with self._changed:
            for each in self._connections:
                if each.expires_at <= now:
                    each.expire()


@contextmanager
def serving(
    handler: Handler,
    *,
    clock: Callable[[], float] = monotonic,
    max_connections: int = MAX_CONNECTIONS,
    tls: "SSLContext | None" = None,
) -> Iterator[str]:
    """Serve in the background on a free port; yields the URL."""
    server = Server(handler, clock=clock, max_connections=max_connections, tls=tls)
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.close()
        thread.join()
