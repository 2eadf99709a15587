"""A client's clock, random numbers, transport and log, as one value."""

import time
from collections.abc import Callable

from smrt.named_tuple import NamedTuple
from smrt.protocol.messages import Settings, Trace
from smrt.transport.pool import HttpTransport, Transport


def _random() -> float:
    from random import random  # only a retry needs it

    return random()  # noqa: S311 - jitter


def _warn(text: str) -> None:
    from warnings import warn

    warn(text, stacklevel=6)


class Dependencies(NamedTuple):
    """A client's clock, random numbers, transport and log; tests pass their own.

    `warn` receives warnings, `trace` (if set) every line of the debug log.
    """

    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = _random
    transport: Callable[[Settings], Transport] = HttpTransport
    warn: Callable[[str], None] = _warn
    trace: Trace | None = None
