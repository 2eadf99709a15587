"""Sends requests over pooled connections, directly or through a proxy."""

import socket
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from smrt.errors import TransportError
from smrt.named_tuple import NamedTuple
from smrt.protocol.messages import Headers, Request, Settings, Trace, Url

from .connection import Channel, Connection
from .response_parser import ResponseHead
from .streaming_body import StreamingBody
from .translation import CONNECTING, PROXYING, READING, WAITING, translated

if TYPE_CHECKING:
    from ssl import SSLContext

    from .http2.client_stream import ClientStream
    from .proxy import Proxy

UNAUTHENTICATED = (401, 407)
"""Statuses that a proxy may have returned."""


class Response(NamedTuple):
    """A response: its head, and a body that is still unread."""

    status: int
    headers: Headers
    body: StreamingBody
    reason: str = ""


class Transport(Protocol):
    """Sends requests and returns responses."""

    def send(self, request: Request) -> Response:
        """Send `request`; raises TransportError."""
        ...

    def open_stream(self, request: Request) -> "ClientStream":
        """Open an HTTP/2 stream with the head of `request`; raises TransportError."""
        ...

    def close(self) -> None:
        """Release idle connections."""
        ...


class HttpTransport:
    """A pool of HTTP connections to any server; reuses idle ones.

    Threads and forked processes can share it; each process opens its own connections.
    """

    def __init__(self, settings: Settings, trace: Trace | None = None) -> None:
        self._settings = settings
        self._trace = trace
        self._idle: deque[tuple[Url, Connection]] = deque()
        self._context: SSLContext | None = None
        self._http2_context: SSLContext | None = None

    def send(self, request: Request) -> Response:
        """Send `request` and return its response; raises TransportError."""
        started_at = perf_counter()
        connection = self._reuse(request.url) or self._open(request.url)
        try:
            head = self._exchange(connection, request)
            if head.status in UNAUTHENTICATED:
                self._check_proxy_response(request.url, head)
        except BaseException:
            connection.close()
            raise
        chunks = self._chunks(connection, request.url, started_at)
        next(chunks)  # from now on, closing the generator releases the connection
        return Response(head.status, head.headers, StreamingBody(chunks, chunks.close), head.reason)

    def open_stream(self, request: Request) -> "ClientStream":
        """Send the head of `request` over a new connection, and wait for that of its response.

        Raises TransportError, and ConfigurationError for http:// to another host.
        """
        from .http2.negotiation import opened

        timeout = self._settings.read_timeout
        with translated(WAITING, str(request.url), timeout), self._timed("first byte"):
            return opened(self._channel, request, timeout or None)

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop()[1].close()

    def __del__(self) -> None:
        self.close()

    def _exchange(self, connection: Connection, request: Request) -> ResponseHead:
        """Return the head of the response; a TransportError has its status, if known."""
        try:
            with (
                translated(WAITING, str(request.url), self._settings.read_timeout),
                self._timed("first byte"),
            ):
                return connection.exchange(request)
        except TransportError as exc:
            exc.status = connection.status
            raise

    def _chunks(
        self, connection: Connection, url: Url, started_at: float
    ) -> Generator[bytes, None, None]:
        """Yield an empty chunk, then the body; finally pool the connection or close it."""
        reusable = False
        try:
            yield b""
            with translated(READING, str(url), self._settings.read_timeout):
                yield from connection.chunks()
            reusable = connection.reset()
            self._log_elapsed("whole", started_at)
        finally:
            if reusable:
                self._idle.append((url._replace(target=""), connection))
            else:
                connection.close()

    def _reuse(self, url: Url) -> Connection | None:
        server = url._replace(target="")
        for _ in range(len(self._idle)):
            try:
                idle_server, connection = self._idle.popleft()
            except IndexError:  # pragma: no cover - another thread took it
                return None
            if connection.is_inherited() or (idle_server == server and connection.is_stale()):
                connection.close()
            elif idle_server == server:
                return connection
            else:
                self._idle.append((idle_server, connection))
        return None

    def _open(self, url: Url) -> Connection:
        """Open a connection, after checking the configuration of proxy and CA bundle."""
        proxy, timeout = self._proxy(url), self._settings.read_timeout or None
        secure = url.scheme == "https"
        if secure:
            self._tls_context()
        sock = self._reach(url) if proxy is None else self._reach_through(proxy, url)
        if secure:
            with translated(CONNECTING, str(url)):
                sock = self._wrapped(sock, url.host)
        proxy_headers = None if proxy is None or secure else proxy.headers
        return Connection(sock, timeout, proxy_headers=proxy_headers)

    def _channel(self, url: Url) -> Channel:
        """A new connection for HTTP/2; through a proxy, it is a tunnel."""
        proxy = self._proxy(url)
        if url.scheme == "https":
            self._http2_tls_context()
        sock = self._reach(url) if proxy is None else self._reach_through(proxy, url, tunnels=True)
        if url.scheme != "https":
            return sock
        with translated(CONNECTING, str(url)), self._timed("TLS handshake"):
            from . import tls

            return tls.wrap(sock, url.host, self._http2_tls_context())

    def _reach(self, url: Url) -> Channel:
        with translated(CONNECTING, str(url)):
            return self._connected(url)

    def _reach_through(self, proxy: "Proxy", url: Url, *, tunnels: bool = False) -> Channel:
        """A socket to the proxy, or a tunnel through it: for https, and with `tunnels`."""
        from .proxy import tunnel

        with translated(PROXYING, proxy.masked_url):
            sock = self._connected(proxy.url)
            try:
                if proxy.url.scheme == "https":
                    sock = self._wrapped(sock, proxy.url.host)
                if tunnels or url.scheme == "https":
                    tunnel(sock, url, proxy, self._settings.connect_timeout or None)
            except BaseException:
                sock.close()
                raise
            return sock

    def _connected(self, url: Url) -> Channel:
        """A socket to the first of the host's addresses that accepts the connection."""
        with self._timed("name lookup"):
            # for str, the socket module would import the idna codec (2 ms)
            host = url.host.encode("ascii")
            addresses = socket.getaddrinfo(host, url.port, type=socket.SOCK_STREAM)
        with self._timed("connect"):
            sock = _connect_first(addresses, self._settings.connect_timeout or None)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def _wrapped(self, sock: Channel, host: str) -> Channel:
        from . import tls

        with self._timed("TLS handshake"):
            return tls.wrap(sock, host, self._tls_context())

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        """Log how long a step took, if a trace is set."""
        started_at = perf_counter()
        try:
            yield
        finally:
            self._log_elapsed(step, started_at)

    def _log_elapsed(self, step: str, started_at: float) -> None:
        if self._trace is not None:
            self._trace(f"{step}: {(perf_counter() - started_at) * 1000:.1f} ms")

    def _tls_context(self) -> "SSLContext":
        if self._context is None:
            from . import tls

            verify, ca_bundle = self._settings.verify, self._settings.ca_bundle
            self._context = tls.context(verify=verify, ca_bundle=ca_bundle)
        return self._context

    def _http2_tls_context(self) -> "SSLContext":
        if self._http2_context is None:
            from . import tls

            verify, ca_bundle = self._settings.verify, self._settings.ca_bundle
            self._http2_context = tls.context(
                verify=verify, ca_bundle=ca_bundle, protocol=tls.HTTP2
            )
        return self._http2_context

    def _proxy(self, url: Url) -> "Proxy | None":
        if self._settings.http_proxy is None and self._settings.https_proxy is None:
            return None
        from . import proxy

        return proxy.choose(url, self._settings)

    def _check_proxy_response(self, url: Url, head: ResponseHead) -> None:
        """Raise TransportError if the proxy, not the server, returned the response."""
        proxy = self._proxy(url)
        if proxy is not None and url.scheme == "http":
            from .proxy import is_rejection, rejection

            if is_rejection(proxy, head.status):
                raise rejection(proxy, head.status, head.reason)


def _connect_first(addresses: Sequence[tuple[Any, ...]], timeout: float | None) -> socket.socket:
    """Connect to the first address that accepts; raises the last one's error if none does."""
    failure = OSError("the host name has no IP address")
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
