"""A loopback server that is never the bottleneck: it copies recorded replies, in the kernel.

A request costs it some 0.1 ms, 100 MB some tens; `make bench` prints both as it measured them.
"""

import re
import socket
import ssl
import sys
import threading
import time
from contextlib import suppress

from .replies import Reply, record

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CONTINUE = re.compile(rb"\r\nexpect: *100-continue", re.IGNORECASE)
BLOCK = 1 << 20


def main() -> None:
    """Serve plain HTTP, and TLS where a certificate is named, until standard input ends."""
    folder, *certificate = sys.argv[1:]
    replies = record(folder)
    contexts: list[ssl.SSLContext | None] = [None]
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        contexts.append(context)
    for each in contexts:
        listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=_accept, args=(listener, each, replies), daemon=True).start()
        print(listener.getsockname()[1], flush=True)
    sys.stdin.read()


def _accept(
    listener: socket.socket, context: ssl.SSLContext | None, replies: dict[str, Reply]
) -> None:
    while True:
        sock, _ = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_talk, args=(sock, context, replies), daemon=True).start()


def _talk(sock: socket.socket, context: ssl.SSLContext | None, replies: dict[str, Reply]) -> None:
    with suppress(OSError):
        if context is not None:
            sock = context.wrap_socket(sock, server_side=True)
        with sock:
            while target := _receive(sock):
                _send(sock, replies[target.split("/")[2]])


def _receive(sock: socket.socket) -> str:
    """The target of the next request, whose body has been read; empty when there is none."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = sock.recv(1 << 16)
        if not piece:
            return ""
        head += piece
    head, _, body = head.partition(b"\r\n\r\n")
    if _CONTINUE.search(head):
        sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    length = _LENGTH.search(head)
    rest = (int(length[1]) if length else 0) - len(body)
    buffer = bytearray(min(rest, BLOCK)) if rest > 0 else b""
    while rest > 0:
        got = sock.recv_into(buffer, min(rest, BLOCK))
        if not got:
            return ""
        rest -= got
    return head.split(b" ", 2)[1].decode()


def _send(sock: socket.socket, reply: Reply) -> None:
    with open(reply.path, "rb") as file:
        if reply.first:
            sock.sendfile(file, 0, reply.first)
            time.sleep(reply.pause)
        sock.sendfile(file, reply.first)


if __name__ == "__main__":
    main()
