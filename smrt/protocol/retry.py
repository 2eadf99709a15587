"""What to do after an attempt: wait so many seconds and try again, or stop.

AWS's standard mode: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from collections.abc import Callable
from typing import NamedTuple

from smrt.errors import ServiceError, SmrtError, TransportError

MAX_DELAY = 20.0
MAX_DOUBLINGS = 5
TIMEOUT = "ReadTimeoutError"
CHANGED = "BodyChangedError"
"""A body that is no longer what it was when it was measured will not become so again."""
STATUSES = frozenset({500, 502, 503, 504})
THROTTLED_STATUS = 429
CODES = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)


class Policy(NamedTuple):
    """`max_attempts` counts the first try; a read timeout is no reason to try again unless told.

    When the time for reading is up, the model may still be at work: a second request would have
    it do, and cost, everything twice. So would one after a response that breaks off behind the
    status of a success; `retry_broken_responses` is for operations that only queue the work.
    """

    max_attempts: int = 3
    retry_timeouts: bool = False
    retry_broken_responses: bool = False


CLOCK_CODES = frozenset(
    {
        "AuthFailure",
        "InvalidSignatureException",
        "RequestExpired",
        "RequestInTheFuture",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    }
)
"""What the service says where a signature is too old or from the future, among other things."""

LARGEST_SKEW = 240.0
"""Seconds by which clocks may differ before a signature is in danger (AWS allows 300)."""


def skew(error: ServiceError, date: str | None, now: float) -> float | None:
    """Seconds that the service's clock, by its Date header, is ahead, if `error` may come of it."""
    if error.code not in CLOCK_CODES or not date:
        return None
    from email.utils import parsedate_to_datetime

    try:
        ahead = parsedate_to_datetime(date).timestamp() - now
    except (ValueError, OverflowError):
        return None
    return ahead if abs(ahead) > LARGEST_SKEW else None


def is_loading(error: SmrtError) -> bool:
    """Whether the model is on its way: it is loading, or its first instance is starting.

    An inference component that has been scaled to zero answers with a ValidationError.
    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html
    """
    return error.code == "ModelNotReadyException" or (
        error.code == "ValidationError" and "no capacity" in error.message
    )


def is_transient(error: SmrtError, policy: Policy) -> bool:
    """Whether the same request may succeed when it is sent again."""
    if isinstance(error, ServiceError):
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return status in STATUSES or error.code in CODES
    if isinstance(error, TransportError):
        if has_ended(error, policy) or error.code == CHANGED:
            return False
        return error.code != TIMEOUT or policy.retry_timeouts
    return False


def has_ended(error: SmrtError, policy: Policy) -> bool:
    """Whether the status of a broken response rules out a retry: the request has been handled."""
    if not isinstance(error, TransportError) or error.status is None:
        return False
    return not policy.retry_broken_responses and error.status not in {*STATUSES, THROTTLED_STATUS}


def delay(
    attempt: int, error: SmrtError, policy: Policy, draw: Callable[[], float]
) -> float | None:
    """Seconds to wait after attempt number `attempt` (from 1) failed with `error`; None: stop.

    `draw` gives a random number from 0 to 1.
    """
    if attempt >= policy.max_attempts or not is_transient(error, policy):
        return None
    return draw() * min(2.0 ** min(attempt - 1, MAX_DOUBLINGS), MAX_DELAY)
