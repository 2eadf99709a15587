"""Translates exceptions of sockets, TLS and HTTP to smrt's errors, by the phase of the call.

Exceptions are matched by class name, so that ssl need not be imported.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from smrt.errors import TransportError
from smrt.named_tuple import NamedTuple

from .connection import BodyChangedError
from .response_parser import ResponseError


class Failure(NamedTuple):
    """An error: botocore's code for it, botocore's message, and a hint."""

    code: str
    message: str
    hint: str = ""


_REFUSED = Failure("EndpointConnectionError", 'Could not connect to the endpoint URL: "{url}"')
_CLOSED = Failure(
    "ConnectionClosedError",
    'Connection was closed before we received a valid response from endpoint URL: "{url}".',
)
_BROKEN = Failure(
    "ResponseStreamingError", "An error occurred while reading from response stream: {reason}"
)
_TLS = Failure("SSLError", "SSL validation failed for {url} {reason}")
_CHANGED = Failure(
    "BodyChangedError",
    "the body changed while it was being sent",
    "send a copy that does not change, or - for standard input",
)
_PROXY = Failure("ProxyConnectionError", 'Failed to connect to proxy URL: "{url}"')

CONNECTING: dict[str, Failure] = {
    "TimeoutError": Failure(
        "ConnectTimeoutError",
        'Connect timeout on endpoint URL: "{url}"',
        "set a longer --cli-connect-timeout",
    ),
    "gaierror": _REFUSED._replace(hint="cannot resolve the host name: {reason}"),
    "SSLError": _TLS,
    "OSError": _REFUSED._replace(hint="{reason}"),
}
PROXYING: dict[str, Failure] = {
    "TimeoutError": _PROXY._replace(hint="no response; set a longer --cli-connect-timeout"),
    "gaierror": _PROXY._replace(hint="cannot resolve the host name: {reason}"),
    "ResponseError": _PROXY._replace(hint="the response is not that of a proxy: {reason}"),
    "OSError": _PROXY._replace(hint="{reason}"),
}
_READ_TIMEOUT = Failure(
    "ReadTimeoutError",
    'Read timeout on endpoint URL: "{url}"',
    "no data received for {timeout:g} s; set a longer --cli-read-timeout",
)
WAITING: dict[str, Failure] = {
    "HeadTimeoutError": _READ_TIMEOUT._replace(hint="{reason}"),
    "TimeoutError": _READ_TIMEOUT,
    "BodyChangedError": _CHANGED,
    "ResponseError": _CLOSED,
    "SSLError": _TLS,
    "OSError": _CLOSED,
}
READING: dict[str, Failure] = {
    "TimeoutError": _READ_TIMEOUT,
    "ResponseError": _BROKEN,
    "OSError": _BROKEN,
}


@contextmanager
def translated(table: dict[str, Failure], url: str, timeout: float = 0) -> Iterator[None]:
    """Raise the error in `table` for an exception; hints contain `timeout` (seconds)."""
    try:
        yield
    except (OSError, ResponseError, BodyChangedError) as exc:
        names = (kind.__name__ for kind in type(exc).__mro__)
        failure = next(table[name] for name in names if name in table)
        values = {"url": url, "reason": _reason(exc), "timeout": timeout}
        hints = [failure.hint.format(**values)] if failure.hint else []
        from smrt.protocol.certificates import certificate_hints

        hints += certificate_hints(_reason(exc))
        raise TransportError(failure.message.format(**values), *hints, code=failure.code) from exc


def _reason(exc: Exception) -> str:
    return (exc.strerror if isinstance(exc, OSError) else None) or str(exc)
