"""Opens a stream: over TLS if the server agrees to HTTP/2, without TLS only to this host."""

from collections.abc import Callable
from ipaddress import ip_address

from smrt.errors import ConfigurationError
from smrt.protocol.messages import Request, Url
from smrt.transport.connection import Channel

from .client_stream import ClientStream, NotHttp2Error


def opened(
    connect: Callable[[Url], Channel], request: Request, timeout: float | None
) -> ClientStream:
    """The stream of `request`, as soon as its response has a head; `timeout` in seconds.

    Raises ConfigurationError, OSError and ResponseError.
    """
    url = request.url
    if url.scheme != "https" and not _is_loopback(url.host):
        raise ConfigurationError(
            f"{url} is not https: HTTP/2 without TLS is only for endpoints on this host",
            "use an endpoint URL that starts with https://",
        )
    sock = connect(url)
    try:
        if url.scheme == "https":
            _check_protocol(sock, url)
        stream = ClientStream(sock, request)
        stream.open(timeout)
    except NotHttp2Error as exc:
        sock.close()
        raise _without_http2(url) from exc
    except BaseException:
        sock.close()
        raise
    return stream


def _check_protocol(sock: Channel, url: Url) -> None:
    """Raise ConfigurationError unless the TLS handshake agreed on HTTP/2 (ALPN)."""
    from smrt.transport.tls import HTTP2

    agreed = getattr(sock, "selected_alpn_protocol", lambda: None)()
    if agreed != HTTP2:
        raise _without_http2(
            url, "a proxy that decrypts TLS may not support HTTP/2: exempt the host with NO_PROXY"
        )


def _without_http2(url: Url, *hints: str) -> ConfigurationError:
    return ConfigurationError(
        f'The server does not offer HTTP/2: "{url}"',
        "bidirectional streams need HTTP/2: check the endpoint URL and its port, 8443 in AWS",
        *hints,
        code="HTTP2NotSupported",
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return host.endswith(".localhost")
