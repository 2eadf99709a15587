"""The Python API beside boto3, both as clients of `smrt local`."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest
from botocore.exceptions import ClientError

import smrt
from smrt.local.endpoint import echo
from smrt.local.model import load_model
from smrt.local.signature import CREDENTIALS
from tests.support.local_server import EXAMPLES, client, serve

FLOWERS = b"5.1,3.5,1.4,0.2\n6.3,3.3,6.0,2.5\n"
CALLS: list[dict[str, Any]] = [
    {"EndpointName": "iris", "Body": FLOWERS, "ContentType": "text/csv"},
    {"EndpointName": "iris", "Body": FLOWERS, "ContentType": "text/csv", "Accept": "text/csv"},
    {"EndpointName": "echo", "Body": b"", "ContentType": "text/plain"},
    {"EndpointName": "echo", "Body": b"\x00\xff" * 100_000, "CustomAttributes": "trace=1"},
]
FAILURES: list[dict[str, Any]] = [
    {"EndpointName": "nobody", "Body": b""},
    {"EndpointName": "iris", "Body": b"no flower", "ContentType": "text/csv"},
    {"EndpointName": "iris", "Body": b"", "ContentType": "image/png"},
]
CHANGING = ("date", "x-amzn-requestid")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    iris = load_model(EXAMPLES / "iris").predict
    with serve({"iris": iris, "echo": echo}) as server:
        yield server


@pytest.fixture
def ours(url: str) -> Iterator[smrt.Client]:
    made = smrt.Client(
        region_name="eu-west-3",
        endpoint_url=url,
        aws_access_key_id=CREDENTIALS.access_key,
        aws_secret_access_key=CREDENTIALS.secret_key,
        environ={"AWS_MAX_ATTEMPTS": "1"},
    )
    with closing(made):
        yield made


def steady(reply: Mapping[str, Any]) -> dict[str, Any]:
    """A reply without what differs from call to call."""
    about = dict(reply["ResponseMetadata"])
    about["RequestId"] = bool(about["RequestId"])
    about["HTTPHeaders"] = {
        name: name in CHANGING or value for name, value in about["HTTPHeaders"].items()
    }
    rest = {name: value for name, value in reply.items() if name != "Body"}
    return {**rest, "ResponseMetadata": about}


@pytest.mark.parametrize("call", CALLS)
def test_a_response_equals_boto3s_key_by_key(
    url: str, ours: smrt.Client, call: dict[str, Any]
) -> None:
    with closing(client(url)) as theirs:
        wanted = theirs.invoke_endpoint(**call)
        got = ours.invoke_endpoint(**call)
        assert steady(got) == steady(wanted)
        assert list(got["Body"].iter_chunks()) == list(wanted["Body"].iter_chunks())


@pytest.mark.parametrize("call", FAILURES)
def test_an_error_equals_boto3s_key_by_key(
    url: str, ours: smrt.Client, call: dict[str, Any]
) -> None:
    with closing(client(url)) as theirs:
        with pytest.raises(ClientError) as wanted:
            theirs.invoke_endpoint(**call)
        with pytest.raises(smrt.ServiceError) as got:
            ours.invoke_endpoint(**call)
    assert steady(dict(got.value.response)) == steady(wanted.value.response)
    assert str(got.value) == str(wanted.value)
