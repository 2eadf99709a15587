"""The names that a running `smrt local` serves."""

import json
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException

from smrt.local.endpoint_list import PATH
from smrt.local.loopback import is_loopback
from smrt.protocol.urls import parse_url

_MAX_BYTES = 1 << 20


def local_names(endpoint_url: str | None, timeout: float) -> list[str] | None:
    """The names that the server at `endpoint_url` serves; None if it is no `smrt local`."""
    url = parse_url(endpoint_url) if endpoint_url else None
    if url is None or url.scheme != "http" or not is_loopback(url.host):
        return None
    connection = HTTPConnection(url.host, url.port, timeout=timeout)
    with closing(connection), suppress(OSError, HTTPException, ValueError, LookupError, TypeError):
        connection.request("GET", PATH)
        response = connection.getresponse()
        if response.status == 200:  # noqa: PLR2004 - OK
            return [str(name) for name in json.loads(response.read(_MAX_BYTES))["EndpointNames"]]
    return None
