"""A time limit for requests to the instance metadata service (IMDS)."""

from typing import Any


def limit_time(fetcher: Any, seconds: float | None = None) -> None:
    """Limit each request of botocore's `fetcher`, by default to its connect and read timeout.

    Botocore's timeout is the longest gap between bytes: a service that sends a byte now and then
    would never end.
    """
    limit = 2.0 * fetcher._timeout if seconds is None else seconds  # noqa: SLF001 - there is no public way
    fetcher._session = _LimitedSession(fetcher._session, limit)  # noqa: SLF001 - likewise


class _LimitedSession:
    """A session of botocore whose requests end after `seconds`."""

    def __init__(self, session: Any, seconds: float) -> None:
        self._session = session
        self._seconds = seconds

    def send(self, request: Any) -> Any:
        """Send `request`; raises botocore's ReadTimeoutError after the limit."""
        from concurrent.futures import Future
        from concurrent.futures import TimeoutError as TimedOut  # the builtin one since 3.11
        from threading import Thread

        from botocore.exceptions import ReadTimeoutError

        response: Future[Any] = Future()
        Thread(target=self._complete, args=(response, request), daemon=True).start()
        try:
            return response.result(self._seconds)
        except TimedOut as exc:
            raise ReadTimeoutError(endpoint_url=request.url, error=exc) from exc

    def _complete(self, response: Any, request: Any) -> None:
        try:
            response.set_result(self._session.send(request))
        except Exception as exc:  # noqa: BLE001 - it is raised where the result is awaited
            response.set_exception(exc)
