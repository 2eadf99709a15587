"""What a server of the local endpoint sends back."""

from collections.abc import Iterator
from time import gmtime, strftime
from typing import NamedTuple

from smrt.protocol.messages import Headers


class ServerResponse(NamedTuple):
    """What goes back to the client; a body that is still being made is an iterator."""

    status: int
    headers: Headers
    body: bytes | Iterator[bytes]


def date_header(now: float) -> tuple[str, str]:
    """The Date header at `now`."""
    return "Date", strftime("%a, %d %b %Y %H:%M:%S GMT", gmtime(now))
