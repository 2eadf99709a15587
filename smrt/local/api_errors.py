"""The errors that the service returns.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/CommonErrors.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
"""

from collections.abc import Iterable
from http import HTTPStatus

from .endpoint import ModelFailure

ACCOUNT = "000000000000"
REGION = "us-east-1"


class ApiError(Exception):
    """An error response: HTTP status, AWS's error code, message, and the error's own members."""

    def __init__(self, status: int, code: str, message: str, **members: str | int) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.members = members


def unknown_operation(method: str, path: str) -> ApiError:
    """No operation of the service has this method and path."""
    return ApiError(
        HTTPStatus.NOT_FOUND, "UnknownOperationException", f"no operation at {method} {path}"
    )


def validation_error(message: str) -> ApiError:
    """The request is not valid."""
    return ApiError(HTTPStatus.BAD_REQUEST, "ValidationError", message)


def input_validation_error(message: str) -> ApiError:
    """A parameter of a bidirectional stream is not valid."""
    code = "InputValidationError"
    return ApiError(HTTPStatus.BAD_REQUEST, code, message, ErrorCode=code)


def not_installed() -> ApiError:
    """The packages for asynchronous calls are not installed."""
    from smrt.config.installation import LOCAL_ASYNC, install_command

    return ApiError(
        HTTPStatus.NOT_IMPLEMENTED,
        "NotImplementedException",
        "Asynchronous calls need the local S3: "
        f"run {install_command(LOCAL_ASYNC)} and restart smrt local.",
    )


def unknown_endpoint(name: str, served: Iterable[str]) -> ApiError:
    """No endpoint has this name; the message lists those that are `served`."""
    return validation_error(
        f"Endpoint {name} of account {ACCOUNT} not found. smrt local serves {', '.join(served)}."
    )


def model_error(name: str, failure: ModelFailure) -> ApiError:
    """The model behind the endpoint `name` failed."""
    is_client_error = 400 <= failure.status < 500  # noqa: PLR2004 - HTTP's own classes
    side = "client" if is_client_error else "server"
    return ApiError(
        HTTPStatus.FAILED_DEPENDENCY,
        "ModelError",
        f'Received {side} error ({failure.status}) from primary with message "{failure.message}". '
        "See the output of smrt local for more information.",
        OriginalStatusCode=failure.status,
        OriginalMessage=failure.message,
        LogStreamArn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/sagemaker/Endpoints/{name}",
    )


def throttled(name: str) -> ApiError:
    """The endpoint `name` has more requests in flight than it accepts."""
    return ApiError(
        HTTPStatus.BAD_REQUEST, "ThrottlingException", f"Rate exceeded for endpoint {name}."
    )


def not_ready(name: str, reason: str) -> ApiError:
    """The model behind the endpoint `name` is not ready."""
    return ApiError(
        HTTPStatus.TOO_MANY_REQUESTS,
        "ModelNotReadyException",
        f"Model for endpoint {name} is not ready for inference yet: {reason}",
    )


def access_denied(message: str) -> ApiError:
    """No client may send this request, whatever its credentials."""
    return ApiError(HTTPStatus.FORBIDDEN, "AccessDeniedException", message)


def internal_error(message: str) -> ApiError:
    """The server failed."""
    return ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, "InternalError", message)


def expired() -> ApiError:
    """The presigned URL has expired."""
    return access_denied("Request has expired")


def unsigned() -> ApiError:
    """The request has no signature."""
    return ApiError(
        HTTPStatus.FORBIDDEN, "MissingAuthenticationToken", "Missing Authentication Token"
    )


def incomplete_signature(message: str) -> ApiError:
    """The signature is malformed or incomplete."""
    return ApiError(HTTPStatus.BAD_REQUEST, "IncompleteSignature", message)


_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details."
)


def invalid_signature(message: str = _MISMATCH) -> ApiError:
    """The signature is well-formed but not valid."""
    return ApiError(HTTPStatus.FORBIDDEN, "InvalidSignatureException", message)
