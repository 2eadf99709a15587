"""The connections to one server: idle ones, and those that are being opened."""

from collections import deque
from collections.abc import Callable
from math import inf

from smrt.engine.event_loop import EventLoop
from smrt.engine.exchange import Exchange
from smrt.engine.request_encoder import Encode
from smrt.errors import SmrtError, TransportError
from smrt.transport.connection import Channel

from .connector import Connector
from .http_connection import HttpConnection
from .opening import Opening

RECENT = 0.01
"""Seconds; a connection that has been idle for longer is checked before it is used."""
SWEEP = 0.05
"""How much later than its timeout an exchange may end, as a ratio; at most LONGEST_SWEEP."""
LONGEST_SWEEP = 1.0


class Connections:
    """Sends exchanges over connections that are kept alive; the most recently used one first.

    `encode` returns the head of an exchange's request when it is about to be sent, or raises a
    SmrtError if it may not be; `ended` is called with each exchange when its response is complete,
    or has failed.
    """

    def __init__(
        self,
        loop: EventLoop,
        connector: Connector,
        encode: Encode,
        ended: Callable[[Exchange], None],
    ) -> None:
        self._loop, self._connector = loop, connector
        self._encode, self._ended = encode, ended
        self._idle: list[HttpConnection] = []
        self._open: set[HttpConnection] = set()
        self._openings: set[Opening] = set()
        self._fresh_only: deque[Exchange] = deque()
        self._waiting: deque[Exchange] = deque()
        self._is_sweeping = False
        timeouts = (connector.settings.read_timeout, connector.settings.connect_timeout)
        shortest = min((seconds for seconds in timeouts if seconds), default=inf)
        self._interval = min(shortest * SWEEP, LONGEST_SWEEP)

    def send(self, exchange: Exchange) -> None:
        """Send the request, as soon as there is a connection."""
        connection = None if exchange.is_fresh_only else self._reuse()
        if connection is not None:
            exchange.is_reused = True
            self._start(connection, exchange)
            return
        (self._fresh_only if exchange.is_fresh_only else self._waiting).append(exchange)
        self._open_for_waiting()

    def released(self, connection: HttpConnection, exchange: Exchange) -> None:
        """An exchange ended: its connection is idle, unless it is closed."""
        if exchange.error is None and exchange.status is not None:
            exchange.error = self._connector.check(exchange.status)
        if connection.is_closed:
            self._open.discard(connection)
        elif self._waiting:
            waiting = self._waiting.popleft()
            waiting.is_reused = True
            self._start(connection, waiting)
        else:
            self._idle.append(connection)
        self._ended(exchange)

    def lost(self, connection: HttpConnection) -> None:
        """The server closed an idle connection."""
        self._open.discard(connection)
        self._idle.remove(connection)

    def abort(self) -> list[Exchange]:
        """Close all connections; return the exchanges that have not ended."""
        unfinished = [*self._fresh_only, *self._waiting]
        self._fresh_only.clear()
        self._waiting.clear()
        for opening in self._openings:
            opening.close()
        self._openings.clear()
        unfinished += [each for conn in self._open if (each := conn.abort()) is not None]
        self._open.clear()
        self._idle.clear()
        return unfinished

    def _reuse(self) -> HttpConnection | None:
        while self._idle:
            connection = self._idle.pop()
            if self._loop.now() - connection.idle_since < RECENT or not connection.is_stale():
                return connection
            connection.close()
            self._open.discard(connection)
        return None

    def _start(self, connection: HttpConnection, exchange: Exchange) -> None:
        try:
            head = self._encode(exchange)
        except SmrtError as exc:
            exchange.error = exc
            self._idle.append(connection)
            self._ended(exchange)
            return
        connection.start(exchange, head)

    def _open_for_waiting(self) -> None:
        if len(self._openings) < len(self._waiting) + len(self._fresh_only):
            opening = self._connector.prepare(self._opened)
            self._openings.add(opening)
            self._connector.connect(opening)
            self._sweep_later()

    def _opened(
        self, opening: Opening, channel: Channel | None, error: TransportError | None
    ) -> None:
        """A connection is open, or failed to open: the exchange that has waited longest gets it."""
        if opening not in self._openings:  # aborted while a helper thread was at it
            if channel is not None:
                channel.close()
            return
        self._openings.remove(opening)
        queue = self._fresh_only or self._waiting
        exchange = queue.popleft() if queue else None
        if channel is not None:
            self._use(channel, exchange, self._loop.now() - opening.started_at)
        elif exchange is not None:
            exchange.error = error
            self._ended(exchange)

    def _use(self, channel: Channel, exchange: Exchange | None, seconds: float) -> None:
        """Start `exchange` on a new connection, which took some seconds to open."""
        connector = self._connector
        connection = HttpConnection(self._loop, channel, self, connector.url, connector.settings)
        self._open.add(connection)
        if exchange is None:
            self._idle.append(connection)
        else:
            exchange.connect_seconds = seconds
            self._start(connection, exchange)

    def _sweep_later(self) -> None:
        if not self._is_sweeping and self._interval < inf:
            self._is_sweeping = True
            self._loop.call_at(self._loop.now() + self._interval, self._sweep)

    def _sweep(self) -> None:
        """End what has timed out: cheaper than a timer for each exchange."""
        now = self._loop.now()
        expiring: list[HttpConnection | Opening] = [*self._open, *self._openings]
        for each in expiring:
            if each.expires_at <= now:
                each.expire()
        self._is_sweeping = False
        if self._open or self._openings:
            self._sweep_later()
