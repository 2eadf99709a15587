"""`client.exceptions`: the classes of boto3's client, and which error is which."""

import copy
import inspect
import pickle
import subprocess
import sys
from contextlib import closing
from typing import Any

import boto3
import pytest

import smrt
from smrt.client.exceptions import ClientExceptions
from smrt.errors import ServiceError
from smrt.protocol.operations import ERROR_MEMBERS
from tests.support.scripted_endpoint import Endpoint, error, raw
from tests.support.streams import BROKEN, part, stream

CALL = {"EndpointName": "e", "Body": b"{}"}
FAILED = error(424, "ModelError", "Received client error (400)", OriginalStatusCode=400)
EXCEPTIONS = ClientExceptions()


def names(exceptions: object) -> set[str]:
    return {
        name for name, kind in inspect.getmembers(exceptions, inspect.isclass) if name[0] != "_"
    }


def modeled(code: str, *hints: str) -> ServiceError:
    response = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"RequestId": "1"}}
    return ServiceError(response, "InvokeEndpoint", *hints)


@pytest.fixture
def client(endpoint: Endpoint, environ: dict[str, str]) -> Any:
    with closing(smrt.Client(endpoint_url=endpoint.url, environ=environ)) as made:
        yield made


def test_the_classes_are_boto3s() -> None:
    theirs = boto3.client("sagemaker-runtime", "us-east-1").exceptions
    assert names(EXCEPTIONS) == names(theirs)
    assert names(EXCEPTIONS) == {*ERROR_MEMBERS, "ClientError"}
    for code in [*ERROR_MEMBERS, "TeapotException"]:
        assert EXCEPTIONS.from_code(code).__name__ == (
            theirs.from_code(code).__name__.replace("ClientError", "ServiceError")
        )


def test_an_unknown_class_is_reported_with_the_known_ones() -> None:
    with pytest.raises(AttributeError) as ours:
        getattr(EXCEPTIONS, "ModelEror")  # noqa: B009 - type checkers report it
    with pytest.raises(AttributeError) as theirs:
        boto3.client("sagemaker-runtime", "us-east-1").exceptions.ModelEror  # noqa: B018
    assert "has no attribute 'ModelEror'" in str(ours.value)
    assert str(ours.value).partition("Valid")[1:] == str(theirs.value).partition("Valid")[1:]


@pytest.mark.parametrize("code", ERROR_MEMBERS)
def test_an_error_is_caught_by_the_class_of_its_code_alone(code: str) -> None:
    matches = {
        name
        for name in names(EXCEPTIONS)
        if isinstance(modeled(code), vars(ClientExceptions)[name])
    }
    assert matches == {code, "ClientError"}
    assert modeled(code).exit_code == 254


def test_other_codes_are_service_errors() -> None:
    assert type(modeled("TeapotException")) is EXCEPTIONS.ClientError is smrt.ServiceError


def test_the_error_that_is_caught_has_the_response(client: Any, endpoint: Endpoint) -> None:
    endpoint.respond_with(raw(FAILED))
    with pytest.raises(client.exceptions.ModelError) as caught:
        client.invoke_endpoint(**CALL)
    assert not isinstance(caught.value, client.exceptions.ValidationError)
    assert caught.value.response["Error"]["Code"] == "ModelError"
    assert caught.value.response["OriginalStatusCode"] == 400


def test_an_error_in_the_stream_is_caught_by_its_class(client: Any, endpoint: Endpoint) -> None:
    endpoint.respond_with(stream([part(b"one"), BROKEN]))
    body = client.invoke_endpoint_with_response_stream(**CALL)["Body"]
    with pytest.raises(client.exceptions.ModelStreamError) as caught:
        list(body)
    assert caught.value.response["ErrorCode"] == "StreamBroken"


@pytest.mark.parametrize("code", ["ModelError", "TeapotException"])
@pytest.mark.parametrize("copied", [copy.copy, lambda exc: pickle.loads(pickle.dumps(exc))])
def test_an_error_can_be_pickled_to_another_process(copied: Any, code: str) -> None:
    original = modeled(code, "a hint")
    original.is_last_allowed, original.resume = True, "smrt wait"
    original.response["ResponseMetadata"]["RetryAttempts"] = 2
    made = copied(original)
    assert (type(made), str(made), made.args) == (type(original), str(original), original.args)
    assert vars(made) == vars(original)


SCRIPT = """
import sys
from smrt.__main__ import main
code = main()
print(int(code), "smrt.client.exceptions" in sys.modules, "smrt.client.boto3_client" in sys.modules)
"""


def test_the_command_loads_none_of_them(endpoint: Endpoint, environ: dict[str, str]) -> None:
    endpoint.respond_with(raw(FAILED))
    line = ("invoke-endpoint", "--endpoint-name", "e", "--body", "e30=")
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, *line, "--endpoint-url", endpoint.url],
        env=environ,
        capture_output=True,
        check=True,
    )
    assert ran.stdout.split() == [b"254", b"False", b"False"]
