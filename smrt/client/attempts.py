"""The attempts of one call: counts them, and decides what follows a failed one."""

from smrt.errors import ServiceError, SmrtError, TransportError
from smrt.protocol.messages import Settings
from smrt.protocol.responses import header
from smrt.protocol.retry import Policy, delay, has_ended, is_loading, skew

from .dependencies import Dependencies

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 10.0
"""Seconds between two polls of a model that is loading."""


class Attempts:
    """Counts attempts; polls of a model that is still loading are not retries."""

    def __init__(
        self,
        settings: Settings,
        dependencies: Dependencies,
        *,
        retry_broken_responses: bool = False,
    ) -> None:
        self.number = 1
        self._policy = Policy(
            settings.max_attempts, settings.retry_timeouts, retry_broken_responses
        )
        self._wait_ready = settings.wait_ready
        self._dependencies = dependencies
        self._failed = 0
        self._ready_by: float | None = None
        self._polls = 0
        self._corrected = False

    @property
    def retries(self) -> int:
        """How many attempts there were before this one."""
        return self.number - 1

    @property
    def sdk_request(self) -> str:
        """The header amz-sdk-request, as AWS's SDKs send it: the first attempt has no maximum."""
        maximum = "" if self.number == 1 else f"; max={self._policy.max_attempts}"
        return f"attempt={self.number}{maximum}"

    def skew(self, error: SmrtError) -> float | None:
        """Seconds that the service's clock is ahead, if that is why the attempt failed."""
        if self._corrected or not isinstance(error, ServiceError):
            return None
        date = header(tuple(error.response["ResponseMetadata"]["HTTPHeaders"].items()), "date")
        return skew(error, date, self._dependencies.clock())

    def begin_corrected(self) -> None:
        """Start the attempt with the corrected clock: a call has only one."""
        self._corrected = True
        self.number += 1

    def pause(self, error: SmrtError) -> float | None:
        """Count the failure; return the seconds until the next attempt, None if there is none."""
        pause = self._until_next_poll() if self._wait_ready and is_loading(error) else None
        if pause is None:
            self._failed += 1
            pause = delay(self._failed, error, self._policy, self._dependencies.random)
            self._annotate(error)
        self.number += 1
        return pause

    def _until_next_poll(self) -> float | None:
        """Seconds until the next poll of a model that is loading; None after the maximum wait."""
        now = self._dependencies.clock()
        if self._ready_by is None:
            self._ready_by = now + self._wait_ready
            self._dependencies.warn(
                f"the model is not ready: retrying for up to {self._wait_ready:g} s"
            )
        remaining = self._ready_by - now
        pause = min(FIRST_PAUSE * 1.5**self._polls, LONGEST_PAUSE, remaining)
        self._polls += 1
        return pause if remaining > 0 else None

    def _annotate(self, error: SmrtError) -> None:
        if isinstance(error, ServiceError) and self._failed == self._policy.max_attempts:
            error.is_last_allowed = True
            error.response["ResponseMetadata"]["MaxAttemptsReached"] = True
        if isinstance(error, TransportError) and has_ended(error, self._policy):
            error.add_hints(f"not retried: the response started with status {error.status}")
        elif error.code == "ReadTimeoutError" and not self._policy.retry_timeouts:
            error.add_hints(
                "not retried, as the model may still be running: use --retry-timeouts to retry"
            )
