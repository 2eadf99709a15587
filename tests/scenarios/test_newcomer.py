"""Common mistakes in a first call: each has an error in one line, and a hint."""

import socket
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest

from tests.conftest import CREDENTIAL_VARIABLES, Result, Smrt
from tests.support.scripted_endpoint import (
    Endpoint,
    Received,
    Responder,
    error,
    raw,
    reset,
    response,
)

UNTYPED = ("invoke-endpoint", "--endpoint-name", "iris", "--body", "aGk=")
CALL = (*UNTYPED, "--content-type", "text/csv")
ASYNC = ("invoke-endpoint-async", "--endpoint-name", "iris", "--input-location", "s3://b/k")
LARGE = "--body=-"
LOG = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/iris"
SSO = """[profile dev]
region = us-east-1
sso_session = corp
sso_role_name = reader
sso_account_id = 123456789012
[sso-session corp]
sso_start_url = https://start.invalid
sso_region = us-east-1
[profile bare]
region = us-east-1
"""


class Case(NamedTuple):
    """A first call, the responses to it, and the expected error and hints."""

    argv: tuple[str, ...]
    code: int
    error: str
    hints: tuple[str, ...]
    responses: tuple[Responder, ...] = ()
    env: Mapping[str, str] = MappingProxyType({})
    unset: tuple[str, ...] = ()


def rejected(status: int, code: str, message: str, **members: object) -> tuple[Responder, ...]:
    return (raw(error(status, code, message, **members)),)


def silent(sock: socket.socket, _: Received) -> None:
    """Send no response until the client closes the connection."""
    sock.recv(1)


CASES = {
    "no region": Case(
        CALL,
        253,
        "(NoRegion): You must specify a region.",
        ("set it with --region us-east-1, AWS_REGION",),
        unset=("AWS_DEFAULT_REGION",),
    ),
    "no credentials": Case(
        CALL,
        253,
        "(NoCredentials): Unable to locate credentials.",
        ("set AWS_ACCESS_KEY_ID", '"aws configure"', "smrt local run"),
        unset=("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    ),
    "a profile without credentials": Case(
        (*CALL, "--profile", "bare"),
        253,
        "(NoCredentials): Unable to locate credentials.",
        (
            "--profile disables the credentials in the environment; AWS_PROFILE does not",
            "set AWS_ACCESS_KEY_ID",
            '"aws configure"',
            "smrt local run",
        ),
        env=CREDENTIAL_VARIABLES,
    ),
    "half of the credentials": Case(
        CALL,
        253,
        "(Configuration): Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY",
        ("set it, or unset AWS_ACCESS_KEY_ID",),
        unset=("AWS_SECRET_ACCESS_KEY",),
    ),
    "no login": Case(
        (*CALL, "--profile", "dev"),
        253,
        "(Configuration): Error loading SSO Token: Token for corp does not exist",
        ("log in again: aws sso login --profile dev",),
    ),
    "wrong profile": Case(
        (*CALL, "--profile", "dve"),
        253,
        "(Configuration): The config profile (dve) could not be found",
        ("did you mean dev?", "aws configure --profile dve"),
    ),
    "wrong endpoint name": Case(
        CALL,
        254,
        "(ValidationError) when calling the InvokeEndpoint operation: Endpoint iris of account 1 "
        "not found.",
        ("aws sagemaker list-endpoints --region us-east-1",),
        rejected(400, "ValidationError", "Endpoint iris of account 1 not found."),
    ),
    "JSON without the binary format": Case(
        ("invoke-endpoint", "--endpoint-name", "iris", "--body", '{"x": [1, 2]}'),
        252,
        '(ParamValidation): Invalid base64: "{"x": [1, 2]}" (--body)',
        ("smrt invoke-endpoint --endpoint-name iris --json '{\"x\": [1, 2]}'",),
    ),
    "a file as in curl": Case(
        ("invoke-endpoint", "--endpoint-name", "iris", "--body", "@flowers.csv"),
        252,
        '(ParamValidation): Invalid base64: "@flowers.csv" (--body)',
        ("smrt invoke-endpoint --endpoint-name iris --data @flowers.csv",),
    ),
    "no content type": Case(
        UNTYPED,
        254,
        "(ModelError) when calling the InvokeEndpoint operation: Received client error (415)",
        ("the request has no content type: add one, such as --content-type text/csv",),
        rejected(
            424, "ModelError", "Received client error (415) from primary", OriginalStatusCode=415
        ),
    ),
    "wrong content type": Case(
        CALL,
        254,
        "(ModelError) when calling the InvokeEndpoint operation: Received client error (415)",
        ("the model does not support text/csv: use another --content-type",),
        rejected(
            424, "ModelError", "Received client error (415) from primary", OriginalStatusCode=415
        ),
    ),
    "model error": Case(
        CALL,
        254,
        "(ModelError) when calling the InvokeEndpoint operation: Received server error (500)",
        ("aws logs tail /aws/sagemaker/Endpoints/iris --region us-east-1",),
        rejected(
            424,
            "ModelError",
            "Received server error (500) from primary",
            OriginalStatusCode=500,
            LogStreamArn=LOG,
        ),
    ),
    "throttling": Case(
        CALL,
        254,
        "(ThrottlingException) when calling the InvokeEndpoint operation",
        ("too many requests: set AWS_MAX_ATTEMPTS=10 to retry more often",),
        rejected(400, "ThrottlingException", "Rate exceeded") * 2,
        {"AWS_MAX_ATTEMPTS": "2"},
    ),
    "timeout": Case(
        (*CALL, "--cli-read-timeout", "1"),
        255,
        "(ReadTimeoutError): Read timeout on endpoint URL: ",
        ("no data received for 1 s; set a longer --cli-read-timeout", "--retry-timeouts"),
        (silent,),
    ),
    "an asynchronous endpoint called synchronously": Case(
        CALL,
        254,
        "(ValidationError) when calling the InvokeEndpoint operation: Endpoint iris is async",
        ("to invoke an asynchronous endpoint, use smrt invoke-endpoint-async",),
        rejected(400, "ValidationError", "Endpoint iris is asynchronous"),
    ),
    "a synchronous endpoint called asynchronously": Case(
        ASYNC,
        254,
        "(ValidationError) when calling the InvokeEndpointAsync operation: Endpoint iris is not",
        ("to invoke a real-time endpoint, use smrt invoke-endpoint",),
        rejected(400, "ValidationError", "Endpoint iris is not asynchronous"),
    ),
    "inference component missing": Case(
        CALL,
        254,
        "(ValidationError) when calling the InvokeEndpoint operation: Inference Component Name",
        ("add --inference-component-name; to list the names: aws sagemaker list-inf",),
        rejected(400, "ValidationError", "Inference Component Name header is required"),
    ),
    "payload too large, with a response": Case(
        (*CALL, LARGE),
        254,
        "(413) when calling the InvokeEndpoint operation: HTTP content length exceeded",
        ("the body has 30000000 bytes: the limit is 25 MB",),
        (raw(response(413, b"HTTP content length exceeded 26214400 bytes.", ()), reset),),
    ),
    "payload too large, connection reset": Case(
        (*CALL, LARGE),
        255,
        "(ConnectionClosedError): Connection was closed before we received a valid response",
        ("the body has 30000000 bytes: the limit is 25 MB",),
        (reset,),
        {"AWS_MAX_ATTEMPTS": "1"},
    ),
    "no signature": Case(
        (*CALL, "--no-sign-request"),
        254,
        "(MissingAuthenticationToken) when calling the InvokeEndpoint operation",
        ("remove --no-sign-request",),
        rejected(403, "MissingAuthenticationToken", "Missing Authentication Token"),
    ),
    "an endpoint URL that redirects": Case(
        CALL,
        254,
        "(302) when calling the InvokeEndpoint operation",
        ("the response redirects to https://login.invalid/, which smrt does not follow",),
        (raw(response(302, b"", [("Location", "https://login.invalid/")])),),
    ),
    "no permission": Case(
        CALL,
        254,
        "(AccessDeniedException) when calling the InvokeEndpoint operation: User: x is not",
        ("your role needs the permission sagemaker:InvokeEndpoint on this endpoint",),
        rejected(403, "AccessDeniedException", "User: x is not authorized"),
    ),
}


def first_call(case: Case, smrt: Smrt, endpoint: Endpoint) -> Result:
    endpoint.script += case.responses
    endpoint.read_body = LARGE not in case.argv
    stdin = b"x" * 30_000_000 if LARGE in case.argv else b""
    return smrt(*case.argv, stdin=stdin, env=case.env)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_mistake_has_an_error_in_one_line_and_a_hint(
    case: Case, smrt: Smrt, endpoint: Endpoint, environ: dict[str, str]
) -> None:
    for name in case.unset:
        del environ[name]
    if "--profile" in case.argv:
        for name in CREDENTIAL_VARIABLES:
            del environ[name]
    folder = Path(environ["HOME"], ".aws")
    folder.mkdir()
    (folder / "config").write_text(SSO)
    ran = first_call(case, smrt, endpoint)
    lines = ran.err.splitlines()
    hints = [line for line in lines if line.startswith("smrt: hint: ")]
    assert (ran.code, ran.out) == (case.code, b"")
    assert lines[0].startswith(f"smrt: [ERROR]: An error occurred {case.error}")
    assert len(hints) == len(case.hints), hints
    for hint, expected in zip(hints, case.hints, strict=True):
        assert expected in hint
