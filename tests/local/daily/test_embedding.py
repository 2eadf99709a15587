"""smrt.local.running: local endpoints in Python code."""

import boto3
import pytest

import smrt
import smrt.local
from smrt.errors import ServiceError, UsageError
from tests.support.local_server import EXAMPLES


def test_both_clients_call_the_endpoints() -> None:
    with smrt.local.running(f"counter={EXAMPLES / 'counter'}", "echo") as server:
        boto = boto3.client("sagemaker-runtime", **server.client_arguments)
        assert boto.invoke_endpoint(EndpointName="echo", Body=b"1")["Body"].read() == b"1"
        boto.close()
        with smrt.Client(**server.client_arguments) as client:
            response = client.invoke_endpoint(EndpointName="counter", Body=b"one two")
            assert response["Body"].read() == b'{"words": 2, "total": 2}\n'
            accepted = client.invoke_endpoint_async(EndpointName="echo", Body=b"1")
            assert accepted["OutputLocation"].startswith("s3://smrt-local/echo/output/")
        added = server.variables({})
    assert added["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"] == server.url
    assert added["AWS_ENDPOINT_URL_S3"] == server.storage_url


def test_a_model_that_cannot_be_loaded_is_an_error() -> None:
    with pytest.raises(UsageError, match="no such folder"), smrt.local.running("a=/nowhere"):
        pass


def test_models_may_scale_from_zero() -> None:
    with (
        smrt.local.running("counter=" + str(EXAMPLES / "counter"), cold_start=60.0) as server,
        smrt.Client(**server.client_arguments) as client,
        pytest.raises(ServiceError, match="is not ready for inference yet"),
    ):
        client.invoke_endpoint(EndpointName="counter", Body=b"1")


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'walking'"):
        smrt.local.walking  # noqa: B018
