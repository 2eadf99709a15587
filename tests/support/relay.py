"""A real HTTP proxy on loopback: it passes requests on, and tunnels on CONNECT."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress


class Relay:
    """A proxy on a free port; `heads` are the requests that it was asked to pass on.

    `refusal` is what it answers instead, if set; `wrap` makes it speak TLS.
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
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                threading.Thread(target=self._talk, args=(sock,), daemon=True).start()

    def _talk(self, plain: socket.socket) -> None:
        with suppress(OSError), self._wrap(plain) if self._wrap else plain as sock:
            came = b""
            while b"\r\n\r\n" not in came:
                data = sock.recv(65536)
                if not data:
                    return
                came += data
            head, _, rest = came.partition(b"\r\n\r\n")
            self.heads.append(head.decode())
            if self.refusal:
                sock.sendall(self.refusal)
                return
            self._pass_on(sock, head.decode(), rest)

    def _pass_on(self, sock: socket.socket, head: str, rest: bytes) -> None:
        method, target, _ = head.partition("\r\n")[0].split(" ")
        place = target if method == "CONNECT" else target.split("/")[2]
        host, _, port = place.rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port))) as far:
            if method == "CONNECT":
                sock.sendall(b"HTTP/1.1 200 Connection established\r\nVia: relay\r\n\r\n")
            else:
                lines = [line for line in head.split("\r\n") if not line.startswith("Proxy-")]
                lines[0] = f"{method} /{target.split('/', 3)[3]} HTTP/1.1"
                far.sendall("\r\n".join([*lines, "", ""]).encode() + rest)
            back = threading.Thread(target=pump, args=(far, sock), daemon=True)
            back.start()
            pump(sock, far)
            back.join()


def pump(source: socket.socket, target: socket.socket) -> None:
    """Carry bytes until there are no more."""
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
