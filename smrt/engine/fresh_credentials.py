"""The credentials that requests are signed with, refreshed in a helper thread."""

from collections.abc import Callable
from math import inf

from smrt.errors import SmrtError
from smrt.protocol.messages import Credentials

from .helper_threads import HelperThreads

EARLY = 300.0
"""Seconds before they expire, at which credentials are refreshed."""
RETRY = 30.0
"""Seconds after a failed refresh, while the credentials are still valid, until the next."""
MARGIN = 60.0
"""Seconds before they expire, from which credentials are not used any more."""


class FreshCredentials:
    """Loads credentials; again before they expire, and once when the service rejects them.

    `version` counts the loads; `failure` is why there are no credentials.
    """

    def __init__(
        self,
        load: Callable[[], Credentials | None],
        clock: Callable[[], float],
        helpers: HelperThreads,
    ) -> None:
        self._load, self._clock, self._helpers = load, clock, helpers
        self._is_loading = False
        self._is_usable = False
        self._refresh_at = -inf
        self.is_doubtful = False
        self.current: Credentials | None = None
        self.version = 0
        self.failure: SmrtError | None = None

    def is_ready(self) -> bool:
        """Whether requests can be signed now; starts to load credentials when it is time."""
        now = self._clock()
        if now >= self._refresh_at:
            self._refresh()
        return self._is_usable and now < self._expires() - MARGIN

    def rejected(self, version: int) -> bool:
        """The service rejected the credentials of `version`; return whether to try again.

        Newer ones may be accepted; those that replaced rejected ones are not replaced again.
        """
        if version == self.version and self._is_usable:
            if self.is_doubtful:
                return False
            self._is_usable, self.is_doubtful = False, True
            self._refresh()
        return True

    def accepted(self) -> None:
        """The service accepted the current credentials: they may be refreshed again."""
        self.is_doubtful = False

    def _expires(self) -> float:
        expires = None if self.current is None else self.current.expires
        return inf if expires is None else expires

    def _refresh(self) -> None:
        if not self._is_loading:
            self._is_loading = True
            self._helpers.run(self._load, self._loaded)

    def _loaded(self, credentials: Credentials | None, failure: Exception | None) -> None:
        self._is_loading = False
        if failure is None:
            self.current, self._is_usable = credentials, True
            self.version += 1
            self._refresh_at = max(self._expires() - EARLY, self._clock() + RETRY)
        elif self._is_usable and self._clock() < self._expires() - MARGIN:
            self._refresh_at = self._clock() + RETRY
        elif isinstance(failure, SmrtError):
            self.failure, self._refresh_at = failure, inf
        else:
            raise failure
