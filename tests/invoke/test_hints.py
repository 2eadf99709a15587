"""Hints for failed calls."""

from typing import Any

import pytest

from smrt.errors import ServiceError, SmrtError, TransportError
from smrt.invoke.hints import LOCAL_ACCOUNT, FailedCall, hints
from smrt.local.api_errors import ACCOUNT, not_installed
from smrt.protocol.operations import INVOKE_ENDPOINT, INVOKE_ENDPOINT_ASYNC, OPERATIONS, Operation
from smrt.protocol.operations import INVOKE_ENDPOINT_WITH_RESPONSE_STREAM as STREAM
from tests.conftest import Smrt
from tests.support.scripted_endpoint import Endpoint, drop, error

CSV = {"EndpointName": "iris", "ContentType": "text/csv"}
LOG = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/iris"


def failure(code: str, message: str = "", **members: Any) -> ServiceError:
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {}, **members}
    return ServiceError(response, "InvokeEndpoint")


def hints_of(
    error: SmrtError,
    parameters: dict[str, Any] | None = None,
    *,
    operation: Operation = INVOKE_ENDPOINT,
    length: int = 0,
) -> tuple[str, ...]:
    values = {"EndpointName": "iris", **(parameters or {})}
    return hints(FailedCall(error, operation, values, length, "eu-west-1"))


CASES = [
    (failure("ModelError", OriginalStatusCode=415), {}, ["the request has no content type"]),
    (failure("ModelError", "Content-type must be specified"), {}, ["has no content type"]),
    (failure("ModelError", "Extra data: line 1 column 4"), {}, ["has no content type"]),
    (failure("ModelError", "'utf-8' codec can't decode byte 0xff"), {}, ["has no content type"]),
    (failure("ModelError", "CUDA out of memory", OriginalStatusCode=500), {}, []),
    (failure("ModelError"), {}, []),
    (failure("ModelError", OriginalStatusCode=415), CSV, ["the model does not support text/csv"]),
    (failure("ModelError", LogStreamArn=LOG), CSV, ["aws logs tail /aws/sagemaker/Endpoints/iris"]),
    (failure("ModelError", LogStreamArn=LOG.replace("123456789012", "0" * 12)), CSV, []),
    (failure("ModelError"), CSV, []),
    (
        failure("ValidationError", "Endpoint iris of account 000000000000 not found."),
        {},
        ["add iris=FOLDER to the command line of smrt local"],
    ),
    (
        failure("ValidationError", "Endpoint iris of account 1 not found."),
        {},
        ["aws sagemaker list-endpoints --region eu-west-1"],
    ),
    (
        failure("ValidationError", "Inference Component Name header is required for endpoints"),
        {},
        ["list-inference-components --endpoint-name-equals iris --region eu-west-1"],
    ),
    (failure("ValidationError", "Inference Component Name header is not allowed"), {}, []),
    (failure("ValidationError", "Variant red not found. smrt local serves blue."), {}, []),
    (
        failure("ValidationError", "Endpoint iris is asynchronous"),
        {},
        ["smrt invoke-endpoint-async"],
    ),
    (failure("ValidationError", "something else"), {}, []),
    (failure("ModelNotReadyException"), {}, ["--wait-ready 600"]),
    (failure("ValidationError", "it has no capacity to process this"), {}, ["--wait-ready 600"]),
    (failure("ThrottlingException"), {}, ["AWS_MAX_ATTEMPTS=10"]),
    (
        failure("ModelError", 'Received server error (0) from m with message "it timed out"'),
        CSV,
        ["8 minutes to stream"],
    ),
    (
        failure("ModelError", "Received server error (504): 504 Gateway Time-out"),
        CSV,
        ["8 minutes to stream"],
    ),
    (failure("ModelError", OriginalStatusCode=413), CSV, ["more than the container accepts"]),
    (
        failure("ValidationError", "Request 1 has oversize body."),
        {},
        ["4 MB for serverless"],
    ),
    (failure("413"), {}, ["the body has 0 bytes: the limit is 25 MB"]),
    (failure("ExpiredTokenException"), {}, ["aws sso login"]),
    (failure("UnrecognizedClientException"), {}, ["--debug"]),
    (failure("AccessDeniedException"), {}, ["sagemaker:InvokeEndpoint on this"]),
    (failure("AccessDenied"), {}, ["sagemaker:InvokeEndpoint on this"]),
    (failure("InvalidSignatureException", "it does not match"), {}, ["the secret access key"]),
    (failure("InvalidSignatureException", "Signature expired"), {}, []),
    (failure("MissingAuthenticationToken"), {}, ["remove --no-sign-request"]),
    (
        TransportError('no "https://runtime.sagemaker.eu-wst-1"', code="EndpointConnectionError"),
        {},
        ["whether eu-west-1 is the right region"],
    ),
    (TransportError('no "http://127.0.0.1"', code="EndpointConnectionError"), {}, []),
    (TransportError("closed", code="ConnectionClosedError"), {}, []),
]


@pytest.mark.parametrize(("error", "parameters", "expected"), CASES)
def test_a_known_error_has_a_hint(
    error: SmrtError, parameters: dict[str, Any], expected: list[str]
) -> None:
    texts = hints_of(error, parameters)
    assert len(texts) == len(expected)
    for hint, text in zip(texts, expected, strict=True):
        assert text in hint


WRONG_KINDS = [
    (INVOKE_ENDPOINT, "Endpoint iris is asynchronous", "invoke-endpoint-async"),
    (STREAM, "Endpoint iris is an async endpoint", "invoke-endpoint-async"),
    (INVOKE_ENDPOINT_ASYNC, "Endpoint iris does not support async invocations", "invoke-endpoint"),
    (INVOKE_ENDPOINT_ASYNC, "Endpoint iris is a real-time endpoint", "invoke-endpoint"),
]


@pytest.mark.parametrize(("operation", "message", "command"), WRONG_KINDS)
def test_a_call_of_the_wrong_kind_of_endpoint_has_the_other_command_as_a_hint(
    operation: Operation, message: str, command: str
) -> None:
    (hint,) = hints_of(failure("ValidationError", message), operation=operation)
    assert hint.endswith(f", use smrt {command}")


def test_a_local_endpoint_is_recognized_by_its_account() -> None:
    assert LOCAL_ACCOUNT == ACCOUNT


def test_a_missing_extra_of_smrt_local_is_not_the_wrong_kind_of_call() -> None:
    error = failure("ValidationError", not_installed().message)
    assert hints_of(error, operation=INVOKE_ENDPOINT_ASYNC) == ()


def test_a_rejected_inline_body_has_stage_as_a_hint() -> None:
    error = failure("ValidationError", "'body': Member must have length less than or equal to 0")
    (hint,) = hints_of(error, operation=INVOKE_ENDPOINT_ASYNC)
    assert "--stage s3://" in hint


@pytest.mark.parametrize("operation", OPERATIONS, ids=[one.name for one in OPERATIONS])
def test_the_hint_names_the_permission_for_the_operation(operation: Operation) -> None:
    (hint,) = hints_of(failure("AccessDeniedException"), operation=operation)
    assert f"sagemaker:{operation.name} on this" in hint


def test_a_connection_closed_on_a_large_body_has_its_size_as_a_hint() -> None:
    closed = TransportError("closed", code="ConnectionClosedError")
    assert "the body has 30000000 bytes" in hints_of(closed, length=30_000_000)[0]


def test_the_hint_is_printed_with_the_error(smrt: Smrt, endpoint: Endpoint) -> None:
    endpoint.respond_with(lambda sock, _: sock.sendall(error(424, "ModelError", "no JSON")))
    result = smrt("invoke-endpoint", "--endpoint-name", "e", "--body", "aGk=", "out")
    assert result.code == 254
    assert "smrt: hint: the request has no content type" in result.err


@pytest.mark.parametrize("source", ["fileb://body", "-"])
def test_the_size_of_a_body_is_printed_for_every_source(
    smrt: Smrt, endpoint: Endpoint, source: str
) -> None:
    body = b"x" * 5_000_000
    with open("body", "wb") as file:
        file.write(body)
    endpoint.respond_with(drop)
    result = smrt(
        "invoke-endpoint",
        "--endpoint-name",
        "e",
        f"--body={source}",
        stdin=body,
        env={"AWS_MAX_ATTEMPTS": "1"},
    )
    assert result.code == 255
    assert "the body has 5000000 bytes" in result.err
