"""Code written for boto3's client, run with boto3's client and with smrt's: the outcome is one."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import boto3
import pytest
from botocore.config import Config

import smrt
from smrt.local.endpoint import Invocation, ModelFailure, Prediction, echo
from smrt.local.signature import CREDENTIALS
from tests.support.local_server import serve
from tests.support.scripted_endpoint import MODEL_HEADERS, Endpoint

KEYS: dict[str, Any] = {
    "aws_access_key_id": CREDENTIALS.access_key,
    "aws_secret_access_key": CREDENTIALS.secret_key,
}


def lines(call: Invocation) -> Prediction:
    return Prediction(b"one\ntwo\nthree", "text/plain", "trace=1")


def fails(call: Invocation) -> Prediction:
    raise ModelFailure(503, "out of memory")


def tokens(call: Invocation) -> Prediction:
    return Prediction(iter([b"Once ", b"upon ", b"a time"]), "text/plain")


def breaks(call: Invocation) -> Prediction:
    def chunks() -> Iterator[bytes]:
        yield b"Once "
        raise ModelFailure(504, "too slow")

    return Prediction(chunks(), "text/plain")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    models = {"echo": echo, "lines": lines, "fails": fails, "tokens": tokens, "breaks": breaks}
    with serve(models) as address:
        yield address


def clients(url: str) -> tuple[Any, Any]:
    """smrt's client and boto3's, of `url`."""
    once = Config(retries={"total_max_attempts": 1}, proxies={})
    return (
        smrt.Client(
            region_name="us-east-1", endpoint_url=url, environ={"AWS_MAX_ATTEMPTS": "1"}, **KEYS
        ),
        boto3.client(
            "sagemaker-runtime", region_name="us-east-1", endpoint_url=url, config=once, **KEYS
        ),
    )


def invoke_endpoint(client: Any) -> Any:
    response = client.invoke_endpoint(
        EndpointName="echo",
        Body=b"bytes",
        ContentType="text/plain",
        Accept="text/plain",
        CustomAttributes="string",
        TargetModel="string",
        TargetVariant="AllTraffic",
        TargetContainerHostname="string",
        InferenceId="string",
        EnableExplanations="string",
        InferenceComponentName="string",
        SessionId="string",
    )
    return (
        response["Body"].read(),
        response["ContentType"],
        response["InvokedProductionVariant"],
        response["ResponseMetadata"]["HTTPStatusCode"],
        sorted(response),
    )


def read_lines(client: Any) -> Any:
    response = client.invoke_endpoint(EndpointName="lines", Body=b"")
    return [line.decode() for line in response["Body"].iter_lines()], response["CustomAttributes"]


def read_chunks(client: Any) -> Any:
    response = client.invoke_endpoint(EndpointName="lines", Body=b"")
    return list(response["Body"].iter_chunks(chunk_size=4))


def read_with(client: Any) -> Any:
    with client.invoke_endpoint(EndpointName="lines", Body=b"")["Body"] as body:
        return body.read()


def catch_an_error_of_the_model(client: Any) -> Any:
    try:
        client.invoke_endpoint(EndpointName="fails", Body=b"")
    except client.exceptions.ModelError as exc:
        named = {name: exc.response[name] for name in ("OriginalStatusCode", "OriginalMessage")}
        return named, exc.response["Error"], exc.operation_name, str(exc)


def catch_an_error_of_the_service(client: Any) -> Any:
    try:
        client.invoke_endpoint(EndpointName="nobody", Body=b"")
    except client.exceptions.ModelError:
        return "an error of the model"
    except client.exceptions.ValidationError as exc:
        return exc.response["Error"]["Message"], exc.response["ResponseMetadata"]["HTTPStatusCode"]


def catch_any_error(client: Any) -> Any:
    try:
        client.invoke_endpoint(EndpointName="fails", Body=b"")
    except client.exceptions.ClientError as exc:
        return exc.response["Error"]["Code"], type(exc).__name__


def look_up_a_class(client: Any) -> Any:
    return client.exceptions.from_code("ModelError") is client.exceptions.ModelError


def stream(client: Any) -> Any:
    response = client.invoke_endpoint_with_response_stream(
        EndpointName="tokens", Body=b"{}", ContentType="application/json"
    )
    return [event["PayloadPart"]["Bytes"] for event in response["Body"]], response["ContentType"]


def stream_one_part(client: Any) -> Any:
    body = client.invoke_endpoint_with_response_stream(EndpointName="tokens", Body=b"")["Body"]
    first = next(iter(body))
    body.close()
    return first


def catch_an_error_in_the_stream(client: Any) -> Any:
    response = client.invoke_endpoint_with_response_stream(EndpointName="breaks", Body=b"")
    received = b""
    try:
        for event in response["Body"]:
            received += event["PayloadPart"]["Bytes"]
    except client.exceptions.ClientError as exc:
        return received, exc.response["Error"]
    finally:
        response["Body"].close()


def describe(client: Any) -> Any:
    return client.meta.region_name, client.meta.endpoint_url


def close_twice(client: Any) -> Any:
    return client.close(), client.close()


USES: list[Callable[[Any], Any]] = [
    *(invoke_endpoint, read_lines, read_chunks, read_with),
    *(catch_an_error_of_the_model, catch_an_error_of_the_service, catch_any_error),
    *(stream, stream_one_part, catch_an_error_in_the_stream),
    *(look_up_a_class, describe, close_twice),
]


@pytest.mark.parametrize("use", USES, ids=lambda use: use.__name__)
def test_code_for_boto3_has_the_same_outcome(url: str, use: Callable[[Any], Any]) -> None:
    ours, theirs = clients(url)
    with closing(ours), closing(theirs):
        outcome = use(ours)
        assert outcome is not None
        assert outcome == use(theirs)


def invoke_endpoint_async(client: Any) -> Any:
    response = client.invoke_endpoint_async(
        EndpointName="string",
        ContentType="string",
        Accept="string",
        CustomAttributes="string",
        InferenceId="string",
        InputLocation="s3://bucket/key",
        S3OutputPathExtension="string",
        Filename="string",
        RequestTTLSeconds=123,
        InvocationTimeoutSeconds=123,
    )
    names = ("InferenceId", "OutputLocation", "FailureLocation")
    return [response[name] for name in names], response["ResponseMetadata"]["RequestId"]


def test_a_request_is_queued_as_by_boto3(endpoint: Endpoint) -> None:
    headers = [
        *MODEL_HEADERS,
        ("X-Amzn-SageMaker-OutputLocation", "s3://bucket/output"),
        ("X-Amzn-SageMaker-FailureLocation", "s3://bucket/failure"),
    ]
    ours, theirs = clients(endpoint.url)
    with closing(ours), closing(theirs):
        for _ in range(2):
            endpoint.respond(202, b'{"InferenceId": "string"}', headers)
        assert invoke_endpoint_async(ours) == invoke_endpoint_async(theirs)
    sent = [(each.method, each.target, each.body) for each in endpoint.requests]
    assert sent[0] == sent[1]
