"""smrt local: answers that are made part by part."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from textwrap import dedent
from threading import Event
from time import time
from typing import Any

import pytest
from botocore.exceptions import ClientError, EventStreamError

from smrt import Client
from smrt.errors import ServiceError
from smrt.local.endpoint import TIMED_OUT, Endpoint, Invocation, ModelFailure, Prediction, echo
from smrt.local.model import load_model
from smrt.local.service import Service
from tests.support.local_server import COMPLAINTS, client, request, serve, signed

PREDICT = """
    def model_fn(model_dir): return ["Once", " upon", " a ", b"time", {"n": 1}]
    def input_fn(body, content_type): return int(body)
    def predict_fn(data, model):
        for word in model[:data]:
            yield word
        if data > 5:
            raise RuntimeError("the ink is dry")
"""
TRANSFORM = """
    def model_fn(model_dir): return None
    def transform_fn(model, body, content_type, accept, context):
        context.set_response_header(0, "X-Amzn-SageMaker-Custom-Attributes", "a=1")
        return iter([body, "!"]), "text/event-stream"
"""
OUTPUT = """
    def model_fn(model_dir): return None
    def input_fn(body, content_type): return body
    def predict_fn(data, model): return map(str, range(3))
    def output_fn(prediction, accept): return ("<" + each + ">" for each in prediction), accept
"""
EARLY = """
    def model_fn(model_dir): return None
    def transform_fn(model, body, content_type, accept, context):
        context.set_response_status(418)
        if body == "raise": raise ValueError("not even one")
        yield "short and stout"
"""


def loaded(folder: Path, script: str) -> Endpoint:
    folder.mkdir()
    (folder / "inference.py").write_text(dedent(script))
    return load_model(folder).answer


def slow(call: Invocation) -> Prediction:
    def body() -> Iterator[bytes]:
        yield b"so far"
        raise ModelFailure(504, "too slow", stream_code=TIMED_OUT)

    return Prediction(body(), "text/plain")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("models")
    scripts = {"predict": PREDICT, "transform": TRANSFORM, "output": OUTPUT, "early": EARLY}
    endpoints = {name: loaded(folder / name, script) for name, script in scripts.items()}
    with serve({**endpoints, "echo": echo, "slow": slow}) as address:
        yield address


@pytest.fixture(scope="module", params=["boto3", "smrt"])
def runtime(request: pytest.FixtureRequest, url: str) -> Iterator[Any]:
    ours: Callable[[], Any] = lambda: Client(  # noqa: E731 - one of two makers
        "us-east-1",
        endpoint_url=url,
        aws_access_key_id="local",
        aws_secret_access_key="local-secret",
        environ={"HOME": "/nowhere"},
    )
    with closing(client(url) if request.param == "boto3" else ours()) as made:
        yield made


def parts(runtime: Any, name: str, body: bytes, **given: str) -> list[bytes]:
    reply = runtime.invoke_endpoint_with_response_stream(EndpointName=name, Body=body, **given)
    with closing(reply["Body"]) as events:
        return [event["PayloadPart"]["Bytes"] for event in events]


def test_what_predict_fn_yields_are_the_parts(runtime: Any) -> None:
    assert parts(runtime, "predict", b"4") == [b"Once", b" upon", b" a ", b"time"]
    assert parts(runtime, "predict", b"5")[-1] == b'{"n": 1}'
    assert parts(runtime, "predict", b"0") == []


def test_transform_fn_and_output_fn_may_give_iterators(runtime: Any) -> None:
    reply = runtime.invoke_endpoint_with_response_stream(EndpointName="transform", Body=b"hi")
    with closing(reply["Body"]) as events:
        assert [event["PayloadPart"]["Bytes"] for event in events] == [b"hi", b"!"]
    assert reply["ContentType"] == "text/event-stream"
    assert reply["CustomAttributes"] == "a=1"
    assert reply["InvokedProductionVariant"] == "AllTraffic"
    assert reply["ResponseMetadata"]["HTTPHeaders"]["transfer-encoding"] == "chunked"
    assert parts(runtime, "output", b"") == [b"<0>", b"<1>", b"<2>"]


def test_a_plain_call_gets_the_parts_joined(runtime: Any) -> None:
    reply = runtime.invoke_endpoint(EndpointName="predict", Body=b"4")
    assert reply["Body"].read() == b"Once upon a time"
    assert reply["ContentType"] == "application/json"


def test_a_whole_answer_is_streamed_too(runtime: Any) -> None:
    assert parts(runtime, "echo", b"hello", ContentType="text/plain") == [b"hello"]
    assert parts(runtime, "echo", b"") == []
    large = bytes(range(256)) * 1000
    found = parts(runtime, "echo", large)
    assert len(found) > 1
    assert b"".join(found) == large


def test_a_failure_in_the_middle_is_the_last_event(runtime: Any) -> None:
    COMPLAINTS.clear()
    reply = runtime.invoke_endpoint_with_response_stream(EndpointName="predict", Body=b"9")
    found: list[bytes] = []
    errors = (EventStreamError, ServiceError)
    with closing(reply["Body"]) as events, pytest.raises(errors) as caught:
        found.extend(event["PayloadPart"]["Bytes"] for event in events)
    assert found == [b"Once", b" upon", b" a ", b"time", b'{"n": 1}']
    assert str(caught.value) == (
        "An error occurred (ModelStreamError) when calling the InvokeEndpointWithResponseStream "
        "operation: the ink is dry"
    )
    if isinstance(caught.value, ServiceError):
        assert caught.value.members == {"ErrorCode": "StreamBroken"}
    assert "RuntimeError: the ink is dry" in COMPLAINTS[-1]
    assert "predict_fn" in COMPLAINTS[-1]


def test_the_models_time_may_be_up(runtime: Any) -> None:
    with pytest.raises((EventStreamError, ServiceError), match="too slow") as caught:
        parts(runtime, "slow", b"")
    if isinstance(caught.value, ServiceError):
        assert caught.value.members == {"ErrorCode": "ModelInvocationTimeExceeded"}


@pytest.mark.parametrize("operation", ["invoke_endpoint", "invoke_endpoint_with_response_stream"])
@pytest.mark.parametrize(
    ("name", "body", "status", "message"),
    [
        ("early", b"raise", 500, "not even one"),
        ("early", b"", 418, "short and stout"),
    ],
)
def test_a_failure_before_the_first_part_is_an_error_of_the_call(
    runtime: Any, operation: str, name: str, body: bytes, status: int, message: str
) -> None:
    with pytest.raises((ClientError, ServiceError)) as caught:
        getattr(runtime, operation)(EndpointName=name, Body=body)
    response: Any = caught.value.response
    assert response["Error"]["Code"] == "ModelError"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert (response["OriginalStatusCode"], response["OriginalMessage"]) == (status, message)


def test_a_failure_in_the_middle_fails_a_plain_call_whole(runtime: Any) -> None:
    with pytest.raises((ClientError, ServiceError), match="the ink is dry") as caught:
        runtime.invoke_endpoint(EndpointName="predict", Body=b"9")
    response: Any = caught.value.response
    assert response["Error"]["Code"] == "ModelError"


def test_a_part_is_sent_before_the_next_is_made() -> None:
    was_read = Event()

    def model(call: Invocation) -> Prediction:
        def body() -> Iterator[bytes]:
            yield b"one"
            assert was_read.wait(10)
            yield b"two"

        return Prediction(body(), "text/plain")

    with serve({"model": model}) as url, closing(client(url)) as boto:
        reply = boto.invoke_endpoint_with_response_stream(EndpointName="model", Body=b"1")
        with closing(reply["Body"]) as body:
            events = iter(body)
            assert next(events)["PayloadPart"]["Bytes"] == b"one"
            was_read.set()
            assert [event["PayloadPart"]["Bytes"] for event in events] == [b"two"]


def test_the_model_stops_when_the_client_has_gone(tmp_path: Path) -> None:
    stopped = Event()

    class Endless:
        def __iter__(self) -> "Endless":
            return self

        def __next__(self) -> bytes:
            return bytes(1 << 16)

        def close(self) -> None:
            stopped.set()

    from smrt.local.toolkit import _parts

    def model(call: Invocation) -> Prediction:
        return Prediction(_parts(Endless()), "text/plain")

    with serve({"model": model}) as url:
        ours = Client(
            "us-east-1",
            endpoint_url=url,
            aws_access_key_id="local",
            aws_secret_access_key="local-secret",
            environ={"HOME": "/nowhere"},
        )
        reply = ours.invoke_endpoint_with_response_stream(EndpointName="model", Body=b"1")
        assert next(iter(reply["Body"]))
        reply["Body"].close()
        assert stopped.wait(10)


def test_a_stream_is_a_line_in_the_log() -> None:
    lines: list[str] = []
    service = Service({"slow": slow}, clock=lambda: 0.0, complain=lines.append, log=lines.append)
    target = "/endpoints/slow/invocations-response-stream"
    now = time()
    ready = service._replace(clock=lambda: now)
    response = ready.answer(signed(request("http://127.0.0.1:1", target, b"1"), now))
    assert lines == [f"POST {target} 200 a stream begun in 0.0 ms"]
    assert not isinstance(response.body, bytes)
    assert len(list(response.body)) == 2
