"""The client: boto3's shapes, signatures, attempts, and who may share it."""

import base64
import io
import os
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials as BotoCredentials
from botocore.exceptions import ClientError

import smrt
from smrt.client.boto3_client import Client
from smrt.client.dependencies import Dependencies
from smrt.config.configuration import load
from smrt.config.settings import settings as resolve
from smrt.errors import ConfigurationError, ServiceError, SmrtError, TransportError, UsageError
from smrt.protocol.messages import Credentials, Settings
from tests.conftest import KEYS
from tests.support.scripted_endpoint import (
    MODEL_HEADERS,
    Endpoint,
    Received,
    drop,
    error,
    raw,
    reset,
    response,
)
from tests.support.scripted_transport import ScriptedTransport, read_timeout

ONCE = {"AWS_MAX_ATTEMPTS": "1"}
NOW = 1_700_000_000.0


class Watched:
    """A world whose time is set, whose sleeps are noted, and whose dice show a half."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds + 1

    @property
    def world(self) -> Dependencies:
        return Dependencies(clock=lambda: self.now, sleep=self.sleep, draw=lambda: 0.5)


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def client(
    endpoint: Endpoint, environ: dict[str, str], watched: Watched
) -> Iterator[Callable[..., Client]]:
    """Make a client of `endpoint` in the watched world, with more variables and keywords."""
    made: list[Client] = []

    def make(env: dict[str, str] | None = None, **kwargs: Any) -> Client:
        where = {"endpoint_url": endpoint.url, "environ": {**environ, **(env or {})}}
        made.append(Client(**{**where, "world": watched.world, **kwargs}))
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
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 1, "mode": "standard"}),
    )
    yield made
    made.close()


REPLIES: dict[str, tuple[int, bytes, list[tuple[str, str | bytes]]]] = {
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


@pytest.mark.parametrize(("status", "body", "headers"), REPLIES.values(), ids=REPLIES)
def test_a_reply_has_the_shape_of_boto3s(
    client: Any, boto: Any, endpoint: Endpoint, status: int, body: bytes, headers: Any
) -> None:
    found = []
    for one in (client(ONCE), boto):
        endpoint.reply(status, body, headers)
        reply = one.invoke_endpoint(EndpointName="e", Body=b"hi")
        found.append({**reply, "Body": reply["Body"].read()})
    ours, theirs = found
    assert ours == theirs


def test_an_asynchronous_reply_has_the_shape_of_boto3s(
    client: Any, boto: Any, endpoint: Endpoint
) -> None:
    headers = [
        *MODEL_HEADERS,
        ("X-Amzn-SageMaker-OutputLocation", "s3://b/o"),
        ("X-Amzn-SageMaker-FailureLocation", "s3://b/f"),
    ]
    found = []
    for one in (client(ONCE), boto):
        endpoint.reply(202, b'{"InferenceId": "i", "Other": 1}', headers)
        found.append(one.invoke_endpoint_async(EndpointName="e", InputLocation="s3://b/i"))
    assert found[0] == found[1]


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


@pytest.mark.parametrize("answer", ERRORS.values(), ids=ERRORS)
def test_an_error_has_the_response_of_boto3s(
    client: Any, boto: Any, endpoint: Endpoint, answer: bytes
) -> None:
    endpoint.script.extend([raw(answer)] * 2)
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
    found = []
    for one in (client(), boto):
        endpoint.reply(200, TEXT * 100)
        body = one.invoke_endpoint(EndpointName="e", Body=b"")["Body"]
        found.append(read(body))
        body.close()
    assert found[0] == found[1]


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
def test_a_body_comes_in_many_kinds(client: Any, endpoint: Endpoint, body: Any) -> None:
    client().invoke_endpoint(EndpointName="e", Body=body)["Body"].close()
    assert endpoint.requests[0].body == b"hello"


def test_a_file_is_sent_from_where_it_stands(client: Any, endpoint: Endpoint) -> None:
    file = io.BytesIO(b"header:hello")
    file.seek(7)
    client().invoke_endpoint(EndpointName="e", Body=file)["Body"].close()
    assert endpoint.requests[0].body == b"hello"


def test_a_pipe_is_read_once_and_sent_as_often_as_needed(client: Any, endpoint: Endpoint) -> None:
    endpoint.answer(drop)
    source, sink = os.pipe()
    with os.fdopen(sink, "wb") as file:
        file.write(b"hello")
    with os.fdopen(source, "rb") as file:
        client().invoke_endpoint(EndpointName="e", Body=file)["Body"].close()
    assert [received.body for received in endpoint.requests] == [b"hello"] * 2


def test_a_file_is_rewound_for_each_attempt(client: Any, endpoint: Endpoint) -> None:
    for answer in (drop, raw(error(503, "ServiceUnavailable", "x"))):
        endpoint.answer(answer)
    content = os.urandom(2_000_000)
    client().invoke_endpoint(EndpointName="e", Body=io.BytesIO(content))["Body"].close()
    assert [received.body == content for received in endpoint.requests] == [True] * 3


def attempts(endpoint: Endpoint) -> list[str]:
    return [received.headers["amz-sdk-request"] for received in endpoint.requests]


def test_attempts_are_counted_and_share_an_id(
    client: Any, endpoint: Endpoint, watched: Watched
) -> None:
    for _ in range(2):
        endpoint.answer(raw(error(503, "ServiceUnavailable", "x")))
    reply = client().invoke_endpoint(EndpointName="e", Body=b"")
    reply["Body"].close()
    assert reply["ResponseMetadata"]["RetryAttempts"] == 2
    assert attempts(endpoint) == ["attempt=1", "attempt=2; max=3", "attempt=3; max=3"]
    assert len({r.headers["amz-sdk-invocation-id"] for r in endpoint.requests}) == 1
    assert watched.slept == [0.5, 1.0]


def test_a_body_that_changes_is_not_sent_again(
    client: Any, endpoint: Endpoint, watched: Watched
) -> None:
    class Shrinking(io.BytesIO):
        def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
            self.truncate(3)
            return super().seek(offset, whence)

    with pytest.raises(TransportError) as caught:
        client().invoke_endpoint(EndpointName="e", Body=Shrinking(b"hello"))
    assert caught.value.code == "BodyChangedError"
    assert watched.slept == []


def test_calls_have_ids_of_their_own(client: Any, endpoint: Endpoint) -> None:
    one = client()
    for _ in range(2):
        one.invoke_endpoint(EndpointName="e", Body=b"")["Body"].close()
    assert len({r.headers["amz-sdk-invocation-id"] for r in endpoint.requests}) == 2


def test_the_last_error_is_told_with_its_retries(
    client: Any, endpoint: Endpoint, watched: Watched
) -> None:
    for _ in range(3):
        endpoint.answer(raw(error(500, "InternalFailure", "oops")))
    with pytest.raises(ServiceError) as caught:
        client().invoke_endpoint(EndpointName="e", Body=b"")
    assert str(caught.value) == (
        "An error occurred (InternalFailure) when calling the InvokeEndpoint operation "
        "(reached max retries: 2): oops"
    )
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 2


@pytest.mark.parametrize(
    ("variable", "tries"), [({}, 3), ({"AWS_MAX_ATTEMPTS": "1"}, 1), ({"AWS_MAX_ATTEMPTS": "5"}, 5)]
)
@pytest.mark.parametrize("answer", [drop, reset, raw(b"garbage\r\n\r\n")])
def test_a_connection_that_drops_is_tried_again(
    client: Any, endpoint: Endpoint, watched: Watched, answer: Any, variable: Any, tries: int
) -> None:
    endpoint.script.extend([answer] * tries)
    with pytest.raises(TransportError):
        client(variable).invoke_endpoint(EndpointName="e", Body=b"")
    assert len(endpoint.requests) == tries
    assert watched.slept == [0.5, 1.0, 2.0, 4.0][: tries - 1]


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "ValidationError"), (424, "ModelError"), (429, "ModelNotReadyException"), (403, "X")],
)
def test_what_will_not_change_is_not_tried_again(
    client: Any, endpoint: Endpoint, status: int, code: str
) -> None:
    endpoint.answer(raw(error(status, code, "no")))
    with pytest.raises(ServiceError):
        client().invoke_endpoint(EndpointName="e", Body=b"")
    assert attempts(endpoint) == ["attempt=1"]


def test_a_read_timeout_is_not_tried_again(environ: dict[str, str], watched: Watched) -> None:
    transport = ScriptedTransport([read_timeout()] * 2)
    world = watched.world._replace(transport=lambda _: transport)
    with pytest.raises(TransportError) as caught:
        Client(environ=environ, world=world).invoke_endpoint(EndpointName="e", Body=b"")
    assert caught.value.code == "ReadTimeoutError"
    assert len(transport.requests) == 1


def test_a_read_timeout_is_tried_again_where_it_is_asked_for(
    environ: dict[str, str], watched: Watched
) -> None:
    transport = ScriptedTransport([read_timeout(), read_timeout()])
    asked = resolve(load(environ, None), retry_timeouts=True)
    world = watched.world._replace(transport=lambda _: transport)
    client = Client(settings=asked, keys=lambda: Credentials("a", "b"), world=world)
    client.invoke_endpoint(EndpointName="e", Body=b"")["Body"].close()
    assert len(transport.requests) == 3


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
        BotoCredentials(KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"], token),
        "sagemaker",
        "us-east-1",
    )
    if token:
        request.headers["X-Amz-Security-Token"] = token
    request.headers["X-Amz-Date"] = request.context["timestamp"]
    canonical = signer.canonical_request(request)
    signed = signer.signature(signer.string_to_sign(request, canonical), request)
    return f"Signature={signed}"


@pytest.mark.parametrize("token", [None, "token=="])
def test_each_attempt_is_signed_with_its_own_time(
    client: Any, endpoint: Endpoint, watched: Watched, token: str | None
) -> None:
    endpoint.answer(drop)
    env = {} if token is None else {"AWS_SESSION_TOKEN": token}
    client(env).invoke_endpoint(EndpointName="e", Body=b"x", Accept=" a  b ")["Body"].close()
    times = [NOW, NOW + 1.5]
    for received, when in zip(endpoint.requests, times, strict=True):
        stamp = datetime.fromtimestamp(when, timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        assert received.headers["x-amz-date"] == stamp
        assert received.headers.get("x-amz-security-token") == token
        assert received.headers["authorization"].endswith(
            signature(received, endpoint.url, when, token)
        )


def test_keys_that_are_about_to_expire_are_asked_for_again(
    endpoint: Endpoint, watched: Watched
) -> None:
    given = [Credentials(f"AKID{n}", "s", expires=NOW + 100 * n) for n in (1, 2, 3, 4)]
    client = Client(
        settings=Settings(region="us-east-1", endpoint_url=endpoint.url),
        keys=lambda: given.pop(0),
        world=watched.world,
    )
    for now in (NOW, NOW + 39, NOW + 41, NOW + 139, NOW + 250):
        watched.now = now
        client.invoke_endpoint(EndpointName="e", Body=b"")["Body"].read()
    client.close()
    used = [r.headers["authorization"].split("/")[0].split("=")[1] for r in endpoint.requests]
    assert used == ["AKID1", "AKID1", "AKID2", "AKID2", "AKID3"]


def test_nothing_is_signed_where_that_is_not_wanted(endpoint: Endpoint, watched: Watched) -> None:
    plain = Settings(region="us-east-1", endpoint_url=endpoint.url, sign=False)
    client = Client(settings=plain, world=watched.world)
    client.invoke_endpoint(EndpointName="e", Body=b"")["Body"].read()
    client.close()
    assert "authorization" not in endpoint.requests[0].headers
    assert "x-amz-date" not in endpoint.requests[0].headers


def test_nobody_to_sign_is_an_error(endpoint: Endpoint, watched: Watched) -> None:
    client = Client(
        settings=Settings(region="us-east-1", endpoint_url=endpoint.url), world=watched.world
    )
    with pytest.raises(ConfigurationError) as caught:
        client.invoke_endpoint(EndpointName="e", Body=b"")
    assert caught.value.code == "NoCredentials"
    assert caught.value.hints
    assert endpoint.requests == []


@pytest.mark.parametrize(
    "keys",
    [
        ("AKID\r", "s", None),
        ("AKID", "s\n", None),
        ("AKID", "s", "t\r\nX-Evil: 1"),
        ("\udcff", "s"),
    ],
)
def test_keys_with_line_breaks_are_refused(endpoint: Endpoint, watched: Watched, keys: Any) -> None:
    client = Client(
        settings=Settings(region="us-east-1", endpoint_url=endpoint.url),
        keys=lambda: Credentials(*keys),
        world=watched.world,
    )
    with pytest.raises(ConfigurationError, match="cannot be printed") as caught:
        client.invoke_endpoint(EndpointName="e", Body=b"")
    assert "Evil" not in caught.value.sentence
    assert endpoint.requests == []


def test_keys_may_be_given(client: Any, endpoint: Endpoint) -> None:
    given = {"aws_access_key_id": "GIVEN", "aws_secret_access_key": "s", "aws_session_token": "t"}
    client(**given).invoke_endpoint(EndpointName="e", Body=b"")["Body"].close()
    assert "Credential=GIVEN/" in endpoint.requests[0].headers["authorization"]
    assert endpoint.requests[0].headers["x-amz-security-token"] == "t"
    with pytest.raises(ConfigurationError, match="Partial credentials"):
        client(aws_access_key_id="GIVEN")


def test_the_service_has_an_address_of_its_own(environ: dict[str, str]) -> None:
    asked: list[str] = []

    class Listening:
        def __init__(self, settings: Settings) -> None: ...

        def send(self, request: Any) -> Any:
            asked.append(str(request.url))
            raise TransportError("no", code="ReadTimeoutError")

        def close(self) -> None: ...

    client = Client("eu-west-1", environ=environ, world=Dependencies(transport=Listening))
    with pytest.raises(TransportError):
        client.invoke_endpoint(EndpointName="e", Body=b"")
    assert asked == ["https://runtime.sagemaker.eu-west-1.amazonaws.com/endpoints/e/invocations"]


@pytest.mark.parametrize(
    "values",
    [{"Body": b""}, {"EndpointName": "e", "Nonsense": 1}, {"EndpointName": 7, "Body": b""}],
)
def test_a_wrong_parameter_is_refused_before_anything_is_sent(
    client: Any, endpoint: Endpoint, values: Any
) -> None:
    with pytest.raises(UsageError, match="Parameter validation failed"):
        client().invoke_endpoint(**values)
    assert endpoint.connections == 0


def test_sixteen_threads_share_a_client(client: Any, endpoint: Endpoint) -> None:
    def echo(sock: Any, received: Received) -> None:
        sock.sendall(response(body=b"echo " + base64.b64encode(received.body)))

    endpoint.script.extend([echo] * 320)
    one, wrong = client(), []

    def work(number: int) -> None:
        for turn in range(20):
            body = b"%d/%d" % (number, turn)
            try:
                reply = one.invoke_endpoint(EndpointName=f"e{number}", Body=body)
                if reply["Body"].read() != b"echo " + base64.b64encode(body):
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


def test_the_package_offers_it_by_name() -> None:
    assert smrt.Client is Client
    assert smrt.ServiceError is ServiceError
    with pytest.raises(AttributeError, match="nonsense"):
        smrt.nonsense  # noqa: B018


def test_an_error_that_breaks_off_is_still_that_error(
    endpoint: Endpoint, environ: dict[str, str]
) -> None:
    def broken(sock: socket.socket, _: Received) -> None:
        sock.sendall(b"HTTP/1.1 400 Bad\r\nx-amzn-errortype: ValidationError\r\n")
        sock.sendall(b'Content-Length: 100\r\n\r\n{"Message":')
        sock.close()

    endpoint.answer(broken)
    client = Client("us-east-1", endpoint_url=endpoint.url, environ=environ)
    with pytest.raises(ServiceError) as caught:
        client.invoke_endpoint(EndpointName="e", Body=b"")
    assert (caught.value.code, caught.value.message) == ("ValidationError", '{"Message":')
    assert len(endpoint.requests) == 1
