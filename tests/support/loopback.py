"""Keeps this process from connecting to other hosts."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any


class LeftLoopback(BaseException):
    """A connection would leave this host."""


def guarded() -> Callable[[socket.socket, Any], None]:
    """`socket.socket.connect` that raises LeftLoopback for other hosts."""
    connect = socket.socket.connect

    def connect_to_loopback(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = address[0].decode() if isinstance(address[0], bytes) else address[0]
            if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
                raise LeftLoopback(f"a connection to {host} would leave this machine")
        connect(self, address)

    return connect_to_loopback
