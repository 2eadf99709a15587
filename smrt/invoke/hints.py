"""What may help when the service, or the way to it, says no: a table of cases."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from smrt.errors import ServiceError, SmrtError
from smrt.protocol.messages import veiled
from smrt.protocol.operations import INVOKE_ENDPOINT_ASYNC, Operation
from smrt.protocol.retry import CODES as THROTTLED
from smrt.protocol.retry import is_loading

CONTENT_TOO_LARGE = 413
UNSUPPORTED_MEDIA_TYPE = 415
LOCAL_ACCOUNT = "000000000000"
"""Whose endpoints those of `smrt local` are."""
LARGE_BODY = 4_000_000
"""Bytes; a serverless endpoint takes no more, others 25 MB:
https://docs.aws.amazon.com/sagemaker/latest/dg/deploy-model-options.html"""


class Trouble(NamedTuple):
    """A failure, and the call that met it; `length` is the body's, in bytes."""

    error: SmrtError
    operation: Operation
    parameters: Mapping[str, Any]
    length: int
    region: str = ""

    def __repr__(self) -> str:
        return veiled(self, "parameters")


class Case(NamedTuple):
    """When a hint is worth reading; it may name what stands in `_facts`."""

    applies: Callable[[Trouble], bool]
    hint: str


def _has(code: str, *words: str) -> Callable[[Trouble], bool]:
    """Whether an error has this code and, in its message, one of `words`."""

    def applies(trouble: Trouble) -> bool:
        message = trouble.error.message.lower()
        fits = trouble.error.code == code
        return fits and (not words or any(word in message for word in words))

    return applies


def _is_invalid(*words: str, asynchronous: bool) -> Callable[[Trouble], bool]:
    """Whether the service found such a call invalid, with one of `words` in its message."""
    has = _has("ValidationError", *words)

    def applies(trouble: Trouble) -> bool:
        is_asynchronous = trouble.operation is INVOKE_ENDPOINT_ASYNC
        has_remedy = "smrt local" in trouble.error.message  # which misses a part of itself
        return asynchronous == is_asynchronous and has(trouble) and not has_remedy

    return applies


def _is_unknown(*, local: bool) -> Callable[[Trouble], bool]:
    """Whether there is no such endpoint, on this machine or in the cloud."""
    has = _has("ValidationError", "not found")
    return lambda trouble: has(trouble) and local == (LOCAL_ACCOUNT in trouble.error.message)


def _untyped(trouble: Trouble) -> bool:
    """The model failed, and was not told what its input is."""
    return trouble.error.code == "ModelError" and "ContentType" not in trouble.parameters


def _mistyped(trouble: Trouble) -> bool:
    """The model does not know the content type that it was told."""
    status = trouble.error.details.get("OriginalStatusCode")
    return status == UNSUPPORTED_MEDIA_TYPE and "ContentType" in trouble.parameters


def _logged(trouble: Trouble) -> bool:
    """CloudWatch has the model's log; that of `smrt local` is at hand."""
    log = str(trouble.error.details.get("LogStreamArn", ""))
    return trouble.error.code == "ModelError" and bool(log) and LOCAL_ACCOUNT not in log


def _too_large(trouble: Trouble) -> bool:
    """The service says so, or hangs up on a large body."""
    if trouble.error.code in ("413", "RequestEntityTooLarge", "RequestEntityTooLargeException"):
        return True
    if _has("ValidationError", "oversize body")(trouble):
        return True
    return trouble.error.code == "ConnectionClosedError" and trouble.length > LARGE_BODY


def _too_large_for_model(trouble: Trouble) -> bool:
    """The container has a limit of its own, below the service's."""
    return trouble.error.details.get("OriginalStatusCode") == CONTENT_TOO_LARGE


def _out_of_time(trouble: Trouble) -> bool:
    """The service waited for the model until it would wait no longer."""
    return _has("ModelError", "timed out", "time-out")(trouble)


def _unreachable(trouble: Trouble) -> bool:
    """The address of a region, not one that somebody named, cannot be reached."""
    return _has("EndpointConnectionError", "//runtime")(trouble) and bool(trouble.region)


def _location(trouble: Trouble) -> str:
    """Where an answer sends one; nobody follows, as a signature holds for one address."""
    if not isinstance(trouble.error, ServiceError):
        return ""
    from smrt.errors import redacted

    about = trouble.error.response["ResponseMetadata"]
    return redacted(str(about.get("HTTPHeaders", {}).get("location", "")))


def _waits_for_nothing(trouble: Trouble) -> bool:
    return isinstance(trouble.error, ServiceError) and is_loading(trouble.error)


CASES = (
    Case(_untyped, "no content type was sent: name the input's, as in --content-type text/csv"),
    Case(_mistyped, "the model does not take {ContentType}: name another --content-type"),
    Case(
        _logged,
        "the container's log may say more: "
        "aws logs tail /aws/sagemaker/Endpoints/{EndpointName}{where}",
    ),
    Case(
        _out_of_time,
        "a model has 60 s to answer, 8 minutes to stream (smrt "
        "invoke-endpoint-with-response-stream), an hour when asked by smrt invoke-endpoint-async",
    ),
    Case(
        _is_unknown(local=True),
        "smrt local serves what its command line names (NAME=FOLDER), and echo if it names nothing",
    ),
    Case(
        _is_unknown(local=False),
        "are name and region right, and is it in service? "
        "aws sagemaker list-endpoints{where} shows the endpoints",
    ),
    Case(
        _has("ValidationError", "inference component name"),
        "name one with --inference-component-name: aws sagemaker list-inference-components "
        "--endpoint-name-equals {EndpointName}{where}",
    ),
    Case(
        _is_invalid("async", asynchronous=False),
        "an asynchronous endpoint is called with smrt invoke-endpoint-async",
    ),
    Case(
        _is_invalid("async", "real-time", "realtime", asynchronous=True),
        "an endpoint that answers at once is called with smrt invoke-endpoint",
    ),
    Case(
        _is_invalid("less than or equal to 0", asynchronous=True),
        "no body is taken here: add --stage s3://BUCKET/PREFIX, and it goes to S3",
    ),
    Case(_waits_for_nothing, "--wait-ready 600 keeps trying until the model is there"),
    Case(
        lambda trouble: trouble.error.code in THROTTLED,
        "too many requests: AWS_MAX_ATTEMPTS=10 tries more often, a larger endpoint takes more",
    ),
    Case(
        _too_large,
        "the body has {length} bytes: endpoints take 25 MB, serverless ones 4 MB, and "
        "asynchronous ones 1 GB from S3 (smrt invoke-endpoint-async)",
    ),
    Case(
        _too_large_for_model,
        "the body has {length} bytes, more than the container takes: its own limit can be raised",
    ),
    Case(
        _unreachable,
        "is this machine online, and {region} the right region? --region names another",
    ),
    Case(
        _has("ExpiredTokenException"),
        'the session has ended: log in again ("aws sso login"), or get new keys',
    ),
    Case(
        _has("UnrecognizedClientException"),
        "the service does not know the access key: see which is used with --debug",
    ),
    Case(
        _has("InvalidSignatureException", "does not match"),
        "does the secret key belong to the access key? --debug tells where they came from",
    ),
    Case(
        lambda trouble: bool(_location(trouble)),
        "the answer points to {location}, which is not followed: is the endpoint's URL right?",
    ),
    Case(_has("MissingAuthenticationToken"), "leave out --no-sign-request"),
    Case(
        lambda trouble: trouble.error.code in ("AccessDeniedException", "AccessDenied"),
        "your role needs the permission sagemaker:{action} on this endpoint",
    ),
)


def remedies(trouble: Trouble) -> tuple[str, ...]:
    """A hint for each known case that a failure is."""
    return tuple(case.hint.format(**_facts(trouble)) for case in CASES if case.applies(trouble))


def _facts(trouble: Trouble) -> Mapping[str, Any]:
    return {
        **trouble.parameters,
        "length": trouble.length,
        "region": trouble.region,
        "where": f" --region {trouble.region}" if trouble.region else "",
        "action": trouble.operation.name,
        "location": _location(trouble),
    }
