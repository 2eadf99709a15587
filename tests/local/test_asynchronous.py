import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Lock, Semaphore
from time import time as now
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from botocore.exceptions import ClientError

from smrt.client.boto3_client import Client
from smrt.config.installation import LOCAL_ASYNC, install_command
from smrt.errors import ServiceError, SmrtError
from smrt.local.asynchronous import CONCURRENCY, Queues
from smrt.local.endpoint import Endpoint, Invocation, ModelFailure, NotReady, Prediction, echo
from smrt.local.environment import variables
from smrt.local.hosting.components import Components
from smrt.local.s3 import storage
from smrt.local.s3.storage import BUCKET, Storage
from smrt.local.server import serving
from smrt.local.service import Service
from tests.local.test_command import LOCAL, environ, local, started
from tests.support.local_server import client, request, send, signed
from tests.support.loopback import reserved_port
from tests.support.polling import LIMIT
from tests.support.project import ROOT
from tests.support.storage_server import bucket


class Local(NamedTuple):
    """A local endpoint with asynchronous calls, and two clients: boto3, and smrt's own."""

    boto: Any
    smrt: Client
    errors: list[str]
    url: str

    def send(self, name: str = "echo", **more: Any) -> dict[str, Any]:
        response: dict[str, Any] = self.boto.invoke_endpoint_async(EndpointName=name, **more)
        return response

    def output(self, response: Mapping[str, Any]) -> bytes:
        body: bytes = self.smrt.wait(response, timeout=LIMIT)["Body"].read()
        return body

    def failure(self, response: Mapping[str, Any]) -> str:
        with pytest.raises(ServiceError) as caught:
            self.smrt.wait(response, timeout=LIMIT)
        assert caught.value.code == "AsyncInvocationFailed"
        return caught.value.message


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    with bucket() as resource:
        yield resource


def at(url: str) -> Storage:
    """The storage of a server that runs at `url`, or of none."""
    store = Storage.__new__(Storage)
    store.url = url
    return store


Serve = Callable[..., Any]


@pytest.fixture
def serve(s3: Any, environ: Mapping[str, str]) -> Serve:
    @contextmanager
    def running(clock: Callable[[], float] = now, **endpoints: Endpoint) -> Iterator[Local]:
        errors: list[str] = []
        store = at(s3.url)
        queues = Queues(lambda: store.s3, clock=clock, report_error=errors.append)
        service = Service(endpoints or {"echo": echo}, now, errors.append, queues=queues)
        with serving(service) as url, closing(client(url)) as boto:
            client_environ = {**environ, "AWS_ENDPOINT_URL_S3": s3.url, "AWS_MAX_ATTEMPTS": "1"}
            smrt_client = Client(endpoint_url=url, environ=client_environ)
            yield Local(boto, smrt_client, errors, url)
            smrt_client.close()
        store.s3.close()

    return running


def test_the_response_is_that_of_the_service(serve: Serve, s3: Any) -> None:
    with serve() as local:
        response = local.send(Body=b"1,2", ContentType="text/csv")
        assert response.pop("ResponseMetadata")["HTTPStatusCode"] == 202
        inference_id = response["InferenceId"]
        assert UUID(inference_id).version == 4
        assert response == {
            "InferenceId": inference_id,
            "OutputLocation": f"s3://{BUCKET}/echo/output/{inference_id}.out",
            "FailureLocation": f"s3://{BUCKET}/echo/failure/{inference_id}-error.out",
        }
        assert local.output(response) == b"1,2"
    stored = s3.Object(f"echo/output/{inference_id}.out").get()
    assert (stored["ContentType"], stored["Body"].read()) == ("text/csv", b"1,2")


def test_both_clients_return_the_same_response(serve: Serve) -> None:
    with serve() as local:
        parameters = {"EndpointName": "echo", "Body": b"1", "InferenceId": "same"}
        mine, theirs = (
            each.invoke_endpoint_async(**parameters) for each in (local.smrt, local.boto)
        )
        for response in (mine, theirs):
            headers = response["ResponseMetadata"].pop("HTTPHeaders")
            assert headers.pop("x-amzn-requestid") == response["ResponseMetadata"].pop("RequestId")
            headers.pop("date")
            response["headers"] = headers
        assert mine == theirs


KEYS = [
    ({}, "output/mine.out", "failure/mine-error.out"),
    ({"Filename": "a.csv"}, "output/a.csv", "failure/mine-error.out"),
    ({"S3OutputPathExtension": "x/y"}, "output/x/y/mine.out", "failure/x/y/mine-error.out"),
    ({"S3OutputPathExtension": "/x/", "Filename": "a"}, "output/x/a", "failure/x/mine-error.out"),
]


@pytest.mark.parametrize(("parameters", "output", "failure"), KEYS)
def test_parameters_choose_the_output_key(
    serve: Serve, parameters: dict[str, str], output: str, failure: str
) -> None:
    with serve() as local:
        response = local.send(Body=b"1", InferenceId="mine", **parameters)
        assert response["OutputLocation"] == f"s3://{BUCKET}/echo/{output}"
        assert response["FailureLocation"] == f"s3://{BUCKET}/echo/{failure}"
        assert local.output(response) == b"1"


def test_the_input_may_be_in_s3(serve: Serve, s3: Any) -> None:
    content = os.urandom(200_000)
    s3.put_object(Key="inputs/1", Body=content)
    with serve() as local:
        response = local.send(InputLocation=f"s3://{BUCKET}/inputs/1")
        assert local.output(response) == content


TYPES = [
    ({"ContentType": "text/csv"}, {}, "text/csv"),
    ({"ContentType": "text/csv"}, {"ContentType": "text/plain"}, "text/plain"),
    ({}, {"ContentType": "text/plain"}, "text/plain"),
    ({}, {}, None),
]


@pytest.mark.parametrize(("stored", "parameters", "content_type"), TYPES)
def test_an_input_in_s3_has_the_content_type_of_the_call_or_else_of_the_object(
    serve: Serve,
    s3: Any,
    stored: dict[str, str],
    parameters: dict[str, str],
    content_type: str | None,
) -> None:
    calls: list[Invocation] = []

    def records(call: Invocation) -> Prediction:
        calls.append(call)
        return Prediction(b"", "text/plain")

    s3.put_object(Key="inputs/typed", Body=b"1,2", **stored)
    with serve(records=records) as local:
        location = f"s3://{BUCKET}/inputs/typed"
        local.output(local.send("records", InputLocation=location, **parameters))
    assert [call.parameters.get("ContentType") for call in calls] == [content_type]


def test_an_error_in_an_endpoint_is_a_failure(serve: Serve) -> None:
    def raises(call: Invocation) -> Prediction:
        raise SystemExit(3)

    with serve(raises=raises) as local:
        for _ in range(CONCURRENCY + 1):
            assert 'message "3"' in local.failure(local.send("raises", Body=b"1"))
        assert local.errors[0].splitlines()[-1] == "SystemExit: 3"


@pytest.mark.parametrize("location", [f"{BUCKET}/inputs/none", "no-such-bucket/a"])
def test_a_missing_input_is_a_failure(serve: Serve, location: str) -> None:
    with serve() as local:
        failure = local.failure(local.send(InputLocation=f"s3://{location}"))
        assert f"the input s3://{location}" in failure


def test_a_model_failure_is_written_to_s3(serve: Serve, s3: Any) -> None:
    def fails(call: Invocation) -> Prediction:
        raise ModelFailure(500, "out of memory")

    with serve(fails=fails) as local:
        response = local.send("fails", Body=b"1", InferenceId="mine")
        failure = local.failure(response)
        assert failure == (
            'Received server error (500) from primary with message "out of memory". '
            "See the output of smrt local for more information."
        )
        assert local.errors == [f"endpoint fails: mine: {failure}"]
    assert s3.Object("fails/failure/mine-error.out").get()["ContentType"] == "text/plain"


def test_a_models_traceback_is_reported_locally_and_not_in_s3(serve: Serve) -> None:
    def raises(call: Invocation) -> Prediction:
        raise ModelFailure(500, "no") from ValueError("the weights are wrong")

    with serve(raises=raises) as local:
        failure = local.failure(local.send("raises", Body=b"1", InferenceId="mine"))
        first, *_, last = local.errors[0].splitlines()
    assert "Traceback" not in failure
    assert first == f"endpoint raises: mine: {failure}"
    assert last == "ValueError: the weights are wrong"


def test_the_reason_of_an_endpoint_that_is_not_ready_is_written_to_s3(serve: Serve) -> None:
    def loads(call: Invocation) -> Prediction:
        raise NotReady("still loading")

    with serve(loads=loads) as local:
        assert "still loading" in local.failure(local.send("loads", Body=b"1"))


def test_a_call_that_names_no_target_fails_without_a_traceback(serve: Serve) -> None:
    components = Components({"a": echo}).invoke

    with serve(words=components) as local:
        failure = local.failure(local.send("words", Body=b"1", InferenceId="mine"))
        assert failure.startswith("Inference Component Name header is required for endpoints")
        assert local.errors == [f"endpoint words: mine: {failure}"]


def test_a_prediction_in_chunks_is_stored_as_one_object(serve: Serve) -> None:
    def streams(call: Invocation) -> Prediction:
        return Prediction(iter([b"one ", b"", b"two"]), "text/plain")

    def breaks(call: Invocation) -> Prediction:
        def chunks() -> Iterator[bytes]:
            yield b"one"
            raise ModelFailure(500, "broken")

        return Prediction(chunks(), "text/plain")

    with serve(streams=streams, breaks=breaks) as local:
        assert local.output(local.send("streams", Body=b"1")) == b"one two"
        assert '"broken"' in local.failure(local.send("breaks", Body=b"1"))


def test_the_model_gets_only_its_own_parameters(serve: Serve) -> None:
    calls: list[Invocation] = []

    def records(call: Invocation) -> Prediction:
        calls.append(call)
        return Prediction(b"", "text/plain")

    with serve(records=records) as local:
        response = local.send(
            "records",
            Body=b"1",
            ContentType="text/csv",
            Accept="text/plain",
            CustomAttributes="a=b",
            InferenceId="mine",
            RequestTTLSeconds=60,
            InvocationTimeoutSeconds=1,
            Filename="f",
        )
        local.output(response)
    assert calls == [
        Invocation(
            b"1",
            {
                "ContentType": "text/csv",
                "Accept": "text/plain",
                "CustomAttributes": "a=b",
                "InferenceId": "mine",
            },
        )
    ]


def test_a_model_that_takes_too_long_times_out(serve: Serve) -> None:
    release = Event()

    def waits(call: Invocation) -> Prediction:
        release.wait(LIMIT)
        return Prediction(b"late", "text/plain")

    with serve(waits=waits) as local:
        response = local.send("waits", Body=b"1", InvocationTimeoutSeconds=1)
        assert local.failure(response) == "the model did not respond within 1 s"
        release.set()


def test_queued_calls_wait_and_expire(serve: Serve) -> None:
    running, entered, lock = 0, Semaphore(0), Lock()
    most_running, time, release = 0, 1000.0, Event()

    def waits(call: Invocation) -> Prediction:
        nonlocal running, most_running
        with lock:
            running += 1
            most_running = max(most_running, running)
        entered.release()
        release.wait(LIMIT)
        with lock:
            running -= 1
        return Prediction(call.body, "text/plain")

    with serve(clock=lambda: time, waits=waits) as local:
        running_calls = [local.send("waits", Body=str(n)) for n in range(CONCURRENCY)]
        for _ in running_calls:
            assert entered.acquire(timeout=LIMIT)
        patient = local.send("waits", Body=b"patient", RequestTTLSeconds=121)
        hasty = local.send("waits", Body=b"hasty", RequestTTLSeconds=120)
        time += 120.5
        release.set()
        assert [local.output(response) for response in running_calls] == [b"0", b"1", b"2", b"3"]
        assert local.output(patient) == b"patient"
        assert local.failure(hasty) == "the request expired after more than 120 s in the queue"
    assert most_running == CONCURRENCY


def test_endpoints_do_not_wait_for_one_another(serve: Serve) -> None:
    release = Event()

    def waits(call: Invocation) -> Prediction:
        release.wait(LIMIT)
        return Prediction(b"", "text/plain")

    with serve(waits=waits, echo=echo) as local:
        slow = [local.send("waits", Body=b"1") for _ in range(CONCURRENCY + 1)]
        assert local.output(local.send(Body=b"quick")) == b"quick"
        release.set()
        assert [local.output(response) for response in slow] == [b""] * len(slow)


LONG = "x" * 65
INVALID = [
    ({"Body": b""}, "Provide exactly one of Body and InputLocation."),
    (
        {"Body": b"1", "InputLocation": "s3://a/b"},
        "Provide exactly one of Body and InputLocation.",
    ),
    ({"InputLocation": "a/b"}, "'inputLocation' failed .* pattern"),
    ({"InputLocation": "https://a/b"}, "not the S3 URI of an object"),
    ({"Body": b"1", "InferenceId": LONG}, "'inferenceId' failed .* less than or equal to 64"),
    ({"Body": b"1", "Filename": "a.b.c"}, "'filename' failed .* pattern"),
    ({"Body": b"1", "Filename": LONG}, "'filename' failed .* less than or equal to 32"),
    ({"Body": b"1", "S3OutputPathExtension": "s3://a"}, "'s3OutputPathExtension' failed"),
    ({"Body": b"1", "RequestTTLSeconds": 21601}, "less than or equal to 21600"),
    ({"Body": b"1", "InvocationTimeoutSeconds": 3601}, "less than or equal to 3600"),
]


@pytest.mark.parametrize(("parameters", "message"), INVALID)
def test_invalid_parameters_are_rejected_at_once(
    serve: Serve, parameters: dict[str, Any], message: str
) -> None:
    with serve() as local, pytest.raises(ClientError, match=message) as caught:
        local.send(**parameters)
    response: Any = caught.value.response
    assert response["Error"]["Code"] == "ValidationError"


INVALID_HEADERS = [
    (b"1", "RequestTTLSeconds", "59", "greater than or equal to 60"),
    (b"1", "InvocationTimeoutSeconds", "0", "greater than or equal to 1"),
    (b"1", "InvocationTimeoutSeconds", "soon", "whole number"),
    (bytes(128_001), "Filename", "a", "less than or equal to 128000"),
]


@pytest.mark.parametrize(("body", "name", "value", "message"), INVALID_HEADERS)
def test_parameters_that_clients_reject_are_rejected_by_the_server_too(
    serve: Serve, body: bytes, name: str, value: str, message: str
) -> None:
    headers = ((f"X-Amzn-SageMaker-{name}", value),)
    with serve() as local:
        unsigned = request(local.url, "/endpoints/echo/async-invocations", body, headers)
        response: Any = send(signed(unsigned, now()))
    assert response.status == 400
    assert response.headers["x-amzn-errortype"] == "ValidationError"
    assert message in response.body.decode()


def test_an_unknown_endpoint_is_an_error(serve: Serve) -> None:
    with serve() as local, pytest.raises(ClientError, match="Endpoint nope of account"):
        local.send("nope", Body=b"1")


def test_without_the_extra_the_error_says_what_to_install() -> None:
    service = Service({"echo": echo}, now, pytest.fail)
    with serving(service) as url, closing(client(url)) as boto:
        with pytest.raises(ClientError) as caught:
            boto.invoke_endpoint_async(EndpointName="echo", Body=b"1")
        response: Any = caught.value.response
        assert f"run {install_command(LOCAL_ASYNC)} and" in response["Error"]["Message"]
        assert response["Error"]["Code"] == "NotImplementedException"


def test_an_unreachable_s3_is_reported_and_the_queue_continues() -> None:
    errors: SimpleQueue[str] = SimpleQueue()
    with reserved_port() as port:
        store = at(f"http://127.0.0.1:{port}")
        queues = Queues(lambda: store.s3, clock=now, report_error=errors.put)
        for _ in range(CONCURRENCY + 1):
            queues.accept("echo", echo, Invocation(b"1", {}))
        for _ in range(CONCURRENCY + 1):
            error = errors.get(timeout=LIMIT)
            assert error.startswith("endpoint echo: Could not connect to the endpoint URL")
    store.s3.close()


def test_a_wait_in_python_can_be_resumed(serve: Serve) -> None:
    release = Event()

    def waits(call: Invocation) -> Prediction:
        release.wait(LIMIT)
        return Prediction(b"late", "text/csv")

    with serve(waits=waits) as local:
        response = local.smrt.invoke_endpoint_async(EndpointName="waits", Body=b"1")
        with pytest.raises(SmrtError) as caught:
            local.smrt.wait(response, timeout=0.1)
        assert caught.value.code == "WaitTimeout"
        release.set()
        result = local.smrt.wait(response)
        assert result.pop("Body").read() == b"late"
        assert result.pop("ElapsedSeconds") > 0
        assert result == {**response, "ContentType": "text/csv"}


def test_moto_is_not_loaded_before_the_first_request() -> None:
    with storage.running_storage(now) as running:
        assert running._moto is None


ENVIRONMENT = {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:2"}


def test_the_s3_variable_is_set_if_there_is_a_local_s3() -> None:
    with_s3 = variables("http://127.0.0.1:1", ENVIRONMENT, "http://127.0.0.1:3")
    assert with_s3["AWS_ENDPOINT_URL_S3"] == "http://127.0.0.1:3"
    assert "AWS_ENDPOINT_URL_S3" not in variables("http://127.0.0.1:1", ENVIRONMENT)


SCRIPT = """
set -e
smrt() { "$PYTHON" -m smrt "$@"; }
send() { smrt invoke-endpoint-async --content-type "$type" --endpoint-name "$@"; }
expect() { expected=$1; shift; code=0; "$@" || code=$?; test $code = $expected; }

type=text/csv
send iris --body fileb://flowers.csv --accept text/csv --wait
expect 254 send iris --body fileb://no-flowers.csv --wait 2> failure

head -c 8000000 /dev/urandom > large
type=application/octet-stream
send echo --body fileb://large --stage s3://smrt-local/staged --wait back > metadata
cmp large back

expect 255 send slow --body fileb://flowers.csv --wait --wait-timeout 0.2 again 2> timeout
sed -n 's/.*waiting: //p' timeout | sed 's/timeout=0.2/timeout=60/' > resume
touch resumed
. ./resume > /dev/null
cmp flowers.csv again

send echo --body fileb://flowers.csv > response.json
smrt wait --from response.json
"""


def test_asynchronous_calls_work_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "flowers.csv").write_text("5.1,3.5,1.4,0.2\n")
    (tmp_path / "no-flowers.csv").write_text("not,a,flower\n")
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "inference.py").write_text(
        "import os, time\n"
        "def model_fn(model_dir): pass\n"
        "def transform_fn(model, body, content_type, accept):\n"
        "    while not os.path.exists('resumed'):\n"
        "        time.sleep(0.01)\n"
        "    return body, content_type\n"
    )
    (tmp_path / "echo").mkdir()
    (tmp_path / "echo" / "inference.py").write_text(
        "def model_fn(model_dir): pass\n"
        "def input_fn(body, content_type): return body\n"
        "def predict_fn(data, model): return data\n"
        "def output_fn(data, accept): return data, 'text/csv'\n"
    )
    models = (f"iris={ROOT / 'examples' / 'iris'}", "slow=slow", "echo=echo")
    done = subprocess.run(
        [sys.executable, "-c", LOCAL, "run", *models, "--", "sh", "-c", SCRIPT],
        cwd=tmp_path,
        env=environ(PYTHON=sys.executable),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("setosa,0.98")
    assert done.stdout.endswith("5.1,3.5,1.4,0.2\n")
    assert "(AsyncInvocationFailed)" in (tmp_path / "failure").read_text()
    assert "(WaitTimeout): no result within 0.2 s" in (tmp_path / "timeout").read_text()


def test_start_exports_the_s3_endpoint_url() -> None:
    with started("--port", "0") as process:
        assert process.stderr
        process.stderr.readline()
        process.terminate()
        out, _ = process.communicate(timeout=LIMIT)
    assert "export AWS_ENDPOINT_URL_S3=http://127.0.0.1:" in out


SEND = """
import boto3, os
print(os.environ.get("AWS_ENDPOINT_URL_S3"))
client = boto3.client("sagemaker-runtime")
try:
    client.invoke_endpoint_async(EndpointName="echo", Body=b"1")
except client.exceptions.ClientError as exc:
    print(exc)
"""


def test_without_moto_only_asynchronous_calls_fail() -> None:
    blocked = "import sys\nsys.modules['moto'] = None\n" + LOCAL
    argv = [sys.executable, "-c", blocked, "run", "--", sys.executable, "-c", SEND]
    done = subprocess.run(argv, capture_output=True, text=True, env=environ(), check=True)
    s3_url, error = done.stdout.splitlines()
    assert s3_url == "None"
    assert "(NotImplementedException)" in error
    assert f"run {install_command(LOCAL_ASYNC)} and restart smrt local" in error


NOT_LOADED = """
import atexit, sys
heavy = {"moto", "flask", "botocore"}
atexit.register(lambda: print(sorted(heavy & set(sys.modules))))
"""


def test_without_asynchronous_calls_nothing_of_s3_is_imported() -> None:
    argv = [sys.executable, "-c", NOT_LOADED + LOCAL, "run", "--", "true"]
    done = subprocess.run(argv, capture_output=True, text=True, env=environ(), check=True)
    assert done.stdout == "[]\n"


def test_requests_to_s3_are_not_logged() -> None:
    source = "import boto3; boto3.client('s3').put_object(Bucket='smrt-local', Key='a', Body=b'1')"
    done = local("run", "--", sys.executable, "-c", source)
    assert (done.code, done.out, done.err) == (0, "", "")
