"""Opens connections to one server, directly or through a proxy."""

import socket
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from smrt.engine.event_loop import EventLoop
from smrt.engine.helper_threads import HelperThreads
from smrt.errors import TransportError
from smrt.protocol.messages import Headers, Settings, Url
from smrt.transport.connection import Channel
from smrt.transport.translation import CONNECTING, PROXYING, Failure, translated

from .opening import Opening
from .resolver import Resolver

if TYPE_CHECKING:
    from ssl import SSLContext

    from smrt.transport.proxy import Proxy

Ready = Callable[[Opening, Channel | None, TransportError | None], None]


class Route(NamedTuple):
    """The way to a server: its URL, the settings, and the proxy and TLS context, if any."""

    url: Url
    settings: Settings
    proxy: "Proxy | None"
    context: "SSLContext | None"


def route(url: Url, settings: Settings) -> Route:
    """The way to the server of `url`.

    Raises ConfigurationError if the proxy or the CA bundle is configured incorrectly.
    """
    context = _context(settings) if url.scheme == "https" else None
    return Route(url._replace(target="/"), settings, _proxy(url, settings), context)


class Connector:
    """Opens connections to one server."""

    def __init__(self, way: Route, loop: EventLoop, helpers: HelperThreads) -> None:
        self.url, self.settings, self._proxy, self._context = way
        self._loop, self._helpers = loop, helpers
        first = self.url if self._proxy is None else self._proxy.url
        self._resolver = Resolver(first.host, first.port, loop, helpers)

    @property
    def proxy_headers(self) -> Headers | None:
        """The headers for a proxy that forwards requests; None without such a proxy."""
        return None if self._proxy is None or self._context is not None else self._proxy.headers

    def prepare(self, ready: Ready) -> Opening:
        """A connection to open; `ready` is called with it and the channel, or the error."""
        timeout = self.settings.connect_timeout
        if self._proxy is not None:
            return Opening(self._loop, timeout, partial(self._reached, ready, self._proxy))
        opened = partial(self._opened, ready)
        return Opening(self._loop, timeout, opened, self._context, self.url.host)

    def connect(self, opening: Opening) -> None:
        """Open the connection."""
        self._resolver.resolve(opening.connect)

    def check(self, status: int, reason: str = "") -> TransportError | None:
        """The error if a forwarding proxy, not the server, returned the response."""
        if self._proxy is None or self._context is not None:
            return None
        from smrt.transport.proxy import is_rejection, rejection

        return rejection(self._proxy, status, reason) if is_rejection(self._proxy, status) else None

    def _opened(
        self, ready: Ready, opening: Opening, sock: socket.socket | None, failure: OSError | None
    ) -> None:
        error = None if failure is None else _translated(CONNECTING, str(self.url), failure)
        ready(opening, sock, error)

    def _reached(
        self,
        ready: Ready,
        proxy: "Proxy",
        opening: Opening,
        sock: socket.socket | None,
        failure: OSError | None,
    ) -> None:
        """The proxy is connected: what follows is rare, and blocks a helper thread."""
        if sock is None:
            assert failure is not None
            ready(opening, None, _translated(PROXYING, proxy.masked_url, failure))
        elif self._context is None and proxy.url.scheme == "http":
            ready(opening, sock, None)
        else:
            self._helpers.run(
                lambda: self._tunneled(sock, proxy),
                lambda channel, error: ready(
                    opening, channel, error if isinstance(error, TransportError) else None
                ),
            )

    def _tunneled(self, sock: socket.socket, proxy: "Proxy") -> Channel:
        """TLS with the proxy, a tunnel through it, and TLS with the server: what of it applies."""
        from smrt.transport import tls
        from smrt.transport.proxy import tunnel

        channel: Channel = sock
        sock.settimeout(self.settings.connect_timeout or None)
        try:
            with translated(PROXYING, proxy.masked_url):
                if proxy.url.scheme == "https":
                    context = self._context or _context(self.settings)
                    channel = tls.wrap(sock, proxy.url.host, context)
                if self._context is not None:
                    tunnel(channel, self.url, proxy, sock.gettimeout())
            if self._context is not None:
                with translated(CONNECTING, str(self.url)):
                    channel = tls.wrap(channel, self.url.host, self._context)
        except BaseException:
            channel.close()
            raise
        return channel


def _translated(table: dict[str, Failure], url: str, failure: OSError) -> TransportError:
    try:
        with translated(table, url):
            raise failure
    except TransportError as exc:
        return exc


def _proxy(url: Url, settings: Settings) -> "Proxy | None":
    if settings.http_proxy is None and settings.https_proxy is None:
        return None
    from smrt.transport import proxy

    return proxy.choose(url, settings)


def _context(settings: Settings) -> "SSLContext":
    from smrt.transport import tls

    return tls.context(verify=settings.verify, ca_bundle=settings.ca_bundle)
