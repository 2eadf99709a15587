"""A request to the container and its response, with their times."""

import socket
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from time import monotonic
from typing import NamedTuple

from smrt.protocol.messages import Headers, Url

_BLOCK = 1 << 16
_LINE = 200


class TimedResponse(NamedTuple):
    """A response: times are in seconds after the request was started.

    `chunk_times` has the time of each block of the body, and `first_line` is the message of an
    error.
    """

    status: int
    headers: Headers
    is_chunked: bool
    chunk_times: tuple[float, ...]
    size: int
    elapsed: float
    first_line: str


class ExchangeError(Exception):
    """There is no response, or an incomplete one; the text says how."""


def connect_time(url: Url, timeout: float) -> float:
    """The seconds until a connection is accepted. Raises ExchangeError."""
    started_at = monotonic()
    try:
        socket.create_connection((url.host, url.port), timeout).close()
    except OSError as exc:
        raise ExchangeError(_reason(exc, timeout)) from exc
    return monotonic() - started_at


def exchange(
    url: Url, method: str, *, body: bytes = b"", headers: Headers = (), timeout: float
) -> TimedResponse:
    """Send a request to `url`, and read the whole response. Raises ExchangeError."""
    connection = HTTPConnection(url.host, url.port, timeout=timeout)
    started_at = monotonic()
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # an error response may be there
            connection.request(method, url.target, body, dict(headers))
        return _read(connection.getresponse(), started_at, timeout)
    except (OSError, HTTPException) as exc:
        raise ExchangeError(_reason(exc, timeout)) from exc
    finally:
        connection.close()


def _read(response: HTTPResponse, started_at: float, timeout: float) -> TimedResponse:
    times, size, start = [], 0, b""
    while block := response.read1(_BLOCK):
        size, start = size + len(block), start or block
        times.append(monotonic() - started_at)
        if times[-1] > timeout:
            raise TimeoutError
    headers = tuple(response.getheaders())
    elapsed = monotonic() - started_at
    is_chunked = bool(getattr(response, "chunked", False))
    return TimedResponse(
        response.status, headers, is_chunked, tuple(times), size, elapsed, _first_line(start)
    )


def _first_line(start: bytes) -> str:
    """The first line with text, as far as it fits into one of a terminal."""
    lines = start.decode(errors="replace").strip().splitlines()
    return " ".join(lines[0].split())[:_LINE] if lines else ""


def _reason(exc: Exception, timeout: float) -> str:
    if isinstance(exc, TimeoutError):
        return f"no complete response within {timeout:g} s"
    text = getattr(exc, "strerror", None) or str(exc) or type(exc).__name__
    return text[:1].lower() + text[1:]
