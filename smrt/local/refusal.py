"""The errors that the service answers with.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/CommonErrors.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
"""

from http import HTTPStatus

from .endpoint import ModelFailure

ACCOUNT = "000000000000"
REGION = "us-east-1"


class Refusal(Exception):  # noqa: N818 - an answer of the service, not an error of this program
    """An error for the client: HTTP status, AWS's code, message, and the code's own members."""

    def __init__(self, status: int, code: str, message: str, **members: str | int) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.members = members


def unknown_operation(method: str, path: str) -> Refusal:
    """No operation of the service has this method and path."""
    return Refusal(
        HTTPStatus.NOT_FOUND, "UnknownOperationException", f"no operation at {method} {path}"
    )


def invalid(message: str) -> Refusal:
    """The request is not one that the endpoint takes."""
    return Refusal(HTTPStatus.BAD_REQUEST, "ValidationError", message)


def not_installed() -> Refusal:
    """What asynchronous calls need is not there."""
    return Refusal(
        HTTPStatus.NOT_IMPLEMENTED,
        "NotImplementedException",
        "An asynchronous call needs an S3 on this machine: "
        "pip install 'smrt-cli[local-async]' and start smrt local again.",
    )


def unknown_endpoint(name: str) -> Refusal:
    """No endpoint is called `name`."""
    return invalid(f"Endpoint {name} of account {ACCOUNT} not found.")


def model_error(name: str, failure: ModelFailure) -> Refusal:
    """The model behind the endpoint `name` failed."""
    is_clients = 400 <= failure.status < 500  # noqa: PLR2004 - HTTP's own classes
    side = "client" if is_clients else "server"
    return Refusal(
        HTTPStatus.FAILED_DEPENDENCY,
        "ModelError",
        f'Received {side} error ({failure.status}) from primary with message "{failure.message}". '
        "See the output of smrt local for more information.",
        OriginalStatusCode=failure.status,
        OriginalMessage=failure.message,
        LogStreamArn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/sagemaker/Endpoints/{name}",
    )


def not_ready(name: str, reason: str) -> Refusal:
    """The model behind the endpoint `name` cannot be called yet."""
    return Refusal(
        HTTPStatus.TOO_MANY_REQUESTS,
        "ModelNotReadyException",
        f"Model for endpoint {name} is not ready for inference yet: {reason}",
    )


def denied(message: str) -> Refusal:
    """The client may not do this, whoever it is."""
    return Refusal(HTTPStatus.FORBIDDEN, "AccessDeniedException", message)


def internal_error(message: str) -> Refusal:
    """The fault is the service's."""
    return Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "InternalError", message)


def expired() -> Refusal:
    """The presigned URL was good once."""
    return denied("Request has expired")


def unsigned() -> Refusal:
    """The request carries no signature."""
    return Refusal(
        HTTPStatus.FORBIDDEN, "MissingAuthenticationToken", "Missing Authentication Token"
    )


def incomplete(message: str) -> Refusal:
    """The signature cannot be read."""
    return Refusal(HTTPStatus.BAD_REQUEST, "IncompleteSignature", message)


_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details."
)


def mismatch(message: str = _MISMATCH) -> Refusal:
    """The signature can be read, and does not hold."""
    return Refusal(HTTPStatus.FORBIDDEN, "InvalidSignatureException", message)
