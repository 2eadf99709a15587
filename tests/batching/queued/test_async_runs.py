"""Batches on an asynchronous endpoint: the queues and the S3 of `smrt local`."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Lock
from time import time
from typing import Any

import pytest

from smrt.batching.queued.queued_requests import LARGEST_BODY
from smrt.local.asynchronous import CONCURRENCY, Queues
from smrt.local.endpoint import Invocation, ModelFailure, Prediction, echo
from smrt.local.s3.storage import BUCKET, Storage
from smrt.local.server import serving
from smrt.local.server_response import ServerResponse
from smrt.local.service import Service
from smrt.protocol.messages import Request
from tests.batching.conftest import Batch, results, write_rows
from tests.batching.test_stopping import Start, finished
from tests.support.polling import until
from tests.support.storage_server import bucket


class Model:
    """An endpoint that counts bodies, fails for some, and waits for a gate, for `slow` or all."""

    def __init__(self) -> None:
        self.counts: Counter[bytes] = Counter()
        self.bad: set[bytes] = set()
        self.slow: set[bytes] = set()
        self.opened = Event()
        self.opened.set()
        self._lock = Lock()

    def __call__(self, call: Invocation) -> Prediction:
        with self._lock:
            self.counts[call.body] += 1
        if not self.slow or call.body in self.slow:
            self.opened.wait(60)
        if call.body in self.bad:
            raise ModelFailure(500, "bad row")
        return echo(call)


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    with bucket() as resource:
        yield resource


@pytest.fixture
def queue_model() -> Model:
    return Model()


class DelayedService:
    """A service whose responses to some bodies are delayed until `opened`."""

    def __init__(self, service: Service, model: Model) -> None:
        self._service, self.model = service, model
        self.rejection = service.rejection
        self.delayed: set[object] = set()
        self.accepted: list[object] = []
        self.opened = Event()

    def respond(self, request: Request) -> ServerResponse:
        response = self._service.respond(request)
        body = request.payload.content
        self.accepted.append(body)
        if body in self.delayed:
            self.opened.wait(60)
        return response


@pytest.fixture
def service(s3: Any, queue_model: Model) -> Iterator[DelayedService]:
    store = Storage.__new__(Storage)
    store.url = s3.url
    errors: list[str] = []
    queues = Queues(lambda: store.s3, clock=time, report_error=errors.append)
    yield DelayedService(
        Service({"e": queue_model}, time, errors.append, queues=queues), queue_model
    )
    queue_model.opened.set()
    store.s3.close()


@pytest.fixture
def variables(
    s3: Any, service: DelayedService, environ: dict[str, str]
) -> Iterator[dict[str, str]]:
    with serving(service) as url:
        yield {
            **environ,
            "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": url,
            "AWS_ENDPOINT_URL_S3": s3.url,
        }
        service.opened.set()


@pytest.fixture
def lines(tmp_path: Path) -> list[bytes]:
    return write_rows(tmp_path / "in.jsonl", 30)


def test_results_are_collected_from_s3(
    batch: Batch, queue_model: Model, lines: list[bytes], tmp_path: Path
) -> None:
    queue_model.bad = {lines[7]}
    done = batch("in.jsonl", "out.jsonl", "--async", "--max-in-queue", "8")
    assert (done.code, done.summary["requestCount"]) == (1, 30)
    values = [json.loads(line) for line in Path("out.jsonl").read_bytes().splitlines()]
    assert values[7]["error"]["errorCode"] == "AsyncInvocationFailed"
    assert "bad row" in values[7]["error"]["errorMessage"]
    queue_model.bad = set()
    done = batch("in.jsonl", "out.jsonl", "--async", "--retry-failed")
    assert (done.code, Path("out.jsonl").read_bytes()) == (0, results(30))
    assert queue_model.counts == Counter(lines) + Counter([lines[7]])


def test_large_bodies_are_uploaded(
    batch: Batch, queue_model: Model, s3: Any, tmp_path: Path
) -> None:
    bodies = [b'"%b"' % (b"x" * LARGEST_BODY), b'"small"']
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(bodies))
    done = batch("in.jsonl", "out.jsonl", "--async", "--job", "one")
    assert (done.code, done.summary["errorRecordCount"]) == (1, 1)
    assert b"add --stage" in Path("out.jsonl").read_bytes()
    assert set(queue_model.counts) == {bodies[1]}
    done = batch("in.jsonl", "out.jsonl", "--async", "--stage", f"s3://{BUCKET}/stage")
    assert done.code == 0
    assert set(queue_model.counts) == set(bodies)
    assert len(list(s3.objects.filter(Prefix="stage/"))) == 2


def test_a_run_that_is_killed_waits_for_what_was_queued(
    started: Start, batch: Batch, queue_model: Model, lines: list[bytes]
) -> None:
    queue_model.opened.clear()
    words = ("in.jsonl", "out.jsonl", "--async", "--max-in-queue", "10")
    process = started(*words)
    until(lambda: sum(queue_model.counts.values()) == CONCURRENCY)
    log = Path("out.jsonl.job/part-0.r0.1.log")
    until(lambda: log.exists() and log.read_bytes().count(b"/e/output/") == 10)
    process.kill()
    finished(process)
    queue_model.opened.set()
    done = batch(*words, "--resume")
    assert (done.code, done.summary["requestCount"]) == (0, 20)
    assert Path("out.jsonl").read_bytes() == results(30)
    assert queue_model.counts == Counter(lines)


@pytest.mark.parametrize("policy", ["resend", "skip"])
def test_a_response_that_was_lost_is_found_by_its_result(
    policy: str,
    started: Start,
    batch: Batch,
    service: DelayedService,
    s3: Any,
    lines: list[bytes],
) -> None:
    good, bad, slow, other = lines[3:7]
    model = service.model
    service.delayed, model.bad, model.slow = {*lines[3:7]}, {bad}, {slow}
    model.opened.clear()
    words = ("in.jsonl", "out.jsonl", "--async", "--concurrency", "4", "--in-doubt", policy)
    process = started(*words)
    until(lambda: model.counts[slow] and service.delayed <= {*service.accepted})
    job_id = json.loads(Path("out.jsonl.job/job.json").read_bytes())["JobId"]
    until(lambda: len(stored(s3, "output", job_id)) == 5)
    until(lambda: len(stored(s3, "failure", job_id)) == 1)
    process.kill()
    finished(process)
    service.opened.set()
    if policy == "resend":
        model.slow = {b"none"}
    done = batch(*words, "--resume")
    assert done.code == 1
    values = [json.loads(line) for line in Path("out.jsonl").read_bytes().splitlines()]
    errors = {n: value["error"]["errorCode"] for n, value in enumerate(values) if "error" in value}
    repeated = Counter([slow] if policy == "resend" else [])
    lost = {} if policy == "resend" else {5: "InDoubt"}
    assert errors == {4: "AsyncInvocationFailed", **lost}
    assert model.counts == Counter(lines) + repeated
    assert done.summary["requestCount"] == 30 - 7 + repeated.total()
    assert (values[3]["modelOutput"], values[6]["modelOutput"]) == (
        json.loads(good),
        json.loads(other),
    )


def stored(s3: Any, kind: str, job_id: str) -> list[str]:
    """The keys of the results of a job, or of the failures."""
    return [item.key for item in s3.objects.filter(Prefix=f"e/{kind}/smrt-{job_id}/")]


def test_what_a_process_in_s3_had_queued_is_found(
    started: Start, batch: Batch, service: DelayedService, s3: Any, lines: list[bytes]
) -> None:
    service.delayed = {lines[-1]}
    job = f"s3://{BUCKET}/job"
    words = ("in.jsonl", "out.jsonl", "--async", "--job", job)
    process = started(*words)
    until(lambda: len(service.accepted) == 30)
    job_id = json.load(s3.Object("job/job.json").get()["Body"])["JobId"]
    until(lambda: len(stored(s3, "output", job_id)) == 30)
    process.kill()
    finished(process)
    for segment in list(s3.objects.filter(Prefix="job/logs/"))[1:]:  # the first one reserves
        segment.delete()
    for heartbeat in s3.objects.filter(Prefix="job/beats/"):  # as if its lease had ended
        heartbeat.delete()
    done = batch(*words, "--resume")
    assert (done.code, done.summary["requestCount"]) == (0, 0)
    assert Path("out.jsonl").read_bytes() == results(30)
    assert service.model.counts == Counter(lines)


def test_one_request_is_sent_until_the_job_knows_where_results_are(
    batch: Batch, service: DelayedService, lines: list[bytes]
) -> None:
    known: list[bool] = []
    respond = service.respond

    def observe(request: Request) -> ServerResponse:
        known.append(Path("out.jsonl.job/queue").exists())
        return respond(request)

    service.respond = observe  # type: ignore[method-assign]
    assert batch("in.jsonl", "out.jsonl", "--async").code == 0
    assert known == [False] + [True] * 29


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--async", "--streaming"), "does not stream"),
        (("--async", "--batch-strategy", "MultiRecord"), "one record in a request"),
        (("--stage", "s3://b/p"), "--stage requires --async"),
        (("--async", "--stage", "b/p"), "not an S3 URI"),
        (("--request-ttl-seconds", "60"), "--request-ttl-seconds requires --async"),
        (("--async", "--target-model", "m"), "--target-model cannot be used with --async"),
    ],
)
def test_options_that_do_not_go_with_a_queue_are_rejected(
    words: tuple[str, ...], message: str, batch: Batch, lines: list[bytes]
) -> None:
    done = batch("in.jsonl", "out.jsonl", *words)
    assert (done.code, message in done.err) == (252, True)
