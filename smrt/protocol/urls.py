"""Parses and joins URLs, because importing urllib.parse takes longer than signing a request."""

import re

from smrt.errors import ConfigurationError

from .messages import Url

PORTS = {"http": 80, "https": 443}
UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
IN_PATHS = UNRESERVED | {ord("/")}
"""Bytes that are not percent-encoded: anywhere in a URL (RFC 3986), and in a path."""
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
    """Parse the endpoint URL `text`; raises ConfigurationError if it is invalid.

    Drops the user and password; encodes an international host name (IDNA).
    """
    match = _match(text)
    host = match and (_host(match["host"]) if match["host"] else _ipv6(match["ipv6"]))
    if match is None or not host:
        raise _invalid(text, "write an endpoint URL as https://HOST[:PORT][/PATH]")
    scheme = match["scheme"].lower()
    if scheme not in PORTS:
        raise ConfigurationError(
            f"Not supported URL scheme {scheme}: {masked_url(text)}", "use http:// or https://"
        )
    port = int(match["port"] or PORTS[scheme])
    if port > _MAX_PORT:
        raise _invalid(text, f"the highest port is {_MAX_PORT}")
    query = "?" + match["query"] if match["query"] else ""
    return Url(scheme, host.lower(), port, _escaped((match["path"] or "/") + query))


def without_userinfo(text: str) -> str:
    """Remove from a URL what is never sent: user, password, fragment, leading blanks."""
    match = _match(text)
    if match is None:
        return text
    url = match.string
    return (
        url if match["user"] is None else url[: match.start("user")] + url[match.end("user") + 1 :]
    )


def masked_url(text: str) -> str:
    """Mask the secrets in a URL; in an invalid one, everything before its last @."""
    from smrt.errors import redacted

    from .redaction import redacted_url

    return redacted(text) if _URL.fullmatch(text) else redacted_url(text)


def join(base: str, path: str) -> Url:
    """Append `path` to the path of `base`, whose query is preserved."""
    url = parse_url(base)
    folder, mark, query = url.target.partition("?")
    return url._replace(target=folder.removesuffix("/") + path + mark + query)


def percent_encoded(text: str, keep: frozenset[int] = UNRESERVED) -> str:
    """Percent-encode `text` as UTF-8, except for the bytes in `keep`."""
    return "".join(chr(b) if b in keep else f"%{b:02X}" for b in text.encode())


def _match(text: str) -> "re.Match[str] | None":
    """Match a URL; leading blanks and a fragment are dropped, as in AWS CLI."""
    return _URL.fullmatch(text) or _URL.fullmatch(re.sub(r"^[\0- ]+|#.*", "", text))


def _host(name: str) -> str:
    """The host name in ASCII, or "" if it is invalid."""
    if not name.isascii():
        try:
            name = name.encode("idna").decode()
        except UnicodeError:
            return ""
    labels = name.removesuffix(".").split(".")
    return name if len(name) <= _MAX_HOST and all(map(_LABEL.fullmatch, labels)) else ""


def _ipv6(literal: str) -> str:
    """The IPv6 address between the brackets, or "" if it is invalid."""
    from ipaddress import IPv6Address

    try:
        IPv6Address(literal)
    except ValueError:
        return ""
    return literal


def _invalid(text: str, hint: str) -> ConfigurationError:
    return ConfigurationError(f"Invalid endpoint: {masked_url(text)}", hint)


def _escaped(target: str) -> str:
    """Percent-encode characters that a request line cannot contain."""
    return re.sub(r"[^!-~]", lambda match: _percent(match[0]), target)


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogateescape"))
