"""What a client needs of its surroundings, as one value."""

import time
from collections.abc import Callable
from typing import NamedTuple

from smrt.protocol.messages import Settings, Trace
from smrt.transport.pool import HttpTransport, Transport


def _draw() -> float:
    from random import random  # only a second attempt needs it

    return random()  # noqa: S311 - jitter


def _warn(text: str) -> None:
    from warnings import warn

    warn(text, stacklevel=5)


class Dependencies(NamedTuple):
    """What a client needs of its surroundings; tests bring their own.

    `warn` says what a person should know though nothing fails; `trace`, where there is one, is
    told everything.
    """

    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[], float] = _draw
    transport: Callable[[Settings], Transport] = HttpTransport
    warn: Callable[[str], None] = _warn
    trace: Trace | None = None
