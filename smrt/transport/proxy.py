"""Selects the proxy for a URL, and opens tunnels through it.

The rules are those of Python's urllib, which botocore uses:
https://docs.python.org/3/library/urllib.request.html#urllib.request.ProxyHandler
"""

import re
from base64 import b64encode
from collections.abc import Callable
from math import inf
from time import monotonic
from typing import NamedTuple

from smrt.errors import ConfigurationError, TransportError
from smrt.protocol.messages import Headers, Settings, Url, masked_repr
from smrt.protocol.redaction import redacted_url
from smrt.protocol.urls import parse_url

from .connection import HEAD_GRACE, Channel
from .response_parser import ResponseParser

BLOCK = 1 << 12
CODE = "ProxyConnectionError"
UNAUTHORIZED = 401
AUTHENTICATION_REQUIRED = 407
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


class Proxy(NamedTuple):
    """A proxy: its URL, its URL without secrets for messages, and its authorization headers.

    `variable` is the environment variable that sets it.
    """

    url: Url
    masked_url: str
    headers: Headers
    variable: str

    def __repr__(self) -> str:
        return masked_repr(self, "headers")


def choose(url: Url, settings: Settings) -> Proxy | None:
    """The proxy for requests to `url`, None without one.

    Raises ConfigurationError if the configured proxy URL is invalid.
    """
    text = settings.https_proxy if url.scheme == "https" else settings.http_proxy
    if not text or is_bypassed(url, settings.no_proxy):
        return None
    return parse_proxy(text, f"{url.scheme.upper()}_PROXY")


def is_bypassed(url: Url, no_proxy: str | None) -> bool:
    """Whether `no_proxy` (comma-separated suffixes of host names, or `*`) matches `url`."""
    if no_proxy == "*":
        return True
    bare = url.authority.removesuffix(f":{url.port}")
    names = (bare, f"{bare}:{url.port}")
    rules = [rule.strip().lstrip(".").lower() for rule in (no_proxy or "").split(",")]
    return any(f".{name}".endswith(f".{rule}") for rule in rules if rule for name in names)


def parse_proxy(text: str, variable: str = "HTTP_PROXY") -> Proxy:
    """Parse a proxy URL, which may omit http:// and may contain credentials."""
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "http", text.removeprefix("//")
    user, mark, host = rest.rpartition("@")
    masked_url = redacted_url(f"{scheme}://{rest}")
    try:
        url = parse_url(f"{scheme}://{host}")
    except ConfigurationError as exc:
        raise ConfigurationError(
            f"Invalid proxy URL: {masked_url}",
            f"{variable} takes http://[USER:PASSWORD@]HOST[:PORT], or https://",
        ) from exc
    headers = (("Proxy-Authorization", _basic(user)),) if mark else ()
    return Proxy(url, masked_url, headers, variable)


def tunnel(
    sock: Channel,
    url: Url,
    proxy: Proxy,
    timeout: float | None,
    clock: Callable[[], float] = monotonic,
) -> None:
    """Open a tunnel to the server of `url` through `proxy`, to which `sock` is connected.

    `timeout` is that of the socket: it limits each wait, and with HEAD_GRACE the whole response.
    Raises TransportError if the proxy rejects the request, OSError, and ResponseError.
    """
    target = f"{url.authority.removesuffix(f':{url.port}')}:{url.port}"
    headers = (("Host", target), *proxy.headers)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    sock.send(memoryview(f"CONNECT {target} HTTP/1.1\r\n{lines}\r\n".encode()))
    parser, due = ResponseParser(), inf if timeout is None else clock() + timeout + HEAD_GRACE
    while parser.head is None:
        if clock() >= due:
            raise TimeoutError
        parser.feed(sock.recv(BLOCK))
    if parser.head.status not in range(200, 300):
        raise rejection(proxy, parser.head.status, parser.head.reason)


def rejection(proxy: Proxy, status: int, reason: str = "") -> TransportError:
    """The error for a proxy that returned `status` instead of connecting."""
    hints = [f"the proxy returned {status} {reason}".rstrip()]
    if status in (UNAUTHORIZED, AUTHENTICATION_REQUIRED):
        which = "other credentials" if proxy.headers else "credentials"
        hints.append(f"set {which}: {proxy.variable}=http://USER:PASSWORD@HOST:PORT")
    return TransportError(
        f'Failed to connect to proxy URL: "{proxy.masked_url}"', *hints, code=CODE
    )


def is_rejection(proxy: Proxy, status: int) -> bool:
    """Whether a response to an http request is the proxy's rejection of its credentials.

    The service never returns 401; tinyproxy does for unknown credentials.
    """
    return status == AUTHENTICATION_REQUIRED or (status == UNAUTHORIZED and bool(proxy.headers))


def _basic(user: str) -> str:
    """Basic authorization (RFC 7617) for `user`, the percent-encoded userinfo of a URL."""
    name, _, password = user.partition(":")
    return f"Basic {b64encode(_unquoted(name) + b':' + _unquoted(password)).decode()}"


def _unquoted(text: str) -> bytes:
    return _ESCAPE.sub(
        lambda match: bytes.fromhex(match[1].decode()), text.encode("utf-8", "surrogateescape")
    )
