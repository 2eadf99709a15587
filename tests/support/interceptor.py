"""A proxy on loopback that inspects TLS: it presents certificates of its own."""

import socket
import ssl
import threading
from collections.abc import Mapping

from tests.support.relay import Relay, pump


class Interceptor(Relay):
    """A proxy that decrypts each tunnel with `context`, and forwards it to a port by host name."""

    def __init__(self, context: ssl.SSLContext, ports: Mapping[str, int]) -> None:
        self._context = context
        self._ports = ports
        super().__init__()

    @property
    def hosts(self) -> list[str]:
        """The hosts of the tunnels that were opened."""
        return [head.split(" ")[1].partition(":")[0] for head in self.heads]

    def _forward(self, sock: socket.socket, head: str, rest: bytes) -> None:  # noqa: ARG002 - the signature of a relay
        host = head.split(" ")[1].partition(":")[0]
        sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with (
            self._context.wrap_socket(sock, server_side=True) as inner,
            socket.create_connection(("127.0.0.1", self._ports[host])) as server,
        ):
            responses = threading.Thread(target=pump, args=(server, inner), daemon=True)
            responses.start()
            pump(inner, server)
            responses.join()
