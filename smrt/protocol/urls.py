"""Addresses taken apart and put together; urllib.parse would cost more than the signature."""

import re

from smrt.errors import ConfigurationError

from .messages import Url

PORTS = {"http": 80, "https": 443}
UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
IN_PATHS = UNRESERVED | {ord("/")}
"""Bytes that stand for themselves anywhere in a URL (RFC 3986), and those that do in a path."""
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
    r"(?:(?P<user>[^/?#@]*)@)?"
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|(?P<host>[^/?#@:\[\]\s]+))"
    r"(?::(?P<port>[0-9]{0,9}))?"
    r"(?P<path>/[^?#\s]*)?"
    r"(?:\?(?P<query>[^#\s]*))?"
)
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
_MAX_HOST = 255
_MAX_PORT = 65535


def parse_url(text: str) -> Url:
    """The address in `text`; ConfigurationError where there is none that can be called.

    A user and password in it are left out; a host name is given as DNS knows it.
    """
    found = _URL.fullmatch(text)
    host = found and (_host(found["host"]) if found["host"] else _ipv6(found["ipv6"]))
    if found is None or not host:
        raise _invalid(text, "an endpoint URL looks like https://HOST[:PORT][/PATH]")
    scheme = found["scheme"].lower()
    if scheme not in PORTS:
        raise ConfigurationError(
            f"Not supported URL scheme {scheme}: {shown(text)}", "use http:// or https://"
        )
    port = int(found["port"] or PORTS[scheme])
    if port > _MAX_PORT:
        raise _invalid(text, f"the highest port is {_MAX_PORT}")
    query = "?" + found["query"] if found["query"] else ""
    return Url(scheme, host.lower(), port, _escaped((found["path"] or "/") + query))


def without_userinfo(text: str) -> str:
    """The address without the user and password in it, which nobody is sent."""
    found = _URL.fullmatch(text)
    if found is None or found["user"] is None:
        return text
    return text[: found.start("user")] + text[found.end("user") + 1 :]


def shown(text: str) -> str:
    """The address without secrets; where it is none, all before its last @ may be one."""
    from smrt.errors import redacted

    from .redaction import redacted_url

    return redacted(text) if _URL.fullmatch(text) else redacted_url(text)


def join(base: str, path: str) -> Url:
    """The address of `path` below `base`, whose own path and query are kept."""
    url = parse_url(base)
    folder, mark, query = url.target.partition("?")
    return url._replace(target=folder.removesuffix("/") + path + mark + query)


def percent_encoded(text: str, keep: frozenset[int] = UNRESERVED) -> str:
    """`text` as UTF-8, percent-encoded but for the bytes in `keep`."""
    return "".join(chr(b) if b in keep else f"%{b:02X}" for b in text.encode())


def _host(name: str) -> str:
    """The host name in ASCII, or "" where it is none."""
    if not name.isascii():
        try:
            name = name.encode("idna").decode()
        except UnicodeError:
            return ""
    labels = name.removesuffix(".").split(".")
    return name if len(name) <= _MAX_HOST and all(map(_LABEL.fullmatch, labels)) else ""


def _ipv6(literal: str) -> str:
    """The address as it stands between brackets, or "" where it is none."""
    from ipaddress import IPv6Address

    try:
        IPv6Address(literal)
    except ValueError:
        return ""
    return literal


def _invalid(text: str, hint: str) -> ConfigurationError:
    return ConfigurationError(f"Invalid endpoint: {shown(text)}", hint)


def _escaped(target: str) -> str:
    """Characters that no request line can hold, percent-encoded."""
    return re.sub(r"[^!-~]", lambda found: _percent(found[0]), target)


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogateescape"))
