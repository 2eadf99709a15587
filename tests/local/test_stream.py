"""smrt local: predictions that are generated in chunks."""

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
from smrt.local.context import Context
from smrt.local.endpoint import TIMED_OUT, Endpoint, Invocation, ModelFailure, Prediction, echo
from smrt.local.frameworks.framework import Framework
from smrt.local.model import load_model
from smrt.local.service import Service
from smrt.local.toolkit import transform
from tests.support.local_server import REPORTED, client, request, serve, signed
from tests.support.polling import LIMIT

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
        if body == b"raise": raise ValueError("not even one")
        yield "short and stout"
"""


def loaded(folder: Path, script: str) -> Endpoint:
    folder.mkdir()
    (folder / "inference.py").write_text(dedent(script))
    return load_model(folder).predict


ENDS = """
    def model_fn(model_dir): return None
    def transform_fn(model, body, content_type, accept):
        yield "one"
        raise {b"K": KeyboardInterrupt, b"G": GeneratorExit, b"S": SystemExit}[body]
"""


def slow(call: Invocation) -> Prediction:
    def body() -> Iterator[bytes]:
        yield b"so far"
        raise ModelFailure(504, "too slow", stream_code=TIMED_OUT)

    return Prediction(body(), "text/plain")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("models")
    scripts = {
        "predict": PREDICT,
        "transform": TRANSFORM,
        "output": OUTPUT,
        "early": EARLY,
        "ends": ENDS,
    }
    endpoints = {name: loaded(folder / name, script) for name, script in scripts.items()}
    with serve({**endpoints, "echo": echo, "slow": slow}) as url:
        yield url


@pytest.fixture(scope="module", params=["boto3", "smrt"])
def runtime(request: pytest.FixtureRequest, url: str) -> Iterator[Any]:
    smrt_client: Callable[[], Any] = lambda: Client(  # noqa: E731 - called for one of two params
        "us-east-1",
        endpoint_url=url,
        aws_access_key_id="local",
        aws_secret_access_key="local-secret",
        environ={"HOME": "/nowhere"},
    )
    with closing(client(url) if request.param == "boto3" else smrt_client()) as runtime:
        yield runtime


def chunks(runtime: Any, name: str, body: bytes, **parameters: str) -> list[bytes]:
    response = runtime.invoke_endpoint_with_response_stream(
        EndpointName=name, Body=body, **parameters
    )
    with closing(response["Body"]) as events:
        return [event["PayloadPart"]["Bytes"] for event in events]


def test_each_value_that_predict_fn_yields_is_an_event(runtime: Any) -> None:
    assert chunks(runtime, "predict", b"4") == [b"Once", b" upon", b" a ", b"time"]
    assert chunks(runtime, "predict", b"5")[-1] == b'{"n": 1}'
    assert chunks(runtime, "predict", b"0") == []


def test_transform_fn_and_output_fn_may_return_iterators(runtime: Any) -> None:
    response = runtime.invoke_endpoint_with_response_stream(EndpointName="transform", Body=b"hi")
    with closing(response["Body"]) as events:
        assert [event["PayloadPart"]["Bytes"] for event in events] == [b"hi", b"!"]
    assert response["ContentType"] == "text/event-stream"
    assert response["CustomAttributes"] == "a=1"
    assert response["InvokedProductionVariant"] == "AllTraffic"
    assert response["ResponseMetadata"]["HTTPHeaders"]["transfer-encoding"] == "chunked"
    assert chunks(runtime, "output", b"") == [b"<0>", b"<1>", b"<2>"]


def test_invoke_endpoint_returns_the_chunks_joined(runtime: Any) -> None:
    response = runtime.invoke_endpoint(EndpointName="predict", Body=b"4")
    assert response["Body"].read() == b"Once upon a time"
    assert response["ContentType"] == "application/json"


def test_a_complete_prediction_can_be_streamed(runtime: Any) -> None:
    assert chunks(runtime, "echo", b"hello", ContentType="text/plain") == [b"hello"]
    assert chunks(runtime, "echo", b"") == []
    large = bytes(range(256)) * 1000
    received = chunks(runtime, "echo", large)
    assert len(received) > 1
    assert b"".join(received) == large


@pytest.mark.parametrize("name", ["KeyboardInterrupt", "GeneratorExit", "SystemExit"])
def test_whatever_a_generator_raises_is_the_last_event(runtime: Any, name: str) -> None:
    with pytest.raises((EventStreamError, ServiceError), match=name):
        chunks(runtime, "ends", name[:1].encode())
    assert chunks(runtime, "echo", b"1") == [b"1"]


def test_a_failure_in_the_middle_is_the_last_event(runtime: Any) -> None:
    REPORTED.clear()
    response = runtime.invoke_endpoint_with_response_stream(EndpointName="predict", Body=b"9")
    received: list[bytes] = []
    errors = (EventStreamError, ServiceError)
    with closing(response["Body"]) as events, pytest.raises(errors) as caught:
        received.extend(event["PayloadPart"]["Bytes"] for event in events)
    assert received == [b"Once", b" upon", b" a ", b"time", b'{"n": 1}']
    assert str(caught.value) == (
        "An error occurred (ModelStreamError) when calling the InvokeEndpointWithResponseStream "
        "operation: the ink is dry"
    )
    if isinstance(caught.value, ServiceError):
        assert caught.value.members == {"ErrorCode": "StreamBroken"}
    assert "RuntimeError: the ink is dry" in REPORTED[-1]
    assert "predict_fn" in REPORTED[-1]


def test_a_timeout_of_the_model_has_its_own_error_code(runtime: Any) -> None:
    with pytest.raises((EventStreamError, ServiceError), match="too slow") as caught:
        chunks(runtime, "slow", b"")
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
def test_a_failure_before_the_first_chunk_is_an_error_of_the_call(
    runtime: Any, operation: str, name: str, body: bytes, status: int, message: str
) -> None:
    with pytest.raises((ClientError, ServiceError)) as caught:
        getattr(runtime, operation)(EndpointName=name, Body=body)
    response: Any = caught.value.response
    assert response["Error"]["Code"] == "ModelError"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert (response["OriginalStatusCode"], response["OriginalMessage"]) == (status, message)


def test_a_failure_in_the_middle_fails_invoke_endpoint(runtime: Any) -> None:
    with pytest.raises((ClientError, ServiceError), match="the ink is dry") as caught:
        runtime.invoke_endpoint(EndpointName="predict", Body=b"9")
    response: Any = caught.value.response
    assert response["Error"]["Code"] == "ModelError"


def test_a_chunk_is_sent_before_the_next_is_generated() -> None:
    was_read = Event()

    def model(call: Invocation) -> Prediction:
        def body() -> Iterator[bytes]:
            yield b"one"
            assert was_read.wait(LIMIT)
            yield b"two"

        return Prediction(body(), "text/plain")

    with serve({"model": model}) as url, closing(client(url)) as boto:
        response = boto.invoke_endpoint_with_response_stream(EndpointName="model", Body=b"1")
        with closing(response["Body"]) as body:
            events = iter(body)
            assert next(events)["PayloadPart"]["Bytes"] == b"one"
            was_read.set()
            assert [event["PayloadPart"]["Bytes"] for event in events] == [b"two"]


def test_the_model_stops_when_the_client_has_disconnected(tmp_path: Path) -> None:
    stopped = Event()

    class Endless:
        def __iter__(self) -> "Endless":
            return self

        def __next__(self) -> bytes:
            return bytes(1 << 16)

        def close(self) -> None:
            stopped.set()

    endless = Framework({"transform_fn": lambda *_: Endless()})

    def model(call: Invocation) -> Prediction:
        context = Context("", call.parameters)
        return transform(endless, model=None, call=call, context=context, accept="text/plain")

    with serve({"model": model}) as url:
        smrt_client = Client(
            "us-east-1",
            endpoint_url=url,
            aws_access_key_id="local",
            aws_secret_access_key="local-secret",
            environ={"HOME": "/nowhere"},
        )
        response = smrt_client.invoke_endpoint_with_response_stream(EndpointName="model", Body=b"1")
        assert next(iter(response["Body"]))
        response["Body"].close()
        assert stopped.wait(LIMIT)


def test_a_stream_is_one_line_in_the_log() -> None:
    lines: list[str] = []
    service = Service(
        {"slow": slow}, clock=lambda: 0.0, report_error=lines.append, log=lines.append
    )
    target = "/endpoints/slow/invocations-response-stream"
    now = time()
    timed_service = service._replace(clock=lambda: now)
    response = timed_service.respond(signed(request("http://127.0.0.1:1", target, b"1"), now))
    assert not isinstance(response.body, bytes)
    assert lines == []
    size = len(b"".join(response.body))
    (line,) = lines
    end = f"no type, 1 bytes -> text/plain, 2 events, {size} bytes in 0.0 ms"
    assert line[9:] == f"slow (response-stream) 200: {end}"
