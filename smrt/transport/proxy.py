"""The proxy in between: which one, if any, and the tunnel through it.

The rules are those of Python's urllib, by which botocore goes:
https://docs.python.org/3/library/urllib.request.html#urllib.request.ProxyHandler
"""

import re
from base64 import b64encode
from typing import NamedTuple

import h11

from smrt.errors import ConfigurationError, TransportError
from smrt.protocol.messages import Headers, Settings, Url, veiled
from smrt.protocol.redaction import redacted_url
from smrt.protocol.urls import parse_url

from .connection import Channel

BLOCK = 1 << 12
CODE = "ProxyConnectionError"
UNAUTHORIZED = 401
AUTHENTICATION_REQUIRED = 407
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


class Proxy(NamedTuple):
    """Where it is, how it is called in messages (no secrets), and what tells it who asks.

    `variable` names the setting that it comes from.
    """

    url: Url
    shown: str
    headers: Headers
    variable: str

    def __repr__(self) -> str:
        return veiled(self, "headers")


def choose(url: Url, settings: Settings) -> Proxy | None:
    """The proxy on the way to `url`, None where there is none.

    Raises ConfigurationError where what is set is no address of a proxy.
    """
    text = settings.https_proxy if url.scheme == "https" else settings.http_proxy
    if not text or is_bypassed(url, settings.no_proxy):
        return None
    return parse_proxy(text, f"{url.scheme.upper()}_PROXY")


def is_bypassed(url: Url, no_proxy: str | None) -> bool:
    """Whether `no_proxy` (suffixes of host names, by commas, or `*`) says to go without a proxy."""
    if no_proxy == "*":
        return True
    bare = url.authority.removesuffix(f":{url.port}")
    names = (bare, f"{bare}:{url.port}")
    rules = [rule.strip().lstrip(".").lower() for rule in (no_proxy or "").split(",")]
    return any(f".{name}".endswith(f".{rule}") for rule in rules if rule for name in names)


def parse_proxy(text: str, variable: str = "HTTP_PROXY") -> Proxy:
    """The proxy at the address `text`, which may leave out http:// and may hold credentials."""
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "http", text.removeprefix("//")
    user, mark, place = rest.rpartition("@")
    shown = redacted_url(f"{scheme}://{rest}")
    try:
        url = parse_url(f"{scheme}://{place}")
    except ConfigurationError as exc:
        raise ConfigurationError(
            f"Invalid proxy URL: {shown}",
            f"{variable} takes http://[USER:PASSWORD@]HOST[:PORT], or https://",
        ) from exc
    headers = (("Proxy-Authorization", _basic(user)),) if mark else ()
    return Proxy(url, shown, headers, variable)


def tunnel(sock: Channel, url: Url, proxy: Proxy) -> None:
    """Have `proxy`, at the other end of `sock`, connect it with the server of `url`.

    Raises TransportError where it refuses, OSError and h11.RemoteProtocolError as they come.
    """
    place = f"{url.authority.removesuffix(f':{url.port}')}:{url.port}"
    protocol = h11.Connection(h11.CLIENT)
    request = h11.Request(method="CONNECT", target=place, headers=[("Host", place), *proxy.headers])
    sock.send(
        memoryview((protocol.send(request) or b"") + (protocol.send(h11.EndOfMessage()) or b""))
    )
    while not isinstance(event := protocol.next_event(), h11.Response):
        if event is h11.NEED_DATA:
            protocol.receive_data(sock.recv(BLOCK))
    if event.status_code not in range(200, 300):
        raise refusal(proxy, event.status_code, event.reason.decode("latin-1"))


def refusal(proxy: Proxy, status: int, reason: str = "") -> TransportError:
    """What to say of a proxy that answers with `status` instead of doing as it is asked."""
    hints = [f"the proxy answered {status} {reason}".rstrip()]
    if status in (UNAUTHORIZED, AUTHENTICATION_REQUIRED):
        which = "other credentials" if proxy.headers else "credentials"
        hints.append(f"give it {which}: {proxy.variable}=http://USER:PASSWORD@HOST:PORT")
    return TransportError(f'Failed to connect to proxy URL: "{proxy.shown}"', *hints, code=CODE)


def is_refusal(proxy: Proxy, status: int) -> bool:
    """Whether an answer to a plain request is the proxy's own, about who asks.

    The service never answers 401; tinyproxy does, to credentials that it does not know.
    """
    return status == AUTHENTICATION_REQUIRED or (status == UNAUTHORIZED and bool(proxy.headers))


def _basic(user: str) -> str:
    """RFC 7617; what is percent-encoded in the address is not in the header."""
    name, _, password = user.partition(":")
    return f"Basic {b64encode(_plain(name) + b':' + _plain(password)).decode()}"


def _plain(text: str) -> bytes:
    return _ESCAPE.sub(
        lambda found: bytes.fromhex(found[1].decode()), text.encode("utf-8", "surrogateescape")
    )
