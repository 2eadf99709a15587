"""Notices that a server is gone: it has to acknowledge a ping after a time of silence."""

from collections.abc import Callable
from math import inf

PING_AFTER = 30.0
PING_TIMEOUT = 20.0
"""Seconds of silence before a ping, and for its acknowledgement."""


class Silence:
    """The time since the server was heard; `clock` returns seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._heard_at, self._pinged_at = clock(), inf

    @property
    def seconds(self) -> float:
        """How long there has been silence."""
        return self._clock() - self._heard_at

    def end(self) -> None:
        """Note that the server was heard."""
        self._heard_at = self._clock()

    def acknowledged(self) -> None:
        """Note that the server has acknowledged the ping."""
        self._pinged_at = inf

    def needs_ping(self) -> bool:
        """Whether to send a ping now. Raises ConnectionError if the last one has no response."""
        if self._clock() - self._pinged_at > PING_TIMEOUT:
            raise ConnectionError(f"the server did not respond to a ping for {PING_TIMEOUT:g} s")
        if self._pinged_at < inf or self.seconds <= PING_AFTER:
            return False
        self._pinged_at = self._clock()
        return True
