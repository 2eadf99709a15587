"""How a request reaches the network, and what is said when it does not."""

import socket
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import h11

from smrt.errors import TransportError
from smrt.protocol.messages import Headers, Request, Settings, Trace, Url

from .connection import Channel, Connection
from .streaming_body import StreamingBody
from .translation import CONNECTING, PROXYING, READING, WAITING, translated

if TYPE_CHECKING:
    from ssl import SSLContext

    from .proxy import Proxy

UNAUTHENTICATED = (401, 407)
"""Statuses that may be those of a proxy in between."""


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


class HttpTransport:
    """Connections to whatever is asked for; one that can be used again is kept until it is.

    Threads may share it, and so may forked processes, each of which opens its own connections.
    """

    def __init__(self, settings: Settings, trace: Trace | None = None) -> None:
        self._settings = settings
        self._trace = trace
        self._idle: deque[tuple[Url, Connection]] = deque()
        self._context: SSLContext | None = None

    def send(self, request: Request) -> Response:
        """Send `request` and return its answer; raises TransportError."""
        begun = perf_counter()
        connection = self._reuse(request.url) or self._open(request.url)
        try:
            head = self._exchange(connection, request)
            if head.status_code in UNAUTHENTICATED:
                self._blame_proxy(request.url, head)
        except BaseException:
            connection.close()
            raise
        pieces = self._pieces(connection, request.url, begun)
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

    def __del__(self) -> None:
        self.close()

    def _exchange(self, connection: Connection, request: Request) -> h11.Response:
        """The head of the response; where it cannot be had, the error knows the status, if any."""
        try:
            with (
                translated(WAITING, str(request.url), self._settings.read_timeout),
                self._timed("first byte"),
            ):
                return connection.exchange(request)
        except TransportError as exc:
            exc.status = connection.status
            raise

    def _pieces(
        self, connection: Connection, url: Url, begun: float
    ) -> Generator[bytes, None, None]:
        """The body after an empty first piece; then the connection is kept, or closed."""
        whole = False
        try:
            yield b""
            with translated(READING, str(url), self._settings.read_timeout):
                yield from connection.pieces()
            whole = connection.reset()
            self._tell_time("whole", begun)
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
            except IndexError:  # pragma: no cover - another thread was quicker
                return None
            if connection.is_inherited() or (place == wanted and connection.is_stale()):
                connection.close()
            elif place == wanted:
                return connection
            else:
                self._idle.append((place, connection))
        return None

    def _open(self, url: Url) -> Connection:
        """A new connection; what may be wrong with proxy or roots is found before any is made."""
        proxy, timeout = self._proxy(url), self._settings.read_timeout or None
        secure = url.scheme == "https"
        if secure:
            self._roots()
        sock = self._reach(url) if proxy is None else self._reach_by(proxy, url)
        if secure:
            with translated(CONNECTING, str(url)):
                sock = self._secured(sock, url.host)
        proxy_headers = None if proxy is None or secure else proxy.headers
        return Connection(sock, timeout, proxy_headers=proxy_headers)

    def _reach(self, url: Url) -> Channel:
        with translated(CONNECTING, str(url)):
            return self._connected(url)

    def _reach_by(self, proxy: "Proxy", url: Url) -> Channel:
        """A socket to the proxy, or through it where what is to be said is for the server alone."""
        from .proxy import tunnel

        with translated(PROXYING, proxy.shown):
            sock = self._connected(proxy.url)
            try:
                if proxy.url.scheme == "https":
                    sock = self._secured(sock, proxy.url.host)
                if url.scheme == "https":
                    tunnel(sock, url, proxy)
            except BaseException:
                sock.close()
                raise
            return sock

    def _connected(self, url: Url) -> Channel:
        """A socket to the first of the host's addresses that takes one."""
        with self._timed("name lookup"):
            # given text, the socket module would import the idna codec (2 ms)
            host = url.host.encode("ascii")
            found = socket.getaddrinfo(host, url.port, type=socket.SOCK_STREAM)
        with self._timed("connect"):
            sock = _first(found, self._settings.connect_timeout or None)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def _secured(self, sock: Channel, host: str) -> Channel:
        from . import tls

        with self._timed("TLS handshake"):
            return tls.wrap(sock, host, self._roots())

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        """Tell how long a step took, where somebody listens."""
        begun = perf_counter()
        try:
            yield
        finally:
            self._tell_time(what, begun)

    def _tell_time(self, what: str, begun: float) -> None:
        if self._trace is not None:
            self._trace(f"{what}: {(perf_counter() - begun) * 1000:.1f} ms")

    def _roots(self) -> "SSLContext":
        if self._context is None:
            from . import tls

            verify, ca_bundle = self._settings.verify, self._settings.ca_bundle
            self._context = tls.context(verify=verify, ca_bundle=ca_bundle)
        return self._context

    def _proxy(self, url: Url) -> "Proxy | None":
        if self._settings.http_proxy is None and self._settings.https_proxy is None:
            return None
        from . import proxy

        return proxy.choose(url, self._settings)

    def _blame_proxy(self, url: Url, head: h11.Response) -> None:
        """Raise TransportError where the answer can only be that of a proxy in between."""
        found = self._proxy(url)
        if found is not None and url.scheme == "http":
            from .proxy import is_refusal, refusal

            if is_refusal(found, head.status_code):
                raise refusal(found, head.status_code, head.reason.decode("latin-1"))


def _first(addresses: Sequence[tuple[Any, ...]], timeout: float | None) -> socket.socket:
    """A socket to the first address that takes one; the last one's failure if none does."""
    failure = OSError("the name has no address")
    for family, kind, protocol, _, address in addresses:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(timeout)
            sock.connect(address)
        except OSError as exc:
            sock.close()
            failure = exc
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure
