"""What a failed request means: for its records, for halving it, and for the whole run."""

from smrt.batching.job.ownership import LeaseLapsedError
from smrt.engine.call import Completion
from smrt.errors import ConfigurationError, ServiceError, SmrtError, TransportError
from smrt.protocol.retry import is_loading

TOO_LARGE = 413
HALVED = (400, 413, 422, 500)
"""The statuses of a container that a single bad record among several may have caused."""
UNAUTHORIZED = (401, 403)
DENIED = "AccessDeniedException"
EXPIRED = ("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired")
NO_CREDENTIALS = "credentials have expired"


def is_halved(error: SmrtError) -> bool:
    """Whether a request of several records is to be sent in two halves after `error`."""
    if not isinstance(error, ServiceError):
        return False
    is_model_error = error.code == "ModelError"
    return _status(error) == TOO_LARGE or (
        is_model_error and error.response.get("OriginalStatusCode") in HALVED
    )


def error_of_all(completion: Completion, *, has_own_endpoint: bool) -> SmrtError | None:
    """The error that would meet every record; None for one of the request alone.

    `has_own_endpoint`: the record names its endpoint, so that an unknown one is its own error.
    """
    error = completion.error
    if isinstance(error, LeaseLapsedError):
        return error
    if isinstance(error, TransportError):
        return error if completion.sent_at is None else None
    if not isinstance(error, ServiceError):
        return None
    if error.code in EXPIRED:
        return _expired(error)
    if is_loading(error):
        return error
    concerns_endpoint = error.code == DENIED or _is_unknown_endpoint(error)
    if concerns_endpoint and has_own_endpoint:
        return None
    return error if concerns_endpoint or _status(error) in UNAUTHORIZED else None


def _is_unknown_endpoint(error: ServiceError) -> bool:
    return error.code == "ValidationError" and "not found" in error.message.lower()


def _expired(error: ServiceError) -> ConfigurationError:
    """The error of credentials that the service rejected as expired, and that were not renewed."""
    return ConfigurationError(
        f"the {NO_CREDENTIALS}: {error.message}",
        "renew them, for example with: aws sso login",
        code=error.code,
    )


def _status(error: ServiceError) -> int:
    status: int = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status
