"""A loopback server that is never the bottleneck: it sends recorded responses with sendfile.

A request takes it some 0.1 ms, 100 MB some tens of ms; `make bench` measures and prints both.
"""

import re
import socket
import ssl
import sys
import threading
import time
from contextlib import suppress

from .responses import Response, record

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CONTINUE = re.compile(rb"\r\nexpect: *100-continue", re.IGNORECASE)
BLOCK = 1 << 20


def main() -> None:
    """Serve HTTP, and HTTPS if a certificate is given, until standard input ends."""
    folder, *certificate = sys.argv[1:]
    responses = record(folder)
    contexts: list[ssl.SSLContext | None] = [None]
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        contexts.append(context)
    for each in contexts:
        listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=_accept, args=(listener, each, responses), daemon=True).start()
        print(listener.getsockname()[1], flush=True)
    sys.stdin.read()


def _accept(
    listener: socket.socket, context: ssl.SSLContext | None, responses: dict[str, Response]
) -> None:
    while True:
        sock, _ = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(
            target=_serve_connection, args=(sock, context, responses), daemon=True
        ).start()


def _serve_connection(
    sock: socket.socket, context: ssl.SSLContext | None, responses: dict[str, Response]
) -> None:
    with suppress(OSError):
        if context is not None:
            sock = context.wrap_socket(sock, server_side=True)
        with sock:
            while target := _receive(sock):
                _send(sock, responses[target.split("/")[2]])


def _receive(sock: socket.socket) -> str:
    """Read the next request and return its target; "" at the end of the connection."""
    head = b""
    while b"\r\n\r\n" not in head:
        chunk = sock.recv(1 << 16)
        if not chunk:
            return ""
        head += chunk
    head, _, body = head.partition(b"\r\n\r\n")
    if _CONTINUE.search(head):
        sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    length = _LENGTH.search(head)
    remaining = (int(length[1]) if length else 0) - len(body)
    buffer = bytearray(min(remaining, BLOCK)) if remaining > 0 else b""
    while remaining > 0:
        received = sock.recv_into(buffer, min(remaining, BLOCK))
        if not received:
            return ""
        remaining -= received
    return head.split(b" ", 2)[1].decode()


def _send(sock: socket.socket, response: Response) -> None:
    with open(response.path, "rb") as file:
        if response.first:
            sock.sendfile(file, 0, response.first)
            time.sleep(response.pause)
        sock.sendfile(file, response.first)


if __name__ == "__main__":
    main()
