"""Loopback: keeps this process there, and reserves ports. It imports little, to start fast."""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class LeftLoopback(BaseException):
    """A connection would leave this host. It is no error that a program may handle."""


def guarded() -> Callable[[socket.socket, Any], None]:
    """`socket.socket.connect` that raises LeftLoopback for other hosts."""
    connect = socket.socket.connect

    def connect_to_loopback(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise LeftLoopback(f"a connection to {address[0]!r} would leave this machine")
        connect(self, address)

    return connect_to_loopback


def stay() -> None:
    """Let no connection leave this host, and look up no name of another one."""
    look_up = socket.getaddrinfo

    def look_up_loopback(host: Any, *rest: Any, **options: Any) -> Any:
        if host is not None and not _is_loopback(host):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(host, *rest, **options)

    socket.getaddrinfo = look_up_loopback
    socket.socket.connect = guarded()  # type: ignore[method-assign,assignment]


@contextmanager
def reserved_port() -> Iterator[int]:
    """A port of 127.0.0.1 that refuses connections, and that no other process is assigned.

    A server that asks for this port may listen on it, as servers reuse addresses.
    """
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


def _is_loopback(host: str | bytes) -> bool:
    name = host.decode("latin-1") if isinstance(host, bytes) else host
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
