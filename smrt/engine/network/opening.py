"""A connection that is being opened: TCP, then TLS, without blocking the loop."""

import os
import socket
from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING

from smrt.engine.event_loop import READ, WRITE, EventLoop

from .resolver import Address

if TYPE_CHECKING:
    from ssl import SSLContext, SSLSocket

Opened = Callable[["Opening", socket.socket | None, OSError | None], None]


class Opening:
    """Connects to the first address that accepts, and performs the handshake.

    `expires_at` is when the current step times out; each address has the whole time, and so has
    the handshake.
    """

    def __init__(
        self,
        loop: EventLoop,
        timeout: float,
        opened: Opened,
        context: "SSLContext | None" = None,
        host: str = "",
    ) -> None:
        self._loop, self._timeout, self._opened = loop, timeout or inf, opened
        self._context, self._host = context, host
        self._addresses: list[Address] = []
        self._socket: socket.socket | None = None
        self._failure = OSError("the host name has no IP address")
        self.started_at, self.expires_at = loop.now(), inf
        self._is_closed = False

    def connect(self, addresses: list[Address], failure: OSError | None = None) -> None:
        """Try the addresses in order; `failure` is that of their lookup."""
        if not self._is_closed:
            self._addresses = list(addresses)
            self._failure = failure or self._failure
            self._connect_next()

    def expire(self) -> None:
        """Give up the current step."""
        self._fail(TimeoutError())

    def close(self) -> None:
        """Stop; `opened` is not called any more."""
        self._is_closed = True
        self._drop()

    def _connect_next(self) -> None:
        while self._addresses:
            family, kind, protocol, _, address = self._addresses.pop(0)
            try:
                self._socket = sock = socket.socket(family, kind, protocol)
                sock.setblocking(False)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._loop.watch(sock, WRITE, self._connected)
                self.expires_at = self._loop.now() + self._timeout
                sock.connect(address)
            except BlockingIOError:
                return
            except OSError as exc:
                self._failure = exc
                self._drop()
            else:
                return  # the event follows
        self._finish(None, self._failure)

    def _connected(self, _: int) -> None:
        assert self._socket is not None
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._failure = OSError(code, os.strerror(code))
            self._drop()
            self._connect_next()
        elif self._context is None:
            self._finish(self._release(), None)
        else:
            self._secure(self._context)

    def _secure(self, context: "SSLContext") -> None:
        from smrt.transport.tls import wrap_nonblocking

        self._addresses.clear()  # another address would have the same certificate
        sock = self._release()
        assert sock is not None
        try:
            self._socket = secure = wrap_nonblocking(sock, self._host, context)
        except OSError as exc:  # pragma: no cover - the server has disconnected already
            sock.close()
            self._fail(exc)
            return
        self.expires_at = self._loop.now() + self._timeout
        self._loop.watch(secure, WRITE, lambda _: self._shake_hands(secure))
        self._shake_hands(secure)

    def _shake_hands(self, secure: "SSLSocket") -> None:
        try:
            secure.do_handshake()
        except OSError as exc:
            waits = {"SSLWantReadError": READ, "SSLWantWriteError": WRITE}.get(type(exc).__name__)
            if waits is None:
                self._fail(exc)
            else:
                self._loop.change(secure, waits, lambda _: self._shake_hands(secure))
        else:
            self._finish(self._release(), None)

    def _fail(self, failure: OSError) -> None:
        self._failure = failure
        self._drop()
        self._connect_next()

    def _release(self) -> socket.socket | None:
        """Stop watching the socket, and return it."""
        sock, self._socket, self.expires_at = self._socket, None, inf
        if sock is not None:
            self._loop.forget(sock)
        return sock

    def _drop(self) -> None:
        sock = self._release()
        if sock is not None:
            sock.close()

    def _finish(self, sock: socket.socket | None, failure: OSError | None) -> None:
        self._is_closed = True
        self._opened(self, sock, failure)
