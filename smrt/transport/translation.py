"""What the exceptions of sockets, TLS and HTTP mean, by the phase in which they come.

They are known by the name of their nearest class: ssl's cannot be named otherwise without
importing it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import h11

from smrt.errors import TransportError


class Fault(NamedTuple):
    """What is told of a failure: botocore's name for it, its sentence, and what may help."""

    code: str
    message: str
    hint: str = ""


_REFUSED = Fault("EndpointConnectionError", 'Could not connect to the endpoint URL: "{url}"')
_CLOSED = Fault(
    "ConnectionClosedError",
    'Connection was closed before we received a valid response from endpoint URL: "{url}".',
)
_BROKEN = Fault(
    "ResponseStreamingError", "An error occurred while reading from response stream: {reason}"
)
_TLS = Fault("SSLError", "SSL validation failed for {url} {reason}")
_CHANGED = Fault(
    "BodyChangedError",
    "the body changed while it was being sent",
    "send a copy that nothing writes to, or - for standard input",
)
_PROXY = Fault("ProxyConnectionError", 'Failed to connect to proxy URL: "{url}"')

CONNECTING: dict[str, Fault] = {
    "TimeoutError": Fault(
        "ConnectTimeoutError",
        'Connect timeout on endpoint URL: "{url}"',
        "--cli-connect-timeout sets how long to wait",
    ),
    "gaierror": _REFUSED._replace(hint="the host name cannot be looked up: {reason}"),
    "SSLError": _TLS,
    "OSError": _REFUSED._replace(hint="{reason}"),
}
PROXYING: dict[str, Fault] = {
    "TimeoutError": _PROXY._replace(hint="no answer; --cli-connect-timeout sets how long to wait"),
    "gaierror": _PROXY._replace(hint="the host name cannot be looked up: {reason}"),
    "RemoteProtocolError": _PROXY._replace(hint="it does not answer as a proxy does: {reason}"),
    "OSError": _PROXY._replace(hint="{reason}"),
}
_READ_TIMEOUT = Fault(
    "ReadTimeoutError",
    'Read timeout on endpoint URL: "{url}"',
    "waited {timeout:g} s: --cli-read-timeout sets how long to wait for the model",
)
WAITING: dict[str, Fault] = {
    "TimeoutError": _READ_TIMEOUT,
    "LocalProtocolError": _CHANGED,
    "RemoteProtocolError": _CLOSED,
    "SSLError": _TLS,
    "OSError": _CLOSED,
}
READING: dict[str, Fault] = {
    "TimeoutError": _READ_TIMEOUT,
    "RemoteProtocolError": _BROKEN,
    "OSError": _BROKEN,
}


@contextmanager
def translated(table: dict[str, Fault], url: str, timeout: float = 0) -> Iterator[None]:
    """Raise what `table` has for an OSError or an error of h11; `timeout` in seconds is told."""
    try:
        yield
    except (OSError, h11.ProtocolError) as exc:
        names = (kind.__name__ for kind in type(exc).__mro__)
        fault = next(table[name] for name in names if name in table)
        facts = {"url": url, "reason": _reason(exc), "timeout": timeout}
        hints = (fault.hint.format(**facts),) if fault.hint else ()
        raise TransportError(fault.message.format(**facts), *hints, code=fault.code) from exc


def _reason(exc: Exception) -> str:
    return (exc.strerror if isinstance(exc, OSError) else None) or str(exc)
