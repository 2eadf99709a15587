"""Loopback hosts, and requests of web pages, which are rejected.

A browser lets any page send requests to 127.0.0.1, with the header Origin or Sec-Fetch-Site. If a
page lets its own host name resolve to 127.0.0.1 (DNS rebinding), the Host header has that name.
"""

import re
from functools import lru_cache
from ipaddress import ip_address

from smrt.protocol.messages import Request
from smrt.protocol.responses import header

_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([0-9a-z._-]+))(?::([0-9]{1,5}))?", re.IGNORECASE)
_ALLOWED_SITES = (None, "none", "same-origin")
"""Values of Sec-Fetch-Site for requests that no other page sends: none is the address bar."""
_SUFFIX = ".localhost"
"""Subdomains of localhost are loopback too (RFC 6761, 6.3)."""


def is_loopback(host: str) -> bool:
    """Whether `host`, in lower case, is localhost or a loopback IP address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def rejection_reason(request: Request) -> str | None:
    """Why `request` is rejected: its Host is not loopback, or a web page sent it; or None."""
    host = header(request.headers, "Host") or ""
    if not _is_ours(host, request.url.port):
        return f"smrt local listens on {request.url.authority}, not on {host!r}"
    site = header(request.headers, "Sec-Fetch-Site")
    if header(request.headers, "Origin") is not None or site not in _ALLOWED_SITES:
        return "smrt local rejects requests from web pages"
    return None


def subdomain(host: str) -> str:
    """The part of a Host header before `.localhost`; "" for other hosts."""
    name, _ = _split(host)
    return name.removesuffix(_SUFFIX) if name.endswith(_SUFFIX) else ""


@lru_cache(maxsize=64)
def _is_ours(host: str, port: int) -> bool:
    name, host_port = _split(host)
    return host_port == port and (is_loopback(name) or name.endswith(_SUFFIX))


def _split(host: str) -> tuple[str, int]:
    """Name and port; ("", 0) if `host` is not a valid Host header."""
    match = _HOST.fullmatch(host)
    return ((match[1] or match[2]).lower(), int(match[3] or 80)) if match else ("", 0)
