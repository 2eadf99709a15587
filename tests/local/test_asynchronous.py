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
from smrt.errors import ServiceError, SmrtError
from smrt.local.asynchronous import CONCURRENCY, Queues
from smrt.local.endpoint import Endpoint, Invocation, ModelFailure, NotReady, Prediction, echo
from smrt.local.environment import variables
from smrt.local.s3 import storage
from smrt.local.s3.storage import BUCKET, Storage
from smrt.local.server import serving
from smrt.local.service import Service
from tests.local.test_command import LOCAL, environ, local, started
from tests.support.local_server import client, request, send, signed
from tests.support.project import ROOT
from tests.support.storage_server import bucket


class Local(NamedTuple):
    """A local endpoint with its asynchronous side: boto3, and smrt's own client."""

    boto: Any
    smrt: Client
    complaints: list[str]
    url: str

    def send(self, name: str = "echo", **more: Any) -> dict[str, Any]:
        reply: dict[str, Any] = self.boto.invoke_endpoint_async(EndpointName=name, **more)
        return reply

    def answer(self, reply: Mapping[str, Any]) -> bytes:
        body: bytes = self.smrt.wait(reply, timeout=20)["Body"].read()
        return body

    def failure(self, reply: Mapping[str, Any]) -> str:
        with pytest.raises(ServiceError) as caught:
            self.smrt.wait(reply, timeout=20)
        assert caught.value.code == "AsyncInvocationFailed"
        return caught.value.message


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    with bucket() as made:
        yield made


Serve = Callable[..., Any]


@pytest.fixture
def serve(s3: Any, environ: Mapping[str, str]) -> Serve:
    @contextmanager
    def made(clock: Callable[[], float] = now, **endpoints: Endpoint) -> Iterator[Local]:
        complaints: list[str] = []
        own = Storage.__new__(Storage)
        own.url = s3.url
        queues = Queues(lambda: own.s3, clock=clock, complain=complaints.append)
        service = Service(endpoints or {"echo": echo}, now, complaints.append, queues=queues)
        with serving(service.answer) as url, closing(client(url)) as boto:
            where = {**environ, "AWS_ENDPOINT_URL_S3": s3.url, "AWS_MAX_ATTEMPTS": "1"}
            mine = Client(endpoint_url=url, environ=where)
            yield Local(boto, mine, complaints, url)
            mine.close()
        own.s3.close()

    return made


def test_the_reply_is_the_services(serve: Serve, s3: Any) -> None:
    with serve() as local:
        reply = local.send(Body=b"1,2", ContentType="text/csv")
        assert reply.pop("ResponseMetadata")["HTTPStatusCode"] == 202
        inference_id = reply["InferenceId"]
        assert UUID(inference_id).version == 4
        assert reply == {
            "InferenceId": inference_id,
            "OutputLocation": f"s3://{BUCKET}/echo/output/{inference_id}.out",
            "FailureLocation": f"s3://{BUCKET}/echo/failure/{inference_id}-error.out",
        }
        assert local.answer(reply) == b"1,2"
    kept = s3.Object(f"echo/output/{inference_id}.out").get()
    assert (kept["ContentType"], kept["Body"].read()) == ("text/csv", b"1,2")


def test_both_clients_give_the_same_reply(serve: Serve) -> None:
    with serve() as local:
        given = {"EndpointName": "echo", "Body": b"1", "InferenceId": "same"}
        mine, theirs = (each.invoke_endpoint_async(**given) for each in (local.smrt, local.boto))
        for reply in (mine, theirs):
            headers = reply["ResponseMetadata"].pop("HTTPHeaders")
            assert headers.pop("x-amzn-requestid") == reply["ResponseMetadata"].pop("RequestId")
            headers.pop("date")
            reply["headers"] = headers
        assert mine == theirs


KEYS = [
    ({}, "output/mine.out", "failure/mine-error.out"),
    ({"Filename": "a.csv"}, "output/a.csv", "failure/mine-error.out"),
    ({"S3OutputPathExtension": "x/y"}, "output/x/y/mine.out", "failure/x/y/mine-error.out"),
    ({"S3OutputPathExtension": "/x/", "Filename": "a"}, "output/x/a", "failure/x/mine-error.out"),
]


@pytest.mark.parametrize(("given", "output", "failure"), KEYS)
def test_the_key_is_what_is_asked_for(
    serve: Serve, given: dict[str, str], output: str, failure: str
) -> None:
    with serve() as local:
        reply = local.send(Body=b"1", InferenceId="mine", **given)
        assert reply["OutputLocation"] == f"s3://{BUCKET}/echo/{output}"
        assert reply["FailureLocation"] == f"s3://{BUCKET}/echo/{failure}"
        assert local.answer(reply) == b"1"


def test_the_input_may_be_in_s3(serve: Serve, s3: Any) -> None:
    content = os.urandom(200_000)
    s3.put_object(Key="inputs/1", Body=content)
    with serve() as local:
        reply = local.send(InputLocation=f"s3://{BUCKET}/inputs/1")
        assert local.answer(reply) == content


@pytest.mark.parametrize("place", [f"{BUCKET}/inputs/none", "no-such-bucket/a"])
def test_input_that_is_not_there_is_a_failure(serve: Serve, place: str) -> None:
    with serve() as local:
        told = local.failure(local.send(InputLocation=f"s3://{place}"))
        assert told.startswith(f"the input s3://{place} ")


def test_a_model_that_fails_leaves_its_error(serve: Serve, s3: Any) -> None:
    def fails(call: Invocation) -> Prediction:
        raise ModelFailure(500, "out of memory")

    with serve(fails=fails) as local:
        reply = local.send("fails", Body=b"1", InferenceId="mine")
        told = local.failure(reply)
        assert told == (
            'Received server error (500) from primary with message "out of memory". '
            "See the output of smrt local for more information."
        )
        assert local.complaints == [f"endpoint fails: mine: {told}"]
    assert s3.Object("fails/failure/mine-error.out").get()["ContentType"] == "text/plain"


def test_a_failing_models_traceback_is_told_here_and_not_in_s3(serve: Serve) -> None:
    def raises(call: Invocation) -> Prediction:
        raise ModelFailure(500, "no") from ValueError("the weights are wrong")

    with serve(raises=raises) as local:
        told = local.failure(local.send("raises", Body=b"1", InferenceId="mine"))
        first, *_, last = local.complaints[0].splitlines()
    assert "Traceback" not in told
    assert first == f"endpoint raises: mine: {told}"
    assert last == "ValueError: the weights are wrong"


def test_an_endpoint_that_is_not_ready_leaves_its_reason(serve: Serve) -> None:
    def loads(call: Invocation) -> Prediction:
        raise NotReady("still loading")

    with serve(loads=loads) as local:
        assert "still loading" in local.failure(local.send("loads", Body=b"1"))


def test_an_answer_that_is_made_part_by_part_is_left_whole(serve: Serve) -> None:
    def streams(call: Invocation) -> Prediction:
        return Prediction(iter([b"one ", b"", b"two"]), "text/plain")

    def breaks(call: Invocation) -> Prediction:
        def parts() -> Iterator[bytes]:
            yield b"one"
            raise ModelFailure(500, "broken")

        return Prediction(parts(), "text/plain")

    with serve(streams=streams, breaks=breaks) as local:
        assert local.answer(local.send("streams", Body=b"1")) == b"one two"
        assert '"broken"' in local.failure(local.send("breaks", Body=b"1"))


def test_the_model_gets_what_concerns_it(serve: Serve) -> None:
    calls: list[Invocation] = []

    def keeps(call: Invocation) -> Prediction:
        calls.append(call)
        return Prediction(b"", "text/plain")

    with serve(keeps=keeps) as local:
        reply = local.send(
            "keeps",
            Body=b"1",
            ContentType="text/csv",
            Accept="text/plain",
            CustomAttributes="a=b",
            InferenceId="mine",
            RequestTTLSeconds=60,
            InvocationTimeoutSeconds=1,
            Filename="f",
        )
        local.answer(reply)
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


def test_a_model_that_takes_too_long_is_given_up(serve: Serve) -> None:
    release = Event()

    def waits(call: Invocation) -> Prediction:
        release.wait(20)
        return Prediction(b"late", "text/plain")

    with serve(waits=waits) as local:
        reply = local.send("waits", Body=b"1", InvocationTimeoutSeconds=1)
        assert local.failure(reply) == "the model did not answer within 1 s"
        release.set()


def test_calls_wait_for_their_turn_and_expire(serve: Serve) -> None:
    running, entered, lock = 0, Semaphore(0), Lock()
    most, time, release = 0, 1000.0, Event()

    def waits(call: Invocation) -> Prediction:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        entered.release()
        release.wait(20)
        with lock:
            running -= 1
        return Prediction(call.body, "text/plain")

    with serve(clock=lambda: time, waits=waits) as local:
        first = [local.send("waits", Body=str(n)) for n in range(CONCURRENCY)]
        for _ in first:
            assert entered.acquire(timeout=20)
        patient = local.send("waits", Body=b"patient", RequestTTLSeconds=121)
        hasty = local.send("waits", Body=b"hasty", RequestTTLSeconds=120)
        time += 120.5
        release.set()
        assert [local.answer(reply) for reply in first] == [b"0", b"1", b"2", b"3"]
        assert local.answer(patient) == b"patient"
        assert local.failure(hasty) == "the request expired: it waited in the queue for over 120 s"
    assert most == CONCURRENCY


def test_endpoints_do_not_wait_for_one_another(serve: Serve) -> None:
    release = Event()

    def waits(call: Invocation) -> Prediction:
        release.wait(20)
        return Prediction(b"", "text/plain")

    with serve(waits=waits, echo=echo) as local:
        slow = [local.send("waits", Body=b"1") for _ in range(CONCURRENCY + 1)]
        assert local.answer(local.send(Body=b"quick")) == b"quick"
        release.set()
        assert [local.answer(reply) for reply in slow] == [b""] * len(slow)


LONG = "x" * 65
REFUSED = [
    ({"Body": b""}, "Provide exactly one of Body and InputLocation."),
    (
        {"Body": b"1", "InputLocation": "s3://a/b"},
        "Provide exactly one of Body and InputLocation.",
    ),
    ({"InputLocation": "a/b"}, "'inputLocation' failed .* pattern"),
    ({"InputLocation": "https://a/b"}, "not the address of an object in S3"),
    ({"Body": b"1", "InferenceId": LONG}, "'inferenceId' failed .* less than or equal to 64"),
    ({"Body": b"1", "Filename": "a.b.c"}, "'filename' failed .* pattern"),
    ({"Body": b"1", "Filename": LONG}, "'filename' failed .* less than or equal to 32"),
    ({"Body": b"1", "S3OutputPathExtension": "s3://a"}, "'s3OutputPathExtension' failed"),
    ({"Body": b"1", "RequestTTLSeconds": 21601}, "less than or equal to 21600"),
    ({"Body": b"1", "InvocationTimeoutSeconds": 3601}, "less than or equal to 3600"),
]


@pytest.mark.parametrize(("given", "told"), REFUSED)
def test_what_is_not_valid_is_refused_at_once(
    serve: Serve, given: dict[str, Any], told: str
) -> None:
    with serve() as local, pytest.raises(ClientError, match=told) as caught:
        local.send(**given)
    response: Any = caught.value.response
    assert response["Error"]["Code"] == "ValidationError"


UNCHECKED = [
    (b"1", "RequestTTLSeconds", "59", "greater than or equal to 60"),
    (b"1", "InvocationTimeoutSeconds", "0", "greater than or equal to 1"),
    (b"1", "InvocationTimeoutSeconds", "soon", "whole number"),
    (bytes(128_001), "Filename", "a", "less than or equal to 128000"),
]


@pytest.mark.parametrize(("body", "name", "value", "told"), UNCHECKED)
def test_what_clients_refuse_themselves_is_refused_too(
    serve: Serve, body: bytes, name: str, value: str, told: str
) -> None:
    headers = ((f"X-Amzn-SageMaker-{name}", value),)
    with serve() as local:
        wanted = request(local.url, "/endpoints/echo/async-invocations", body, headers)
        response: Any = send(signed(wanted, now()))
    assert response.status == 400
    assert response.headers["x-amzn-errortype"] == "ValidationError"
    assert told in response.body.decode()


def test_an_unknown_endpoint_is_told(serve: Serve) -> None:
    with serve() as local, pytest.raises(ClientError, match="Endpoint nope of account"):
        local.send("nope", Body=b"1")


def test_without_the_extra_it_is_said_what_to_install() -> None:
    service = Service({"echo": echo}, now, pytest.fail)
    with serving(service.answer) as url, closing(client(url)) as boto:
        with pytest.raises(ClientError, match=r"pip install 'smrt-cli\[local-async\]'") as caught:
            boto.invoke_endpoint_async(EndpointName="echo", Body=b"1")
        response: Any = caught.value.response
        assert response["Error"]["Code"] == "NotImplementedException"


def test_where_s3_is_gone_it_is_told_and_the_queue_goes_on() -> None:
    complaints: SimpleQueue[str] = SimpleQueue()
    with storage.running(now) as gone:
        s3 = gone.s3
    queues = Queues(lambda: s3, clock=now, complain=complaints.put)
    for _ in range(CONCURRENCY + 1):
        queues.accept("echo", echo, Invocation(b"1", {}))
    for _ in range(CONCURRENCY + 1):
        complaint = complaints.get(timeout=60)
        assert complaint.startswith("endpoint echo: Could not connect to the endpoint URL")


def test_a_wait_in_python_can_be_taken_up_again(serve: Serve) -> None:
    release = Event()

    def waits(call: Invocation) -> Prediction:
        release.wait(20)
        return Prediction(b"late", "text/csv")

    with serve(waits=waits) as local:
        reply = local.smrt.invoke_endpoint_async(EndpointName="waits", Body=b"1")
        with pytest.raises(SmrtError) as caught:
            local.smrt.wait(reply, timeout=0.1)
        assert caught.value.code == "WaitTimeout"
        release.set()
        whole = local.smrt.wait(reply)
        assert whole.pop("Body").read() == b"late"
        assert whole.pop("ElapsedSeconds") < 20
        assert whole == {**reply, "ContentType": "text/csv"}


def test_an_s3_that_nobody_asks_is_not_started() -> None:
    with storage.running(now) as running:
        assert running._moto is None


ENVIRONMENT = {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:2"}


def test_clients_are_led_to_s3_where_there_is_one() -> None:
    with_s3 = variables("http://127.0.0.1:1", ENVIRONMENT, "http://127.0.0.1:3")
    assert with_s3["AWS_ENDPOINT_URL_S3"] == "http://127.0.0.1:3"
    assert "AWS_ENDPOINT_URL_S3" not in variables("http://127.0.0.1:1", ENVIRONMENT)


WHOLE = """
set -e
smrt() { "$PYTHON" -m smrt "$@"; }
send() { smrt invoke-endpoint-async --content-type "$type" --endpoint-name "$@"; }
expect() { wanted=$1; shift; code=0; "$@" || code=$?; test $code = $wanted; }

type=text/csv
send iris --body fileb://flowers.csv --accept text/csv --wait
expect 254 send iris --body fileb://no-flowers.csv --wait 2> failure

head -c 30000000 /dev/urandom > large
type=application/octet-stream
send echo --body fileb://large --stage s3://smrt-local/staged --wait back > metadata
cmp large back

expect 255 send slow --body fileb://flowers.csv --wait --wait-timeout 0.2 again 2> timeout
sed -n 's/.*again: //p' timeout | sed 's/timeout=0.2/timeout=20/' > resume
. ./resume > /dev/null
cmp flowers.csv again

send echo --body fileb://flowers.csv > reply.json
smrt wait --from reply.json
"""


def test_the_whole_way(tmp_path: Path) -> None:
    (tmp_path / "flowers.csv").write_text("5.1,3.5,1.4,0.2\n")
    (tmp_path / "no-flowers.csv").write_text("not,a,flower\n")
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "inference.py").write_text(
        "import time\n"
        "def model_fn(model_dir): pass\n"
        "def transform_fn(model, body, content_type, accept):\n"
        "    time.sleep(1)\n"
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
        [sys.executable, "-c", LOCAL, "run", *models, "--", "sh", "-c", WHOLE],
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
    assert "(WaitTimeout): no answer within 0.2 s" in (tmp_path / "timeout").read_text()


def test_start_names_s3_too() -> None:
    with started("--port", "0") as process:
        assert process.stderr
        process.stderr.readline()
        process.terminate()
        out, _ = process.communicate(timeout=10)
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


def test_without_moto_the_synchronous_side_is_as_before() -> None:
    blocked = "import sys\nsys.modules['moto'] = None\n" + LOCAL
    argv = [sys.executable, "-c", blocked, "run", "--", sys.executable, "-c", SEND]
    done = subprocess.run(argv, capture_output=True, text=True, env=environ(), check=True)
    where, told = done.stdout.splitlines()
    assert where == "None"
    assert "(NotImplementedException)" in told
    assert "pip install 'smrt-cli[local-async]'" in told


NOT_LOADED = """
import atexit, sys
heavy = {"moto", "flask", "botocore"}
atexit.register(lambda: print(sorted(heavy & set(sys.modules))))
"""


def test_who_only_calls_synchronously_pays_for_none_of_it() -> None:
    argv = [sys.executable, "-c", NOT_LOADED + LOCAL, "run", "--", "true"]
    done = subprocess.run(argv, capture_output=True, text=True, env=environ(), check=True)
    assert done.stdout == "[]\n"


def test_requests_to_s3_are_not_told_of() -> None:
    source = "import boto3; boto3.client('s3').put_object(Bucket='smrt-local', Key='a', Body=b'1')"
    done = local("run", "--", sys.executable, "-c", source)
    assert (done.code, done.out, done.err) == (0, "", "")
