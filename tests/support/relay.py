"""An HTTP proxy on loopback: it forwards requests, and opens tunnels for CONNECT."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from tests.support.scripted_endpoint import stop_accepting


class Relay:
    """A proxy on a free port; `heads` are the heads of the requests that it received.

    `refusal`, if set, is its response to every request; `wrap` adds TLS.
    """

    def __init__(self, *, wrap: Callable[[socket.socket], socket.socket] | None = None) -> None:
        self.heads: list[str] = []
        self.refusal = b""
        self._wrap = wrap
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        stop_accepting(self._listener, self._thread)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                threading.Thread(target=self._serve_connection, args=(sock,), daemon=True).start()

    def _serve_connection(self, plain: socket.socket) -> None:
        with suppress(OSError), self._wrap(plain) if self._wrap else plain as sock:
            received = b""
            while b"\r\n\r\n" not in received:
                data = sock.recv(65536)
                if not data:
                    return
                received += data
            head, _, rest = received.partition(b"\r\n\r\n")
            self.heads.append(head.decode())
            if self.refusal:
                sock.sendall(self.refusal)
                return
            self._forward(sock, head.decode(), rest)

    def _forward(self, sock: socket.socket, head: str, rest: bytes) -> None:
        method, target, _ = head.partition("\r\n")[0].split(" ")
        authority = target if method == "CONNECT" else target.split("/")[2]
        host, _, port = authority.rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port))) as upstream:
            if method == "CONNECT":
                sock.sendall(b"HTTP/1.1 200 Connection established\r\nVia: relay\r\n\r\n")
            else:
                lines = [line for line in head.split("\r\n") if not line.startswith("Proxy-")]
                lines[0] = f"{method} /{target.split('/', 3)[3]} HTTP/1.1"
                upstream.sendall("\r\n".join([*lines, "", ""]).encode() + rest)
            responses = threading.Thread(target=pump, args=(upstream, sock), daemon=True)
            responses.start()
            pump(sock, upstream)
            responses.join()


def pump(source: socket.socket, target: socket.socket) -> None:
    """Copy bytes until the end of the stream."""
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
