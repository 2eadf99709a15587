"""Hints for failed calls: a table of conditions and texts."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from smrt.errors import ServiceError, SmrtError
from smrt.protocol.messages import masked_repr
from smrt.protocol.operations import INVOKE_ENDPOINT_ASYNC, Operation
from smrt.protocol.retry import is_loading, is_throttled

CONTENT_TOO_LARGE = 413
UNSUPPORTED_MEDIA_TYPE = 415
LOCAL_ACCOUNT = "000000000000"
"""The account ID of `smrt local`."""
_SIGNS_OF_FORMAT = (
    *("content type", "content-type", "content_type", "contenttype", "media type", "mime type"),
    *("json", "csv", "decod", "deserializ", "line 1 column"),
)
"""What models and their parsers say about input in another format than they expect."""
LARGE_BODY = 4_000_000
"""Bytes; the limit of serverless endpoints (others: 25 MB):
https://docs.aws.amazon.com/sagemaker/latest/dg/deploy-model-options.html"""


class FailedCall(NamedTuple):
    """A call that failed, and its error; `length` is the size of the body in bytes."""

    error: SmrtError
    operation: Operation
    parameters: Mapping[str, Any]
    length: int
    region: str = ""

    def __repr__(self) -> str:
        return masked_repr(self, "parameters")


class Hint(NamedTuple):
    """A condition, and a text with the fields of `_fields`."""

    applies: Callable[[FailedCall], bool]
    text: str


def _has(code: str, *words: str) -> Callable[[FailedCall], bool]:
    """Whether the error has this code and one of `words` in its message."""

    def applies(failed: FailedCall) -> bool:
        message = failed.error.message.lower()
        has_code = failed.error.code == code
        return has_code and (not words or any(word in message for word in words))

    return applies


def _is_invalid(*words: str, asynchronous: bool) -> Callable[[FailedCall], bool]:
    """Whether the error is a ValidationError of such a call, with one of `words` in its message."""
    has = _has("ValidationError", *words)

    def applies(failed: FailedCall) -> bool:
        is_asynchronous = failed.operation is INVOKE_ENDPOINT_ASYNC
        has_hint = "smrt local" in failed.error.message  # its extra is not installed
        return asynchronous == is_asynchronous and has(failed) and not has_hint

    return applies


def _is_unknown_endpoint(*, local: bool) -> Callable[[FailedCall], bool]:
    """Whether the endpoint does not exist, locally or on AWS."""
    has = _has("ValidationError", "not found")
    start = "Endpoint "  # neither a variant nor an inference component
    return lambda failed: (
        has(failed)
        and failed.error.message.startswith(start)
        and local == (LOCAL_ACCOUNT in failed.error.message)
    )


def _needs_content_type(failed: FailedCall) -> bool:
    """The request had no content type, and the model could probably not read it without one."""
    if failed.error.code != "ModelError" or "ContentType" in failed.parameters:
        return False
    if all(member.name != "ContentType" for member in failed.operation.members):
        return False
    status = failed.error.details.get("OriginalStatusCode")
    message = failed.error.message.lower()
    return status == UNSUPPORTED_MEDIA_TYPE or any(sign in message for sign in _SIGNS_OF_FORMAT)


def _has_rejected_content_type(failed: FailedCall) -> bool:
    """The model does not support the content type of the request."""
    status = failed.error.details.get("OriginalStatusCode")
    return status == UNSUPPORTED_MEDIA_TYPE and "ContentType" in failed.parameters


def _has_log(failed: FailedCall) -> bool:
    """The model's log is in CloudWatch; `smrt local` prints it."""
    log = str(failed.error.details.get("LogStreamArn", ""))
    return failed.error.code == "ModelError" and bool(log) and LOCAL_ACCOUNT not in log


def _is_too_large(failed: FailedCall) -> bool:
    """The service rejected the size, or closed the connection on a large body."""
    if failed.error.code in ("413", "RequestEntityTooLarge", "RequestEntityTooLargeException"):
        return True
    if _has("ValidationError", "oversize body")(failed):
        return True
    return failed.error.code == "ConnectionClosedError" and failed.length > LARGE_BODY


def _is_too_large_for_model(failed: FailedCall) -> bool:
    """The container's own limit is below that of the service."""
    return failed.error.details.get("OriginalStatusCode") == CONTENT_TOO_LARGE


def _timed_out(failed: FailedCall) -> bool:
    """The model did not respond within the service's limit."""
    return _has("ModelError", "timed out", "time-out")(failed)


def _is_unreachable(failed: FailedCall) -> bool:
    """The default endpoint URL of the region cannot be reached."""
    return _has("EndpointConnectionError", "//runtime")(failed) and bool(failed.region)


def _redirect_location(failed: FailedCall) -> str:
    """The target of a redirect; smrt follows none, as a signature is valid for one URL only."""
    if not isinstance(failed.error, ServiceError):
        return ""
    from smrt.errors import redacted

    metadata = failed.error.response["ResponseMetadata"]
    return redacted(str(metadata.get("HTTPHeaders", {}).get("location", "")))


def _is_loading(failed: FailedCall) -> bool:
    return isinstance(failed.error, ServiceError) and is_loading(failed.error)


def _is_throttled(failed: FailedCall) -> bool:
    return isinstance(failed.error, ServiceError) and is_throttled(failed.error)


HINTS = (
    Hint(
        _needs_content_type,
        "the request has no content type: add one, such as --content-type text/csv",
    ),
    Hint(
        _has_rejected_content_type,
        "the model does not support {ContentType}: use another --content-type",
    ),
    Hint(
        _has_log,
        "to see the container's log: aws logs tail /aws/sagemaker/Endpoints/{EndpointName}{where}",
    ),
    Hint(
        _timed_out,
        "a model has 60 s to respond, 8 minutes to stream (smrt "
        "invoke-endpoint-with-response-stream), and 1 hour with smrt invoke-endpoint-async",
    ),
    Hint(
        _is_unknown_endpoint(local=True),
        "to serve it, add {EndpointName}=FOLDER to the command line of smrt local",
    ),
    Hint(
        _is_unknown_endpoint(local=False),
        "check the endpoint's name, region and status: aws sagemaker list-endpoints{where}",
    ),
    Hint(
        _has("ValidationError", "inference component name header is required"),
        "add --inference-component-name; to list the names: aws sagemaker "
        "list-inference-components --endpoint-name-equals {EndpointName}{where}",
    ),
    Hint(
        _is_invalid("async", asynchronous=False),
        "to invoke an asynchronous endpoint, use smrt invoke-endpoint-async",
    ),
    Hint(
        _is_invalid("async", "real-time", "realtime", asynchronous=True),
        "to invoke a real-time endpoint, use smrt invoke-endpoint",
    ),
    Hint(
        _is_invalid("less than or equal to 0", asynchronous=True),
        "the endpoint accepts no inline body: add --stage s3://BUCKET/PREFIX to upload it to S3",
    ),
    Hint(_is_loading, "add --wait-ready 600 to retry for up to 600 s until the model is ready"),
    Hint(
        _is_throttled,
        "too many requests: set AWS_MAX_ATTEMPTS=10 to retry more often, or scale the endpoint",
    ),
    Hint(
        _is_too_large,
        "the body has {length} bytes: the limit is 25 MB, 4 MB for serverless endpoints, "
        "and 1 GB in S3 for asynchronous endpoints (smrt invoke-endpoint-async)",
    ),
    Hint(
        _is_too_large_for_model,
        "the body has {length} bytes, more than the container accepts: raise the container's limit",
    ),
    Hint(
        _is_unreachable,
        "check your network connection, and whether {region} is the right region (--region)",
    ),
    Hint(
        _has("ExpiredTokenException"),
        'the session has expired: log in again ("aws sso login"), or use new credentials',
    ),
    Hint(
        _has("UnrecognizedClientException"),
        "the service does not recognize the access key: --debug shows where it comes from",
    ),
    Hint(
        _has("InvalidSignatureException", "does not match"),
        "check that the secret access key belongs to the access key ID: "
        "--debug shows where they come from",
    ),
    Hint(
        lambda failed: bool(_redirect_location(failed)),
        "the response redirects to {location}, which smrt does not follow: check the endpoint URL",
    ),
    Hint(_has("MissingAuthenticationToken"), "remove --no-sign-request"),
    Hint(
        lambda failed: failed.error.code in ("AccessDeniedException", "AccessDenied"),
        "your role needs the permission sagemaker:{action} on this endpoint",
    ),
)


def hints(failed: FailedCall) -> tuple[str, ...]:
    """The hints that apply to a failed call."""
    return tuple(hint.text.format(**_fields(failed)) for hint in HINTS if hint.applies(failed))


def _fields(failed: FailedCall) -> Mapping[str, Any]:
    return {
        **failed.parameters,
        "length": failed.length,
        "region": failed.region,
        "where": f" --region {failed.region}" if failed.region else "",
        "action": failed.operation.name,
        "location": _redirect_location(failed),
    }
