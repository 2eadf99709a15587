"""What signatures, help and type checkers know of the operations, beside the table and boto3."""

import inspect
import pydoc
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, TypedDict, get_type_hints

import boto3
import pytest
from botocore.exceptions import ParamValidationError
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from typing_extensions import assert_type, is_typeddict

import smrt
from smrt.client import response_types
from smrt.client.exceptions import ClientExceptions
from smrt.client.response_types import (
    InvokeEndpointAsyncOutput,
    InvokeEndpointOutput,
    InvokeEndpointWithResponseStreamOutput,
    WaitOutput,
)
from smrt.client.runtime_interface import Blob, RuntimeInterface
from smrt.errors import ServiceError, UsageError
from smrt.protocol.operations import OPERATIONS, Kind, Operation
from smrt.protocol.response_stream import EventStream
from smrt.s3.async_results import WAITED_OPERATION
from smrt.transport.streaming_body import StreamingBody
from tests.conftest import CREDENTIAL_VARIABLES
from tests.support.scripted_endpoint import MODEL_HEADERS, Endpoint, error, raw
from tests.support.streams import part, stream

TYPES: dict[Kind, Any] = {Kind.STRING: str, Kind.INTEGER: int, Kind.BLOB: Blob}
EACH = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)


def method(operation: Operation) -> str:
    return operation.command.replace("-", "_")


@pytest.fixture
def client(endpoint: Endpoint, environ: dict[str, str]) -> Iterator[smrt.Client]:
    s3 = {"AWS_ENDPOINT_URL_S3": endpoint.url}
    with closing(smrt.Client(endpoint_url=endpoint.url, environ={**environ, **s3})) as made:
        yield made


@pytest.fixture(scope="module")
def boto() -> Iterator[Any]:
    made = boto3.client(
        "sagemaker-runtime",
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:1",
        aws_access_key_id=CREDENTIAL_VARIABLES["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIAL_VARIABLES["AWS_SECRET_ACCESS_KEY"],
    )
    with closing(made):
        yield made


@EACH
def test_a_signature_has_the_parameters_of_the_table(operation: Operation) -> None:
    this, *parameters = inspect.signature(
        getattr(smrt.Client, method(operation))
    ).parameters.items()
    assert this[0] == "self"
    assert [
        (name, each.kind, each.annotation, each.default is inspect.Parameter.empty)
        for name, each in parameters
    ] == [
        (member.name, inspect.Parameter.KEYWORD_ONLY, TYPES[member.kind], member.required)
        for member in operation.members
    ]


@EACH
def test_a_type_has_the_fields_of_the_table(operation: Operation) -> None:
    output = getattr(response_types, f"{operation.name}Output")
    fields = {field.name for field in operation.fields}
    body = set() if operation.returns_json else {"Body"}
    assert set(get_type_hints(output)) == fields | body | {"ResponseMetadata"}
    declared = inspect.signature(getattr(smrt.Client, method(operation))).return_annotation
    assert declared == output.__name__


def test_the_type_of_a_result_has_the_fields_of_the_command() -> None:
    fields = {field.name for field in WAITED_OPERATION.fields}
    assert set(get_type_hints(WaitOutput)) == fields | {"Body", "ResponseMetadata"}


def test_the_types_are_dicts_with_docstrings() -> None:
    typed_dicts = [kind for name, kind in vars(response_types).items() if is_typeddict(kind)]
    public = [kind for kind in typed_dicts if not kind.__name__.startswith("_")]
    assert len(public) == 6
    assert all(kind.__doc__ for kind in public)


@EACH
def test_help_shows_what_the_interface_declares(operation: Operation) -> None:
    text = pydoc.plain(pydoc.render_doc(getattr(smrt.Client, method(operation))))
    signature = "".join(text.split())  # Python 3.13 breaks it into lines
    assert f"{method(operation)}(self,*,EndpointName:str," in signature
    assert f"API_runtime_{operation.name}.html" in text
    assert f"Client.{method(operation)}" in repr(getattr(smrt.Client, method(operation)))


VALUES = st.one_of(st.none(), st.text(max_size=3), st.binary(max_size=3), st.integers(0, 3))


def refusal(call: Callable[..., Any], parameters: dict[str, Any]) -> str:
    with pytest.raises((UsageError, ParamValidationError)) as caught:
        call(**parameters)
    return str(caught.value)


@hypothesis_settings(suppress_health_check=list(HealthCheck), max_examples=30)
@given(st.data())
def test_wrong_parameters_are_reported_as_boto3_reports_them(
    client: smrt.Client, boto: Any, data: st.DataObject
) -> None:
    operation = data.draw(st.sampled_from(OPERATIONS))
    names = st.sampled_from([member.name for member in operation.members] + ["endpointName", "X"])
    parameters = data.draw(st.dictionaries(names, VALUES, max_size=4)) | {"Nonsense": 1}
    parameters.pop("EndpointName", None)  # an empty one is rejected by smrt alone
    ours, theirs = (refusal(getattr(one, method(operation)), parameters) for one in (client, boto))
    assert sorted(ours.splitlines()) == sorted(theirs.splitlines())


def test_a_misspelled_parameter_has_the_nearest_name_as_a_hint(client: smrt.Client) -> None:
    with pytest.raises(UsageError) as caught:
        client.invoke_endpoint(endpoint_name="e", Body=b"")  # type: ignore[call-arg]
    assert "did you mean EndpointName instead of endpoint_name?" in caught.value.hints


def test_a_response_has_its_declared_type(client: smrt.Client) -> None:
    response = client.invoke_endpoint(EndpointName="e", Body=b"", ContentType="text/csv")
    assert_type(response, InvokeEndpointOutput)
    assert_type(response["Body"], StreamingBody)
    assert_type(response["ResponseMetadata"]["HTTPHeaders"], dict[str, str])
    assert assert_type(response["Body"].read(), bytes) == b'{"predictions":[1]}'
    assert assert_type(response["ContentType"], str) == "application/json"
    assert assert_type(response["ResponseMetadata"]["HTTPStatusCode"], int) == 200


def test_the_body_of_a_response_can_be_the_body_of_a_request(
    client: smrt.Client, endpoint: Endpoint
) -> None:
    first = client.invoke_endpoint(EndpointName="e", Body=b"")
    client.invoke_endpoint(EndpointName="e", Body=first["Body"])["Body"].close()
    assert endpoint.requests[1].body == b'{"predictions":[1]}'


def test_an_asynchronous_response_has_its_declared_type(
    client: smrt.Client, endpoint: Endpoint
) -> None:
    location = ("X-Amzn-SageMaker-OutputLocation", "s3://b/o")
    endpoint.respond(202, b'{"InferenceId": "i"}', [*MODEL_HEADERS, location])
    queued = client.invoke_endpoint_async(EndpointName="e", InputLocation="s3://b/i")
    assert_type(queued, InvokeEndpointAsyncOutput)
    assert assert_type(queued["OutputLocation"], str) == "s3://b/o"
    result = client.wait(queued, timeout=60)
    assert_type(result, WaitOutput)
    assert assert_type(result["Body"], StreamingBody).read() == b'{"predictions":[1]}'
    assert assert_type(result["ElapsedSeconds"], float) >= 0
    assert result["InferenceId"] == "i"


def test_a_stream_has_its_declared_type(client: smrt.Client, endpoint: Endpoint) -> None:
    endpoint.respond_with(stream([part(b"one"), part(b"two")]))
    response = client.invoke_endpoint_with_response_stream(EndpointName="e", Body=b"")
    assert_type(response, InvokeEndpointWithResponseStreamOutput)
    assert_type(response["Body"], EventStream)
    chunks = [assert_type(event["PayloadPart"]["Bytes"], bytes) for event in response["Body"]]
    assert chunks == [b"one", b"two"]


def test_an_error_has_its_declared_type(client: smrt.Client, endpoint: Endpoint) -> None:
    endpoint.respond_with(raw(error(424, "ModelError", "no", OriginalStatusCode=400)))
    try:
        client.invoke_endpoint(EndpointName="e", Body=b"")
    except client.exceptions.ModelError as exc:
        caught: ServiceError = assert_type(exc, ClientExceptions.ModelError)
    assert caught.response["OriginalStatusCode"] == 400


class Input(TypedDict):
    EndpointName: str
    Body: bytes


def test_a_runtime_can_be_anything_with_its_operations(client: smrt.Client) -> None:
    runtime: RuntimeInterface = client
    request: Input = {"EndpointName": "e", "Body": b""}
    runtime.invoke_endpoint(**request)["Body"].close()


def reported_by_type_checkers(client: smrt.Client) -> None:
    """Not run: mypy fails where one of these lines has no error."""
    client.invoke_endpoint(EndpointName="e")  # type: ignore[call-arg]
    client.invoke_endpoint(EndpointName="e", Body=1)  # type: ignore[arg-type]
    client.invoke_endpoint(EndpointName="e", Body=b"", ContentType=None)  # type: ignore[arg-type]
    client.invoke_endpoint("e", Body=b"")  # type: ignore[call-arg]
    client.invoke_endpoint_async(EndpointName="e", RequestTTLSeconds="60")  # type: ignore[arg-type]
    client.exceptions.ModelEror  # type: ignore[attr-defined]  # noqa: B018
