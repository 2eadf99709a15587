"""The response of a local server."""

from collections.abc import Iterator
from time import gmtime, strftime
from typing import NamedTuple

from smrt.protocol.messages import Headers


class ServerResponse(NamedTuple):
    """A response; a body that is still being generated is an iterator."""

    status: int
    headers: Headers
    body: bytes | Iterator[bytes]


def date_header(now: float) -> tuple[str, str]:
    """The Date header at `now`."""
    return "Date", strftime("%a, %d %b %Y %H:%M:%S GMT", gmtime(now))
