"""The caller: signatures, credentials, and the attempts of a call."""

import io
import itertools
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from smrt.client.caller import Caller, OperationResponse
from smrt.client.dependencies import Dependencies
from smrt.errors import ConfigurationError, ServiceError, SmrtError, TransportError
from smrt.protocol.messages import Credentials, Request, Settings
from smrt.protocol.operations import INVOKE_ENDPOINT, INVOKE_ENDPOINT_ASYNC, Operation
from tests.conftest import CREDENTIAL_VARIABLES
from tests.support.scripted_endpoint import Endpoint, Received, drop, error, raw, reset
from tests.support.scripted_transport import ScriptedTransport, read_timeout

NOW = 1_700_000_000.0
SIGNER = Credentials(
    CREDENTIAL_VARIABLES["AWS_ACCESS_KEY_ID"], CREDENTIAL_VARIABLES["AWS_SECRET_ACCESS_KEY"]
)


class Watched:
    """Dependencies with a clock that is set, recorded sleeps, and random numbers of a half."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds + 1

    @property
    def world(self) -> Dependencies:
        return Dependencies(clock=lambda: self.now, sleep=self.sleep, random=lambda: 0.5)


@pytest.fixture
def watched() -> Watched:
    return Watched()


Make = Callable[..., Caller]


@pytest.fixture
def make(endpoint: Endpoint, watched: Watched) -> Iterator[Make]:
    """Make a caller of `endpoint` in the watched world."""
    made: list[Caller] = []

    def caller(
        source: Callable[[], Credentials | None] = lambda: SIGNER, **settings: Any
    ) -> Caller:
        resolved = Settings(region="us-east-1", endpoint_url=endpoint.url, **settings)
        made.append(Caller(resolved, source, watched.world))
        return made[-1]

    yield caller
    for one in made:
        one.close()


def call(caller: Caller, body: Any = b"", **values: str) -> OperationResponse:
    """A call whose response is read to its end."""
    reply = caller.call(INVOKE_ENDPOINT, {"EndpointName": "e", "Body": body, **values})
    reply.body.read()
    return reply


def test_a_pipe_is_read_once_and_sent_as_often_as_needed(make: Make, endpoint: Endpoint) -> None:
    endpoint.respond_with(drop)
    source, sink = os.pipe()
    with os.fdopen(sink, "wb") as file:
        file.write(b"hello")
    with os.fdopen(source, "rb") as file:
        call(make(), file)
    assert [received.body for received in endpoint.requests] == [b"hello"] * 2


def test_a_file_is_rewound_for_each_attempt(make: Make, endpoint: Endpoint) -> None:
    for scripted in (drop, raw(error(503, "ServiceUnavailable", "x"))):
        endpoint.respond_with(scripted)
    content = os.urandom(2_000_000)
    call(make(), io.BytesIO(content))
    assert [received.body == content for received in endpoint.requests] == [True] * 3


SEQUENCE: list[tuple[Operation, dict[str, Any]]] = [
    (INVOKE_ENDPOINT, {"EndpointName": "e", "Body": b"x", "ContentType": "a/b"}),
    (INVOKE_ENDPOINT, {"EndpointName": "e", "Body": b"y", "ContentType": "a/b"}),
    (INVOKE_ENDPOINT, {"EndpointName": "e", "Body": 5, "ContentType": "a/b"}),
    (INVOKE_ENDPOINT, {"EndpointName": "e", "ContentType": "a/b"}),
    (INVOKE_ENDPOINT, {"EndpointName": "f", "Body": b"x", "ContentType": "a/c"}),
    (INVOKE_ENDPOINT, {"EndpointName": "", "Body": b"x"}),
    (INVOKE_ENDPOINT, {"EndpointName": "e", "Body": b"x", "ContentType": None}),
    (INVOKE_ENDPOINT_ASYNC, {"EndpointName": "e", "RequestTTLSeconds": 60}),
    (INVOKE_ENDPOINT_ASYNC, {"EndpointName": "e", "RequestTTLSeconds": "60"}),
    (INVOKE_ENDPOINT_ASYNC, {"EndpointName": "e", "RequestTTLSeconds": [60]}),
    (INVOKE_ENDPOINT_ASYNC, {"EndpointName": "e", "Body": b"x" * 128_001}),
]


@pytest.mark.parametrize("validate", [True, False])
def test_a_request_does_not_depend_on_the_one_before(make: Make, *, validate: bool) -> None:
    def outcome(caller: Caller, number: int) -> Request | str:
        try:
            return caller.request(*SEQUENCE[number])
        except (SmrtError, AttributeError) as exc:  # without validation, 5 cannot be read
            return str(exc)

    alone = [outcome(make(validate=validate), number) for number in range(len(SEQUENCE))]
    for first, second in itertools.permutations(range(len(SEQUENCE)), 2):
        caller = make(validate=validate)
        assert [outcome(caller, first), outcome(caller, second)] == [alone[first], alone[second]]


def test_a_parameter_that_changes_in_place_is_encoded_again(make: Make) -> None:
    caller, attributes = make(validate=False), ["a"]
    for expected in ("['a']", "['a', 'b']"):
        values = {"EndpointName": "e", "CustomAttributes": attributes}
        assert dict(caller.request(INVOKE_ENDPOINT, values).headers).popitem()[1] == expected
        attributes.append("b")


def attempts(endpoint: Endpoint) -> list[str]:
    return [received.headers["amz-sdk-request"] for received in endpoint.requests]


def test_attempts_are_counted_and_share_an_id(
    make: Make, endpoint: Endpoint, watched: Watched
) -> None:
    for _ in range(2):
        endpoint.respond_with(raw(error(503, "ServiceUnavailable", "x")))
    assert call(make()).retries == 2
    assert attempts(endpoint) == ["attempt=1", "attempt=2; max=3", "attempt=3; max=3"]
    assert len({r.headers["amz-sdk-invocation-id"] for r in endpoint.requests}) == 1
    assert watched.slept == [0.5, 1.0]


def test_a_body_that_changed_is_not_resent(
    make: Make, endpoint: Endpoint, watched: Watched
) -> None:
    class Shrinking(io.BytesIO):
        def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
            self.truncate(3)
            return super().seek(offset, whence)

    with pytest.raises(TransportError) as caught:
        call(make(), Shrinking(b"hello"))
    assert caught.value.code == "BodyChangedError"
    assert watched.slept == []


def test_calls_have_ids_of_their_own(make: Make, endpoint: Endpoint) -> None:
    one = make()
    for _ in range(2):
        call(one)
    assert len({r.headers["amz-sdk-invocation-id"] for r in endpoint.requests}) == 2


def test_the_last_error_reports_the_number_of_retries(make: Make, endpoint: Endpoint) -> None:
    for _ in range(3):
        endpoint.respond_with(raw(error(500, "InternalFailure", "oops")))
    with pytest.raises(ServiceError) as caught:
        call(make())
    assert str(caught.value) == (
        "An error occurred (InternalFailure) when calling the InvokeEndpoint operation "
        "(reached max retries: 2): oops"
    )
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 2


@pytest.mark.parametrize("tries", [1, 3, 5])
@pytest.mark.parametrize("scripted", [drop, reset, raw(b"garbage\r\n\r\n")])
def test_a_dropped_connection_is_retried(
    make: Make, endpoint: Endpoint, watched: Watched, scripted: Any, tries: int
) -> None:
    endpoint.script.extend([scripted] * tries)
    with pytest.raises(TransportError):
        call(make(max_attempts=tries))
    assert len(endpoint.requests) == tries
    assert watched.slept == [0.5, 1.0, 2.0, 4.0][: tries - 1]


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "ValidationError"), (424, "ModelError"), (429, "ModelNotReadyException"), (403, "X")],
)
def test_a_permanent_error_is_not_retried(
    make: Make, endpoint: Endpoint, status: int, code: str
) -> None:
    endpoint.respond_with(raw(error(status, code, "no")))
    with pytest.raises(ServiceError):
        call(make())
    assert attempts(endpoint) == ["attempt=1"]


def scripted(watched: Watched, transport: ScriptedTransport, **settings: Any) -> Caller:
    world = watched.world._replace(transport=lambda _: transport)
    return Caller(Settings(region="us-east-1", **settings), lambda: SIGNER, world)


def test_a_read_timeout_is_not_retried(watched: Watched) -> None:
    transport = ScriptedTransport([read_timeout()] * 2)
    with pytest.raises(TransportError) as caught:
        call(scripted(watched, transport))
    assert caught.value.code == "ReadTimeoutError"
    assert len(transport.requests) == 1


def test_a_read_timeout_is_retried_if_enabled(watched: Watched) -> None:
    transport = ScriptedTransport([read_timeout()] * 2)
    call(scripted(watched, transport, retry_timeouts=True))
    assert len(transport.requests) == 3


def test_without_an_endpoint_url_the_region_is_called(watched: Watched) -> None:
    transport = ScriptedTransport([])
    call(scripted(watched, transport))
    urls = [str(request.url) for request in transport.requests]
    assert urls == ["https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/e/invocations"]


def signature(received: Received, url: str, when: float, token: str | None = None) -> str:
    """botocore's Authorization for what was received."""
    names = received.headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    request = AWSRequest(
        "POST",
        url + received.target,
        headers={name: received.headers[name] for name in names if not name.startswith("x-amz-")},
        data=received.body,
    )
    request.context["timestamp"] = datetime.fromtimestamp(when, timezone.utc).strftime(
        "%Y%m%dT%H%M%SZ"
    )
    signer = SigV4Auth(
        BotoCredentials(SIGNER.access_key, SIGNER.secret_key, token), "sagemaker", "us-east-1"
    )
    if token:
        request.headers["X-Amz-Security-Token"] = token
    request.headers["X-Amz-Date"] = request.context["timestamp"]
    canonical = signer.canonical_request(request)
    signed = signer.signature(signer.string_to_sign(request, canonical), request)
    return f"Signature={signed}"


@pytest.mark.parametrize("token", [None, "token=="])
def test_each_attempt_is_signed_with_its_own_time(
    make: Make, endpoint: Endpoint, token: str | None
) -> None:
    endpoint.respond_with(drop)
    call(make(lambda: SIGNER._replace(token=token)), b"x", Accept=" a  b ")
    times = [NOW, NOW + 1.5]
    for received, when in zip(endpoint.requests, times, strict=True):
        stamp = datetime.fromtimestamp(when, timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        assert received.headers["x-amz-date"] == stamp
        assert received.headers.get("x-amz-security-token") == token
        assert received.headers["authorization"].endswith(
            signature(received, endpoint.url, when, token)
        )


def test_credentials_that_are_about_to_expire_are_refreshed(
    make: Make, endpoint: Endpoint, watched: Watched
) -> None:
    credentials = [Credentials(f"AKID{n}", "s", expires=NOW + 100 * n) for n in (1, 2, 3, 4)]
    caller = make(lambda: credentials.pop(0))
    for now in (NOW, NOW + 39, NOW + 41, NOW + 139, NOW + 250):
        watched.now = now
        call(caller)
    used = [r.headers["authorization"].split("/")[0].split("=")[1] for r in endpoint.requests]
    assert used == ["AKID1", "AKID1", "AKID2", "AKID2", "AKID3"]


def test_an_unsigned_request_has_no_signature(make: Make, endpoint: Endpoint) -> None:
    call(make(sign=False))
    assert "authorization" not in endpoint.requests[0].headers
    assert "x-amz-date" not in endpoint.requests[0].headers


def test_missing_credentials_are_an_error(make: Make, endpoint: Endpoint) -> None:
    with pytest.raises(ConfigurationError) as caught:
        call(make(lambda: None))
    assert caught.value.code == "NoCredentials"
    assert caught.value.hints
    assert endpoint.requests == []


@pytest.mark.parametrize(
    "values",
    [
        ("AKID\r", "s", None),
        ("AKID", "s\n", None),
        ("AKID", "s", "t\r\nX-Evil: 1"),
        ("\udcff", "s"),
    ],
)
def test_credentials_with_line_breaks_are_rejected(
    make: Make, endpoint: Endpoint, values: Any
) -> None:
    with pytest.raises(ConfigurationError, match="nonprintable") as caught:
        call(make(lambda: Credentials(*values)))
    assert "Evil" not in caught.value.sentence
    assert endpoint.requests == []
