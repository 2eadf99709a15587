"""A scripted endpoint on loopback: it records requests and sends scripted responses."""

import io
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import IO, Any, NamedTuple

from tests.support.polling import LIMIT, until

Headers = Iterable[tuple[str, str | bytes]]
MODEL_HEADERS: tuple[tuple[str, str], ...] = (
    ("x-amzn-RequestId", "11111111-2222-3333-4444-555555555555"),
    ("Content-Type", "application/json"),
    ("x-Amzn-Invoked-Production-Variant", "AllTraffic"),
)


class Received(NamedTuple):
    """A received request: header names in lower case, values in UTF-8."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Responder = Callable[[socket.socket, Received], None]
"""A custom response, written to the socket of the connection."""


class Endpoint:
    """A server on 127.0.0.1, by default on a free port.

    Without a script it responds with a small JSON body.
    A custom `Responder` gets the socket after the request has been read. If `read_body` is false,
    it gets the socket after the head has been read, and the connection ends with the response.
    """

    def __init__(
        self,
        *,
        wrap: Callable[[socket.socket], socket.socket] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.requests: list[Received] = []
        self.script: list[Responder] = []
        self.read_body = True
        self._wrap = wrap
        self._host = f"[{host}]" if ":" in host else host
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family)
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self._busy: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http{'s' if self._wrap else ''}://{self._host}:{self.port}"

    def respond(
        self,
        status: int = 200,
        body: bytes = b'{"predictions":[1]}',
        headers: Headers = MODEL_HEADERS,
    ) -> None:
        """Add a response to the script."""
        self.script.append(lambda sock, _: sock.sendall(response(status, body, headers)))

    def respond_with(self, raw: Responder) -> None:
        """Add a custom response to the script."""
        self.script.append(raw)

    def close(self) -> None:
        """Stop listening. Fails if scripted responses are left.

        The request of a client that gave up may not have been read yet.
        """
        with suppress(AssertionError):
            until(lambda: not self.script, seconds=10)
        stop_accepting(self._listener, self._thread)
        assert not self.script, f"{len(self.script)} scripted responses were not requested"

    def settle(self) -> None:
        """Wait until all responses are complete, and connections that end with them are closed."""
        until(lambda: not self._busy)

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a reset drops unsent data
            self.connections += 1
            threading.Thread(target=self._serve_connection, args=(sock,), daemon=True).start()

    def _serve_connection(self, sock: socket.socket) -> None:
        with suppress(OSError), self._wrap(sock) if self._wrap else sock as wrapped:
            file = io.BufferedReader(_Incoming(wrapped))
            while received := self._receive(file):
                self._busy.add(sock)
                self.requests.append(received)
                self._respond(wrapped, received)
                if not self.read_body:
                    break
                self._busy.discard(sock)
        self._busy.discard(sock)

    def _respond(self, sock: socket.socket, received: Received) -> None:
        if self.script:
            self.script.pop(0)(sock, received)
        else:
            sock.sendall(response())

    def _receive(self, file: IO[bytes]) -> Received | None:
        """The next request; None at the end, or for another protocol, such as HTTP/2."""
        words = file.readline().decode("latin-1").split(" ")
        if len(words) != len(("method", "target", "version")) or words[0] == "PRI":
            return None
        method, target, _ = words
        headers = {}
        while (line := file.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode().rstrip("\r\n").partition(":")
            headers[name.lower()] = value.removeprefix(" ")
        length = int(headers.get("content-length", 0)) if self.read_body else 0
        body = file.read(length)
        return Received(method, target, headers, body) if len(body) == length else None


def stop_accepting(listener: socket.socket, thread: threading.Thread) -> None:
    """Close `listener` when `thread` accepts no more.

    Closed earlier, the thread could accept from the next socket that has its descriptor.
    """
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)  # wakes the thread
    thread.join(LIMIT)
    listener.close()


class _Incoming(io.RawIOBase):
    """A reader of a socket that lets the socket close at once, unlike `makefile`."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._sock.recv_into(buffer)


def hang(sock: socket.socket, received: Received) -> None:
    """Send nothing until the client disconnects."""
    while sock.recv(1 << 16):
        pass


def drop(sock: socket.socket, received: Received) -> None:
    """Close the connection."""
    raise ConnectionAbortedError


def reset(sock: socket.socket, received: Received) -> None:
    """Close the connection with RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise ConnectionAbortedError


def raw(data: bytes, then: Responder | None = None) -> Responder:
    """Send `data` unchanged, then run `then`."""

    def responder(sock: socket.socket, received: Received) -> None:
        sock.sendall(data)
        if then is not None:
            then(sock, received)

    return responder


def response(
    status: int = 200,
    body: bytes = b'{"predictions":[1]}',
    headers: Headers = MODEL_HEADERS,
    *,
    length: bool = True,
) -> bytes:
    """A complete response in bytes."""
    lines = [f"HTTP/1.1 {status} Reason".encode()]
    for name, value in headers:
        lines.append(
            name.encode() + b": " + (value if isinstance(value, bytes) else value.encode())
        )
    if length:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*lines, b"", body])


def error(status: int, code: str, message: str, **fields: object) -> bytes:
    """An error response of the service."""
    import json

    headers = (MODEL_HEADERS[0], MODEL_HEADERS[1], ("x-amzn-errortype", code))
    return response(status, json.dumps({"Message": message, **fields}).encode(), headers)
