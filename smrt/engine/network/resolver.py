"""Looks up the addresses of a host in a helper thread, and caches them for a while."""

import socket
from collections.abc import Callable
from math import inf
from typing import Any

from smrt.engine.event_loop import Schedule
from smrt.engine.helper_threads import HelperThreads

SECONDS = 30.0
"""How long addresses are used before they are looked up again."""
Address = tuple[Any, ...]
"""A result of getaddrinfo."""
Resolved = Callable[[list[Address], OSError | None], None]


class Resolver:
    """The addresses of one host; each use begins with another one, to spread the load."""

    def __init__(self, host: str, port: int, schedule: Schedule, helpers: HelperThreads) -> None:
        self._host, self._port = host, port
        self._schedule, self._helpers = schedule, helpers
        self._addresses: list[Address] = []
        self._expires_at = -inf
        self._waiting: list[Resolved] = []

    def resolve(self, done: Resolved) -> None:
        """Call `done` with the addresses to try in order, or with the error of the lookup."""
        if self._schedule.now() < self._expires_at:
            done(self._rotated(), None)
            return
        self._waiting.append(done)
        if len(self._waiting) == 1:
            self._helpers.run(self._look_up, self._looked_up)

    def _look_up(self) -> list[Address]:
        # for str, the socket module would import the idna codec (2 ms)
        host = self._host.encode("ascii")
        return list(socket.getaddrinfo(host, self._port, type=socket.SOCK_STREAM))

    def _looked_up(self, addresses: list[Address] | None, failure: Exception | None) -> None:
        if addresses:
            self._addresses, self._expires_at = addresses, self._schedule.now() + SECONDS
        error = failure if isinstance(failure, OSError) else None
        waiting, self._waiting = self._waiting, []
        for done in waiting:
            done(self._rotated() if addresses else [], error)

    def _rotated(self) -> list[Address]:
        """The addresses, those of the preferred family rotated by one since the last use."""
        family = self._addresses[0][0]
        same = [address for address in self._addresses if address[0] == family]
        others = [address for address in self._addresses if address[0] != family]
        self._addresses = [*same[1:], same[0], *others]
        return self._addresses
