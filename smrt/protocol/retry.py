"""Decides whether to retry after a failed attempt, and after how many seconds.

AWS's standard mode: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from collections.abc import Callable

from smrt.errors import ServiceError, SmrtError, TransportError
from smrt.named_tuple import NamedTuple

from .operations import ERROR_MEMBERS

MAX_DELAY = 20.0
MAX_DOUBLINGS = 5
TIMEOUT = "ReadTimeoutError"
CHANGED = "BodyChangedError"
"""The body changed while it was being sent: it cannot be sent again."""
STATUSES = frozenset({500, 502, 503, 504})
THROTTLED_STATUS = 429
BUSY_STATUSES = frozenset({THROTTLED_STATUS, 503})
"""Statuses of a container that has no capacity for the request."""
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
    """Retry settings; `max_attempts` includes the first attempt.

    Read timeouts are not retried by default: the model may still be running, and a retry would
    run (and cost) it twice. The same holds for a success response whose body is incomplete;
    `retry_broken_responses` is for operations that only queue the work.
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
"""Codes that the service returns for, among other things, an expired or future signature."""

LARGEST_SKEW = 240.0
"""Seconds; a safe limit for the difference between clocks (AWS allows 300)."""


def skew(error: ServiceError, date: str | None, now: float) -> float | None:
    """Seconds that the service's clock (its Date header) is ahead, if that may explain `error`."""
    if error.code not in CLOCK_CODES or not date:
        return None
    from email.utils import parsedate_to_datetime

    try:
        ahead = parsedate_to_datetime(date).timestamp() - now
    except (ValueError, OverflowError):
        return None
    return ahead if abs(ahead) > LARGEST_SKEW else None


def is_loading(error: SmrtError) -> bool:
    """Whether the model is loading or its first instance is starting.

    An inference component that is scaled to zero returns a ValidationError.
    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html
    """
    return error.code == "ModelNotReadyException" or (
        error.code == "ValidationError" and "no capacity" in error.message
    )


def is_throttled(error: ServiceError) -> bool:
    """Whether the service, or the model's container, has too many requests.

    As in botocore, a code in the service model takes precedence over the status 429.
    """
    if error.code == "ModelError":
        return error.response.get("OriginalStatusCode") in BUSY_STATUSES
    status = error.response["ResponseMetadata"].get("HTTPStatusCode")
    return error.code in CODES or (status == THROTTLED_STATUS and error.code not in ERROR_MEMBERS)


def is_transient(error: SmrtError, policy: Policy) -> bool:
    """Whether a retry of the same request may succeed."""
    if isinstance(error, ServiceError):
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return status in STATUSES or is_throttled(error)
    if isinstance(error, TransportError):
        if has_ended(error, policy) or error.code == CHANGED:
            return False
        return error.code != TIMEOUT or policy.retry_timeouts
    return False


def has_ended(error: SmrtError, policy: Policy) -> bool:
    """Whether the status of an incomplete response rules out a retry: the service handled it."""
    if not isinstance(error, TransportError) or error.status is None:
        return False
    return not policy.retry_broken_responses and error.status not in {*STATUSES, THROTTLED_STATUS}


def delay(
    attempt: int, error: SmrtError, policy: Policy, random: Callable[[], float]
) -> float | None:
    """Seconds to wait after `attempt` (from 1) failed with `error`; None for no retry.

    `random` returns a number from 0 to 1.
    """
    if attempt >= policy.max_attempts or not is_transient(error, policy):
        return None

    return random() * min(2.0 ** min(attempt - 1, MAX_DOUBLINGS), MAX_DELAY)
