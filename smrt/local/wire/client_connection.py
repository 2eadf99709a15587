"""A client's connection: receives its requests one after the other, and sends the responses.

A request is authorized by its head before its body is read. A connection whose client may still be
sending is read until the client closes it, so that the client sees the response and not a reset.
"""

import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from http import HTTPStatus
from math import inf
from traceback import print_exception
from typing import TYPE_CHECKING, TypeVar

from smrt.local.server_response import (
    INTERNAL_ERROR,
    Handler,
    ServerResponse,
    StreamHandler,
    text_response,
)
from smrt.protocol.messages import Request, Url

from .incoming_request import IncomingRequest, RequestError
from .request_parser import RequestParser
from .response_writer import encoded, keeps_alive

if TYPE_CHECKING:
    from ssl import SSLContext

TIMEOUT = 60.0
"""Seconds for a request to start, for its head, and for each read and write after that."""
LINGER = 30.0
"""Seconds for the client to close the connection."""
_READ_SIZE = 1 << 16
_WRITE_SIZE = 1 << 18
_HTTP2 = b"PRI"
"""The first bytes of a client that speaks HTTP/2; no method of HTTP/1.1 begins like that."""
_TLS = b"\x16"
"""The first byte of a TLS handshake."""
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

T = TypeVar("T")


class ClientConnection:
    """An accepted connection to the server at `url`; `clock` returns seconds.

    With `tls`, the client may begin with a TLS handshake. The server calls `expire` at the time
    `expires_at`. Since `idle_since` there is no request.
    """

    def __init__(
        self,
        sock: socket.socket,
        url: Url,
        handler: Handler,
        clock: Callable[[], float],
        tls: "SSLContext | None" = None,
    ) -> None:
        self._socket = sock
        self._tls = tls
        self._url = url
        self._handler = handler
        self._clock = clock
        self._parser = RequestParser()
        self._is_sending = self._is_cut = False
        self.idle_since = self.expires_at = inf

    def serve(self) -> None:
        """Serve requests until either side closes the connection."""
        with suppress(OSError):
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._start_waiting()
            start = self._start()
            if start.startswith(_HTTP2) and isinstance(self._handler, StreamHandler):
                self._serve_http2(start, self._handler)
                return
            self._parser.receive(start)
            try:
                while (message := self._head()) and self._serve_message(message):
                    self._start_waiting()
            except RequestError as exc:
                self._send(text_response(exc.status, exc.message), IncomingRequest())
            self._linger()

    def expire(self) -> None:
        """End the current wait for the client."""
        if self._is_sending:
            self._shutdown(socket.SHUT_RDWR)
        self.stop()

    def stop(self) -> None:
        """Receive nothing more; a response is still sent."""
        self._is_cut = True
        self._shutdown(socket.SHUT_RD)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _start_waiting(self) -> None:
        """Note that the connection is idle."""
        self.idle_since = self._clock()
        self.expires_at = self.idle_since + TIMEOUT

    def _start(self) -> bytes:
        """The first bytes, as many as tell HTTP/1.1 from HTTP/2."""
        if self._tls is not None and self._socket.recv(1, socket.MSG_PEEK) == _TLS:
            secured = self._tls.wrap_socket(
                self._socket, server_side=True, do_handshake_on_connect=False
            )
            self._socket = secured  # `expire` can end the handshake, too
            secured.do_handshake()
        start = b""
        while len(start) < len(_HTTP2) and _HTTP2.startswith(start):
            data = self._socket.recv(_READ_SIZE)
            if not data or self._is_cut:
                break
            start += data
        return start

    def _serve_http2(self, start: bytes, handler: StreamHandler) -> None:
        from smrt.local.streams.http2_connection import Http2Connection

        self.idle_since = self.expires_at = inf
        Http2Connection(self._socket, self._url, handler).serve(start, lambda: self._is_cut)

    def _serve_message(self, message: IncomingRequest) -> bool:
        """Respond to `message`; return whether another one may follow."""
        try:
            response = self._rejection(message)
            if response is None:
                response = self._handled(self._handler.respond, message)
            return self._send(response, message)
        finally:
            message.body.close()
            self._parser.remove_message()

    def _rejection(self, message: IncomingRequest) -> ServerResponse | None:
        """Receive the rest of the body, or return the response to a request that is rejected."""
        if message.is_complete:
            return None
        rejection = self._handled(self._handler.rejection, message)
        if rejection is None:
            if message.expects_continue:
                self._write(_CONTINUE)
            self._receive_body(message)
        return rejection

    def _handled(
        self, function: Callable[[Request], T], message: IncomingRequest
    ) -> T | ServerResponse:
        try:
            return function(message.request(self._url))
        except BaseException as exc:  # noqa: BLE001 - a handler may run anybody's code
            print_exception(exc)
            return INTERNAL_ERROR

    def _head(self) -> IncomingRequest | None:
        """The next message, as soon as its head is complete; None if there is none."""
        while (message := self._parser.message()) is None:
            if self.idle_since < inf and not self._parser.is_idle:
                self.idle_since = inf
                self.expires_at = self._clock() + TIMEOUT
            if not self._receive():
                return None
        self.idle_since = self.expires_at = inf
        return message

    def _receive_body(self, message: IncomingRequest) -> None:
        while not message.is_complete:
            if self._parser.advance():
                continue
            self.expires_at = self._clock() + TIMEOUT
            if not self._receive():
                raise ConnectionAbortedError
        self.expires_at = inf

    def _receive(self) -> bool:
        """Wait for data; return whether there is any. Raises RequestError after a timeout."""
        data = self._socket.recv(_READ_SIZE)
        if self._is_cut and not self._parser.is_idle:
            raise RequestError(HTTPStatus.REQUEST_TIMEOUT, "the request takes too long")
        self._parser.receive(data)
        return bool(data) and not self._is_cut

    def _send(self, response: ServerResponse, message: IncomingRequest) -> bool:
        """Send `response` to `message`; return whether the connection stays open."""
        body = response.body
        try:
            for data in _generated(encoded(response, message)):
                self._write(data)
        finally:
            if isinstance(body, Generator):  # the client may have disconnected
                body.close()
        return keeps_alive(response, message)

    def _write(self, data: bytes) -> None:
        unsent = memoryview(data)
        self._is_sending = True
        while unsent:
            self.expires_at = self._clock() + TIMEOUT
            unsent = unsent[self._socket.send(unsent[:_WRITE_SIZE]) :]
        self.expires_at = inf
        self._is_sending = False

    def _linger(self) -> None:
        """Close the sending side, and wait until the client closes its own."""
        self._socket.shutdown(socket.SHUT_WR)
        self.idle_since = self._clock()
        self.expires_at = self.idle_since + LINGER
        while self._socket.recv(_READ_SIZE) and not self._is_cut:
            pass

    def _shutdown(self, how: int) -> None:
        with suppress(OSError):
            self._socket.shutdown(how)


def _generated(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """`chunks`; if one cannot be generated, the connection has to be closed."""
    try:
        yield from chunks
    except GeneratorExit:  # the client has closed it
        raise
    except BaseException as exc:
        print_exception(exc)
        raise ConnectionAbortedError from exc
