"""The client: the shapes of boto3, and who may share it."""

import base64
import io
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import smrt
from smrt.client.boto3_client import Client
from smrt.errors import ConfigurationError, ServiceError, SmrtError, UsageError
from tests.conftest import CREDENTIAL_VARIABLES
from tests.support.scripted_endpoint import (
    MODEL_HEADERS,
    Endpoint,
    Received,
    error,
    raw,
    response,
)

ONCE = {"AWS_MAX_ATTEMPTS": "1"}


@pytest.fixture
def client(endpoint: Endpoint, environ: dict[str, str]) -> Iterator[Callable[..., Client]]:
    """Make a client of `endpoint`, with more variables and keywords."""
    made: list[Client] = []

    def make(env: dict[str, str] | None = None, **kwargs: Any) -> Client:
        where = {"endpoint_url": endpoint.url, "environ": {**environ, **(env or {})}}
        made.append(Client(**{**where, **kwargs}))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def boto(endpoint: Endpoint) -> Iterator[Any]:
    made = boto3.client(
        "sagemaker-runtime",
        endpoint_url=endpoint.url,
        region_name="us-east-1",
        aws_access_key_id=CREDENTIAL_VARIABLES["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIAL_VARIABLES["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 1, "mode": "standard"}),
    )
    yield made
    made.close()


RESPONSES: dict[str, tuple[int, bytes, list[tuple[str, str | bytes]]]] = {
    "plain": (200, b'{"a": 1}', [*MODEL_HEADERS]),
    "no headers": (200, b"x", []),
    "empty": (200, b"", [*MODEL_HEADERS]),
    "201": (201, b"made", [*MODEL_HEADERS]),
    "every field": (
        200,
        b"x",
        [
            *MODEL_HEADERS,
            ("X-Amzn-SageMaker-Custom-Attributes", "a=b"),
            ("X-Amzn-SageMaker-New-Session-Id", "s; Expires=2030-01-01T00:00:00Z"),
            ("X-Amzn-SageMaker-Closed-Session-Id", "t"),
        ],
    ),
    "odd headers": (
        200,
        b"x",
        [
            *MODEL_HEADERS,
            ("X-Empty", ""),
            ("X-Latin", b"caf\xe9"),
            ("X-Amzn-SageMaker-Custom-Attributes", "é".encode()),
            ("X-UPPER", "Yes"),
        ],
    ),
    "a header twice": (200, b"x", [*MODEL_HEADERS, ("X-Twice", "a"), ("X-Twice", "b")]),
}


@pytest.mark.parametrize(("status", "body", "headers"), RESPONSES.values(), ids=RESPONSES)
def test_a_response_has_the_shape_of_boto3s(
    client: Any, boto: Any, endpoint: Endpoint, status: int, body: bytes, headers: Any
) -> None:
    outcomes = []
    for one in (client(ONCE), boto):
        endpoint.respond(status, body, headers)
        response = one.invoke_endpoint(EndpointName="e", Body=b"hi")
        outcomes.append({**response, "Body": response["Body"].read()})
    ours, theirs = outcomes
    assert ours == theirs


def test_an_asynchronous_response_has_the_shape_of_boto3s(
    client: Any, boto: Any, endpoint: Endpoint
) -> None:
    headers = [
        *MODEL_HEADERS,
        ("X-Amzn-SageMaker-OutputLocation", "s3://b/o"),
        ("X-Amzn-SageMaker-FailureLocation", "s3://b/f"),
    ]
    outcomes = []
    for one in (client(ONCE), boto):
        endpoint.respond(202, b'{"InferenceId": "i", "Other": 1}', headers)
        outcomes.append(one.invoke_endpoint_async(EndpointName="e", InputLocation="s3://b/i"))
    assert outcomes[0] == outcomes[1]


ERRORS = {
    "of the model": error(
        424,
        "ModelError",
        "Received client error (400)",
        OriginalStatusCode=400,
        OriginalMessage="boom",
        LogStreamArn="arn:aws:logs:x",
        Extra=1,
    ),
    "of validation": error(400, "ValidationError", "Endpoint e not found.", Extra=1),
    "with a namespace": error(400, "com.amazonaws#ValidationError:http://x", "no"),
    "in the body": response(
        400, b'{"__type": "a.b#ValidationError", "message": "no"}', [MODEL_HEADERS[0]]
    ),
    "with a code in the body": response(403, b'{"code": "Denied", "Message": "no"}', []),
    "unknown": error(418, "TeapotException", "short"),
    "in HTML": response(502, b"<html>Bad</html>", []),
    "empty": response(503, b"", []),
    "in text": response(404, b"not here", []),
    "a redirect": response(307, b"", [("Location", "http://127.0.0.1:1/")]),
    "not ready": error(429, "ModelNotReadyException", "loading"),
    "inside": error(530, "InternalDependencyException", "x"),
}


@pytest.mark.parametrize("scripted", ERRORS.values(), ids=ERRORS)
def test_an_error_has_the_response_of_boto3s(
    client: Any, boto: Any, endpoint: Endpoint, scripted: bytes
) -> None:
    endpoint.script.extend([raw(scripted)] * 2)
    with pytest.raises(ServiceError) as ours:
        client(ONCE).invoke_endpoint(EndpointName="e", Body=b"")
    with pytest.raises(ClientError) as theirs:
        boto.invoke_endpoint(EndpointName="e", Body=b"")
    assert ours.value.response == theirs.value.response
    assert ours.value.operation_name == theirs.value.operation_name


READS: dict[str, Callable[[Any], Any]] = {
    "read": lambda body: body.read(),
    "read twice": lambda body: (body.read(), body.read()),
    "read by 7": lambda body: (body.read(7), body.read(7), body.read(), body.read(7)),
    "read nothing": lambda body: (body.read(0), body.read()),
    "chunks": lambda body: list(body.iter_chunks(5)),
    "large chunks": lambda body: list(body.iter_chunks()),
    "lines": lambda body: list(body.iter_lines()),
    "lines by 3": lambda body: list(body.iter_lines(3)),
    "lines with ends": lambda body: list(body.iter_lines(chunk_size=4, keepends=True)),
    "readlines": lambda body: body.readlines(),
    "iteration": list,
    "next": lambda body: (next(body), body.tell()),
    "tell": lambda body: (body.tell(), body.read(3), body.tell(), body.read(), body.tell()),
    "readable": lambda body: body.readable(),
    "with": lambda body: body.__enter__().read(),
    "a wrapper": lambda body: io.TextIOWrapper(io.BytesIO(body.read())).readlines(),
}
TEXT = b"one\ntwo\r\n\nthree\rfour\nlast"


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_body_reads_as_boto3s(client: Any, boto: Any, endpoint: Endpoint, read: Any) -> None:
    outcomes = []
    for one in (client(), boto):
        endpoint.respond(200, TEXT * 100)
        body = one.invoke_endpoint(EndpointName="e", Body=b"")["Body"]
        outcomes.append(read(body))
        body.close()
    assert outcomes[0] == outcomes[1]


def test_the_request_is_boto3s(client: Any, boto: Any, endpoint: Endpoint) -> None:
    values = {
        "EndpointName": "a b/é",
        "Body": b"\x00\xff",
        "ContentType": "text/csv; charset=x",
        "Accept": " */* ",
        "CustomAttributes": "é=ü",
        "TargetModel": "m.tar.gz",
        "TargetVariant": "v",
        "TargetContainerHostname": "h",
        "InferenceId": "i",
        "EnableExplanations": "`x`",
        "InferenceComponentName": "c",
        "SessionId": "NEW_SESSION",
    }
    for one in (client(), boto):
        one.invoke_endpoint(**values)["Body"].read()
    ours, theirs = endpoint.requests
    varying = ("user-agent", "authorization", "x-amz-date", "amz-sdk-invocation-id")
    for received in endpoint.requests:
        for name in (*varying, "amz-sdk-request"):
            assert received.headers.pop(name)
    assert ours == theirs


@pytest.mark.parametrize(
    "body",
    [
        b"hello",
        bytearray(b"hello"),
        "hello",
        io.BytesIO(b"hello"),
        io.BufferedReader(io.BytesIO(b"hello")),
    ],
    ids=["bytes", "bytearray", "text", "a file", "a buffered file"],
)
def test_a_body_can_be_bytes_text_or_a_file(client: Any, endpoint: Endpoint, body: Any) -> None:
    client().invoke_endpoint(EndpointName="e", Body=body)["Body"].close()
    assert endpoint.requests[0].body == b"hello"


def test_a_file_is_sent_from_its_current_position(client: Any, endpoint: Endpoint) -> None:
    file = io.BytesIO(b"header:hello")
    file.seek(7)
    client().invoke_endpoint(EndpointName="e", Body=file)["Body"].close()
    assert endpoint.requests[0].body == b"hello"


def test_credentials_can_be_arguments(client: Any, endpoint: Endpoint) -> None:
    keys = {"aws_access_key_id": "EXPLICIT", "aws_secret_access_key": "s", "aws_session_token": "t"}
    client(**keys).invoke_endpoint(EndpointName="e", Body=b"")["Body"].close()
    assert "Credential=EXPLICIT/" in endpoint.requests[0].headers["authorization"]
    assert endpoint.requests[0].headers["x-amz-security-token"] == "t"
    with pytest.raises(ConfigurationError, match="Partial credentials"):
        client(aws_access_key_id="EXPLICIT")


@pytest.mark.parametrize(
    "values",
    [{"Body": b""}, {"EndpointName": "e", "Nonsense": 1}, {"EndpointName": 7, "Body": b""}],
)
def test_a_wrong_parameter_is_rejected_before_the_request(
    client: Any, endpoint: Endpoint, values: Any
) -> None:
    with pytest.raises(UsageError, match="Parameter validation failed"):
        client().invoke_endpoint(**values)
    assert endpoint.connections == 0


CONFIGURED: dict[str, dict[str, str]] = {
    "a region": {},
    "FIPS": {"AWS_USE_FIPS_ENDPOINT": "true"},
    "dual-stack": {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
    "an endpoint URL": {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": "http://127.0.0.1:1/path"},
}


@pytest.mark.parametrize("variables", CONFIGURED.values(), ids=CONFIGURED)
def test_the_region_and_endpoint_url_are_those_of_boto3(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in {**CREDENTIAL_VARIABLES, **variables}.items():
        monkeypatch.setenv(name, value)
    ours = Client("us-west-2", environ={**environ, **variables}).meta
    theirs = boto3.client("sagemaker-runtime", "us-west-2").meta
    assert ours == (theirs.region_name, theirs.endpoint_url)


@pytest.mark.parametrize(
    ("positional", "keywords", "region"),
    [
        (["sagemaker-runtime"], {}, "us-east-1"),
        (["sagemaker-runtime"], {"region_name": "eu-west-1"}, "eu-west-1"),
        (["us-west-2"], {"region_name": "eu-west-1"}, "eu-west-1"),
    ],
)
def test_a_service_name_is_not_a_region(
    environ: dict[str, str], positional: list[str], keywords: dict[str, str], region: str
) -> None:
    with pytest.raises(UsageError) as caught:
        Client(*positional, environ=environ, **keywords)  # type: ignore[arg-type]
    assert "not a service name" in str(caught.value)
    assert str(caught.value).endswith(f'write smrt.Client(region_name="{region}")')


@pytest.mark.parametrize(("positional", "keyword"), [("eu-west-1", None), (None, "eu-west-1")])
def test_the_region_is_an_argument_or_a_keyword(
    environ: dict[str, str], positional: str | None, keyword: str | None
) -> None:
    assert Client(positional, region_name=keyword, environ=environ).meta.region_name == "eu-west-1"


def test_leaving_a_with_block_closes_the_connections(
    client: Callable[..., Client], endpoint: Endpoint
) -> None:
    with client() as one:
        assert isinstance(one, Client)
        for _ in range(2):
            one.invoke_endpoint(EndpointName="e", Body=b"")["Body"].read()
        assert endpoint.connections == 1
    one.close()  # again
    one.invoke_endpoint(EndpointName="e", Body=b"")["Body"].read()
    assert endpoint.connections == 2


def test_sixteen_threads_share_a_client(client: Any, endpoint: Endpoint) -> None:
    def echo(sock: Any, received: Received) -> None:
        sock.sendall(response(body=b"echo " + base64.b64encode(received.body)))

    endpoint.script.extend([echo] * 320)
    one, wrong = client(), []

    def work(number: int) -> None:
        for turn in range(20):
            body = b"%d/%d" % (number, turn)
            try:
                response = one.invoke_endpoint(EndpointName=f"e{number}", Body=body)
                if response["Body"].read() != b"echo " + base64.b64encode(body):
                    wrong.append(body)
            except SmrtError as exc:
                wrong.append(repr(exc).encode())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert endpoint.connections <= 16
    assert len(endpoint.requests) == 320


def test_the_package_exports_the_client() -> None:
    assert smrt.Client is Client
    assert smrt.ServiceError is ServiceError
    with pytest.raises(AttributeError, match="nonsense"):
        smrt.nonsense  # noqa: B018


def test_a_truncated_error_response_is_still_that_error(
    endpoint: Endpoint, environ: dict[str, str]
) -> None:
    def broken(sock: socket.socket, _: Received) -> None:
        sock.sendall(b"HTTP/1.1 400 Bad\r\nx-amzn-errortype: ValidationError\r\n")
        sock.sendall(b'Content-Length: 100\r\n\r\n{"Message":')
        sock.close()

    endpoint.respond_with(broken)
    client = Client("us-east-1", endpoint_url=endpoint.url, environ=environ)
    with pytest.raises(ServiceError) as caught:
        client.invoke_endpoint(EndpointName="e", Body=b"")
    assert (caught.value.code, caught.value.message) == ("ValidationError", '{"Message":')
    assert len(endpoint.requests) == 1
