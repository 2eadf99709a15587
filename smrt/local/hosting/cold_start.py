"""A model that scales from zero: its first call starts it, and it is ready some time later."""

from collections.abc import Callable
from threading import Lock
from time import monotonic

from smrt.local.endpoint import Endpoint, Invocation, NotReady, Prediction


class ColdStart:
    """`endpoint` after `seconds` from its first call; `clock` returns seconds."""

    def __init__(
        self, endpoint: Endpoint, seconds: float, clock: Callable[[], float] = monotonic
    ) -> None:
        self._endpoint = endpoint
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()
        self._ready_at: float | None = None

    def invoke(self, call: Invocation) -> Prediction:
        """The prediction. Raises ModelFailure, and NotReady until the model is ready."""
        remaining = self._remaining()
        if remaining > 0:
            raise NotReady(f"it starts, and is ready in {remaining:.1f} s (--cold-start)")
        return self._endpoint(call)

    def _remaining(self) -> float:
        now = self._clock()
        with self._lock:
            if self._ready_at is None:
                self._ready_at = now + self._seconds
            return self._ready_at - now


def after_cold_start(endpoint: Endpoint, seconds: float) -> Endpoint:
    """`endpoint`, which is not ready at first unless `seconds` is 0."""
    return ColdStart(endpoint, seconds).invoke if seconds > 0 else endpoint
