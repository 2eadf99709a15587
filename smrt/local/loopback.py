"""What is on this host, and whether a request comes from a client here rather than a web page.

A browser lets any page send requests to 127.0.0.1. It adds Origin or Sec-Fetch-Site to them, and
where a page has its own host name resolve to 127.0.0.1 (DNS rebinding), Host holds that name.
"""

import re
from ipaddress import ip_address

from smrt.protocol.messages import Request
from smrt.protocol.responses import header

_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([0-9a-z._-]+))(?::([0-9]{1,5}))?", re.IGNORECASE)
_OWN_SITES = (None, "none", "same-origin")
"""Sec-Fetch-Site where no other page is behind a request: none is the address bar."""
_SUFFIX = ".localhost"
"""Names below localhost are loopback as well (RFC 6761, 6.3)."""


def is_loopback(host: str) -> bool:
    """Whether `host`, in lower case, is this host by its very name."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def objection(request: Request) -> str | None:
    """Why `request` is not taken: it is not sent to this host by name, or it is a web page's."""
    host = header(request.headers, "Host") or ""
    if not _is_ours(host, request.url.port):
        return f"smrt local is at {request.url.authority}, and not at {host!r}"
    site = header(request.headers, "Sec-Fetch-Site")
    if header(request.headers, "Origin") is not None or site not in _OWN_SITES:
        return "smrt local serves no web pages"
    return None


def subdomain(host: str) -> str:
    """What stands before `.localhost` in a Host header; "" for other hosts."""
    name, _ = _split(host)
    return name.removesuffix(_SUFFIX) if name.endswith(_SUFFIX) else ""


def _is_ours(host: str, port: int) -> bool:
    name, given = _split(host)
    return given == port and (is_loopback(name) or name.endswith(_SUFFIX))


def _split(host: str) -> tuple[str, int]:
    """Name and port; ("", 0) where it is no Host header's value."""
    match = _HOST.fullmatch(host)
    return ((match[1] or match[2]).lower(), int(match[3] or 80)) if match else ("", 0)
