from collections.abc import Iterator
from contextlib import closing
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EventStreamError

from smrt import Client
from smrt.errors import ServiceError, TransportError
from smrt.protocol.eventstream import encode_message
from smrt.protocol.response_stream import exception as written_exception
from smrt.protocol.response_stream import part as written_part
from smrt.protocol.response_stream import parts
from tests.conftest import CREDENTIAL_VARIABLES
from tests.support import streams
from tests.support.scripted_endpoint import Endpoint
from tests.support.streams import BROKEN, error, exception, message, part, stream

CALL: dict[str, Any] = {"EndpointName": "e", "Body": b"{}", "ContentType": "application/json"}


@pytest.fixture
def ours(endpoint: Endpoint) -> Iterator[Client]:
    with closing(
        Client(endpoint_url=endpoint.url, environ={**CREDENTIAL_VARIABLES, "HOME": "/nowhere"})
    ) as made:
        yield made


@pytest.fixture
def botos(endpoint: Endpoint) -> Iterator[Any]:
    made = boto3.client(
        "sagemaker-runtime",
        endpoint_url=endpoint.url,
        region_name=CREDENTIAL_VARIABLES["AWS_DEFAULT_REGION"],
        aws_access_key_id=CREDENTIAL_VARIABLES["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIAL_VARIABLES["AWS_SECRET_ACCESS_KEY"],
        config=Config(proxies={}),
    )
    with closing(made):
        yield made


def outcome(client: Any) -> tuple[dict[str, Any], list[Any], Any]:
    """The response, the events of its body, and the error that ended it, if any."""
    response = client.invoke_endpoint_with_response_stream(**CALL)
    body, events = response.pop("Body"), []
    failure = None
    try:
        for event in body:
            events.append(event)  # noqa: PERF402 - keep the events before an error
    except (ServiceError, EventStreamError) as exc:
        failure = (str(exc), exc.response["Error"], exc.operation_name)
    finally:
        body.close()
    return response, events, failure


UNKNOWN_EVENT = message({":event-type": "News", ":message-type": "event"}, b"?")
MESSAGE_IN_LOWER_CASE = message(
    {":exception-type": "InternalStreamFailure", ":message-type": "exception"},
    b'{"message": "try again"}',
)


@pytest.mark.parametrize(
    "chunks",
    [
        [],
        [part(b"one"), part(b"two")],
        [part(b"one") + part(b""), part(b"two")[:20], part(b"two")[20:]],
        [part(b"one"), UNKNOWN_EVENT, part(b"two")],
        [part(b"one"), BROKEN],
        [part(b"one"), BROKEN, part(b"never seen")],
        [exception("InternalStreamFailure", "")],
        [error("InternalError", "it broke")],
    ],
)
def test_the_client_returns_what_boto3_returns(
    endpoint: Endpoint, ours: Client, botos: Any, chunks: list[bytes]
) -> None:
    endpoint.respond_with(stream(chunks))
    endpoint.respond_with(stream(chunks))
    expected = outcome(botos)
    assert outcome(ours) == expected
    requests = [(each.method, each.target, each.body) for each in endpoint.requests]
    assert requests[0] == requests[1]


def test_an_error_has_its_members_and_the_request_id(endpoint: Endpoint, ours: Client) -> None:
    endpoint.respond_with(stream([BROKEN]))
    with pytest.raises(ServiceError) as caught:
        list(ours.invoke_endpoint_with_response_stream(**CALL)["Body"])
    assert caught.value.code == "ModelStreamError"
    assert dict(caught.value.details) == {
        "ErrorCode": "StreamBroken",
        "RequestId": streams.REQUEST_ID,
    }


@pytest.mark.parametrize(
    ("chunk", "code", "text"),
    [
        (exception("NewException", "what?"), "NewException", "what?"),
        (message({":message-type": "exception", ":exception-type": "A"}, b"no"), "A", "no"),
        (message({":message-type": "exception", ":exception-type": "A"}, b"[1]"), "A", "[1]"),
        (message({":message-type": "error"}), "Unknown", ""),
        (MESSAGE_IN_LOWER_CASE, "InternalStreamFailure", "try again"),
    ],
)
def test_errors_outside_the_service_model_are_raised(chunk: bytes, code: str, text: str) -> None:
    with pytest.raises(ServiceError) as caught:
        list(parts([chunk], {}))
    assert (caught.value.code, caught.value.message) == (code, text)


def test_a_truncated_stream_is_an_error(endpoint: Endpoint, ours: Client) -> None:
    endpoint.respond_with(stream([part(b"one"), part(b"two")[:9]]))
    body = ours.invoke_endpoint_with_response_stream(**CALL)["Body"]
    events = iter(body)
    assert next(events) == {"PayloadPart": {"Bytes": b"one"}}
    with pytest.raises(TransportError, match="it ends within a message"):
        next(events)


def test_a_closed_body_ends_the_transfer(endpoint: Endpoint, ours: Client) -> None:
    endpoint.respond_with(stream([part(b"one"), part(b"two")]))
    body = ours.invoke_endpoint_with_response_stream(**CALL)["Body"]
    body.close()
    assert list(body) == []


def test_messages_of_smrt_local_are_decoded() -> None:
    assert encode_message(written_part(b"\x00\xff")) == part(b"\x00\xff")
    chunk = encode_message(written_exception("ModelStreamError", "é", ErrorCode="StreamBroken"))
    with pytest.raises(ServiceError) as caught:
        list(parts([chunk], {"RequestId": "1"}))
    assert caught.value.message == "é"
    assert caught.value.members == {"ErrorCode": "StreamBroken"}
