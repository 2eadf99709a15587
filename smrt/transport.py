"""How a request reaches the network, and what is said when it does not."""

import socket
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol

import h11

from .body import StreamingBody
from .connection import Connection
from .errors import TransportError
from .message import Headers, Request, Settings, Url


class Response(NamedTuple):
    """An answer: its head, and a body that is still to be read."""

    status: int
    headers: Headers
    body: StreamingBody


class Transport(Protocol):
    """Something that takes a request and gives the head of its answer."""

    def send(self, request: Request) -> Response:
        """Send `request`; raises TransportError."""
        ...

    def close(self) -> None:
        """Let go of what is kept for the next request."""
        ...


class _Failure(NamedTuple):
    code: str
    message: str
    hint: str = ""


_REFUSED = _Failure("EndpointConnectionError", 'Could not connect to the endpoint URL: "{url}"')
_CLOSED = _Failure(
    "ConnectionClosedError",
    'Connection was closed before we received a valid response from endpoint URL: "{url}".',
)
_BROKEN = _Failure(
    "ResponseStreamingError", "An error occurred while reading from response stream: {reason}"
)
_TLS = _Failure("SSLError", "SSL validation failed for {url} {reason}")
_CHANGED = _Failure("BodyChangedError", "the body changed while it was being sent")

CONNECTING: dict[str, _Failure] = {
    "TimeoutError": _Failure(
        "ConnectTimeoutError",
        'Connect timeout on endpoint URL: "{url}"',
        "--cli-connect-timeout sets how long to wait",
    ),
    "gaierror": _REFUSED._replace(hint="the host name cannot be looked up: {reason}"),
    "SSLError": _TLS,
    "OSError": _REFUSED._replace(hint="{reason}"),
}
_READ_TIMEOUT = _Failure(
    "ReadTimeoutError",
    'Read timeout on endpoint URL: "{url}"',
    "waited {timeout:g} s: --cli-read-timeout sets how long to wait for the model",
)
WAITING: dict[str, _Failure] = {
    "TimeoutError": _READ_TIMEOUT,
    "LocalProtocolError": _CHANGED,
    "RemoteProtocolError": _CLOSED,
    "SSLError": _TLS,
    "OSError": _CLOSED,
}
READING: dict[str, _Failure] = {
    "TimeoutError": _READ_TIMEOUT,
    "RemoteProtocolError": _BROKEN,
    "OSError": _BROKEN,
}
"""What foreign exceptions mean, by phase, and by the name of their nearest class: ssl's cannot be
named otherwise without importing it."""


class HttpTransport:
    """Connections to whatever is asked for; one that can be used again is kept until it is."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._idle: deque[tuple[Url, Connection]] = deque()

    def send(self, request: Request) -> Response:
        """Send `request` and return its answer; raises TransportError."""
        url = str(request.url)
        with self._translated(CONNECTING, url):
            connection = self._reuse(request.url) or self._open(request.url)
        try:
            with self._translated(WAITING, url):
                head = connection.exchange(request)
        except BaseException:
            connection.close()
            raise
        pieces = self._pieces(connection, request.url)
        next(pieces)  # from here on closing the generator frees the connection
        headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in head.headers.raw_items()
        )
        return Response(head.status_code, headers, StreamingBody(pieces, pieces.close))

    def close(self) -> None:
        """Close the connections that are kept."""
        while self._idle:
            self._idle.pop()[1].close()

    def _pieces(self, connection: Connection, url: Url) -> Generator[bytes, None, None]:
        """The body after an empty first piece; then the connection is kept, or closed."""
        whole = False
        try:
            yield b""
            with self._translated(READING, str(url)):
                yield from connection.pieces()
            whole = connection.reset()
        finally:
            if whole:
                self._idle.append((url._replace(target=""), connection))
            else:
                connection.close()

    def _reuse(self, url: Url) -> Connection | None:
        wanted = url._replace(target="")
        for _ in range(len(self._idle)):
            try:
                place, connection = self._idle.popleft()
            except IndexError:  # another thread was quicker
                return None
            if place == wanted:
                if not connection.is_stale():
                    return connection
                connection.close()
            else:
                self._idle.append((place, connection))
        return None

    def _open(self, url: Url) -> Connection:
        sock: socket.socket = socket.create_connection(
            (_encoded(url.host), url.port),  # type: ignore[arg-type]  # bytes are taken as well
            self._settings.connect_timeout or None,
        )
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if url.scheme == "https":
            from . import tls

            context = tls.context(verify=self._settings.verify, ca_bundle=self._settings.ca_bundle)
            sock = tls.wrap(sock, url.host, context)
        return Connection(sock, self._settings.read_timeout or None)

    @contextmanager
    def _translated(self, table: dict[str, _Failure], url: str) -> Iterator[None]:
        try:
            yield
        except (OSError, h11.ProtocolError) as exc:
            names = (kind.__name__ for kind in type(exc).__mro__)
            failure = next(table[name] for name in names if name in table)
            facts = {"url": url, "reason": _reason(exc), "timeout": self._settings.read_timeout}
            hints = (failure.hint.format(**facts),) if failure.hint else ()
            raise TransportError(
                failure.message.format(**facts), *hints, code=failure.code
            ) from exc


def _encoded(host: str) -> bytes:
    """The name in bytes: given text, the socket module would import the idna codec (2 ms)."""
    return host.encode("ascii" if host.isascii() else "idna")


def _reason(exc: Exception) -> str:
    return (exc.strerror if isinstance(exc, OSError) else None) or str(exc)
