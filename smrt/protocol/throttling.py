"""Recognizes errors by which an endpoint rejects requests because it has too many."""

from collections.abc import Mapping

from smrt.errors import ServiceError, SmrtError

from .retry import THROTTLED_STATUS, is_throttled

TIMEOUTS = ("RequestTimeout", "RequestTimeoutException")
UNAVAILABLE = ("ServiceUnavailable", "ServiceUnavailableException")
UNAVAILABLE_STATUS = 503
LONGEST_RETRY_AFTER = 300.0
"""Seconds; a longer Retry-After is not waited for in full."""


def is_overload(error: SmrtError) -> bool:
    """Whether the response proves that the request was not run: the endpoint had too many.

    A container's own back-pressure arrives as a ModelError with its status. Unlike
    `retry.is_throttled`, it excludes a timeout, after which the model may have run.
    """
    if not isinstance(error, ServiceError) or error.code in TIMEOUTS:
        return False
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    is_unavailable = status == UNAVAILABLE_STATUS and error.code in UNAVAILABLE
    is_limited = status == THROTTLED_STATUS and error.code != "ModelError"
    return is_unavailable or is_limited or is_throttled(error)


def retry_after(headers: Mapping[str, str], now: float) -> float:
    """Seconds to wait by the header Retry-After (RFC 9110, 10.2.3), 0 without a valid one.

    Names in `headers` are in lower case; `now` is in seconds since the epoch.
    """
    text = headers.get("retry-after", "")
    if text.isdecimal() and text.isascii():
        return min(float(text), LONGEST_RETRY_AFTER)
    if not text:
        return 0.0
    from email.utils import parsedate_to_datetime

    try:
        seconds = parsedate_to_datetime(text).timestamp() - now
    except (ValueError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)
