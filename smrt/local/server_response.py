"""The response of a local server, and what makes it."""

from collections.abc import Iterator
from functools import lru_cache
from http import HTTPStatus
from time import gmtime, strftime
from typing import NamedTuple, Protocol, runtime_checkable

from smrt.protocol.messages import Headers, Request


class ServerResponse(NamedTuple):
    """A response; a body that is still being generated is an iterator."""

    status: int
    headers: Headers
    body: bytes | Iterator[bytes]


class Handler(Protocol):
    """Responds to requests, several at once; what it raises is a bug, and a 500."""

    def rejection(self, head: Request) -> ServerResponse | None:
        """The response to a request whose body is not to be read; None to read it."""

    def respond(self, request: Request) -> ServerResponse:
        """The response to a complete request, which may not have been passed to `rejection`."""


@runtime_checkable
class StreamHandler(Protocol):
    """Responds to requests whose body and response flow at the same time."""

    def open_stream(self, head: Request, chunks: Iterator[bytes]) -> ServerResponse:
        """The response to a request with this head; its body may consume `chunks`, the input."""


def text_response(status: int, message: str) -> ServerResponse:
    """A response of one line, such as an error."""
    return ServerResponse(status, (("Content-Type", "text/plain"),), f"{message}\n".encode())


INTERNAL_ERROR = text_response(HTTPStatus.INTERNAL_SERVER_ERROR, "the server failed")


def date_header(now: float) -> tuple[str, str]:
    """The Date header at `now`."""
    return "Date", _date(int(now))


@lru_cache(maxsize=8)
def _date(now: int) -> str:
    return strftime("%a, %d %b %Y %H:%M:%S GMT", gmtime(now))
