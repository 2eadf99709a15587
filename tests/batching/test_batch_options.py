"""Options of `smrt batch` that change what is sent, shown or written."""

import gzip
import io
import json
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from smrt.batching.batch_options import ErrorLimit
from smrt.batching.job.outcomes import Counts
from smrt.batching.progress.speed import Speed
from smrt.batching.sending.error_limit import error_judge
from smrt.batching.sending.monitor import Progress
from smrt.batching.sending.processor_use import ProcessorUse
from smrt.batching.sending.tally import Tally
from smrt.cli.main import main
from smrt.output.console import Console
from smrt.protocol.eventstream import encode_message
from smrt.protocol.response_stream import exception, part
from tests.batching.conftest import Batch, ModelServer, checked, results, rows, write_rows
from tests.conftest import Terminal
from tests.support.polling import LIMIT
from tests.support.scripted_endpoint import Received, Responder, error, response

CHAT = ("--streaming", "--chat")
EVENT = b'data: {"choices":[{"delta":{"content":"%b"}}]}\n\n'


def streamed(*messages: Any) -> bytes:
    content = b"".join(map(encode_message, messages))
    return response(200, content, (("Content-Type", "application/vnd.amazon.eventstream"),))


def test_a_streamed_response_is_joined_and_its_text_selected(
    batch: Batch, model: ModelServer, tmp_path: Path
) -> None:
    write_rows(tmp_path / "in.jsonl", 2)
    model.behavior = lambda received, _: (
        streamed(part(EVENT % b"a "), part(EVENT % b"b"))
        if received.body == b'{"n":0}'
        else streamed(part(EVENT % b"c"), exception("ModelStreamError", "cut", ErrorCode="X"))
    )
    done = batch("in.jsonl", "-", *CHAT, "--assemble-with", "Line")
    first, second = done.out.splitlines()
    assert (done.code, first) == (1, b"a b")
    texts = [json.loads(line) for line in batch("in.jsonl", "-", *CHAT).out.splitlines()]
    assert texts[0] == {"recordId": 1, "modelOutput": "a b"}
    assert json.loads(second)["error"] == {"errorCode": "ModelStreamError", "errorMessage": "cut"}
    assert {request.target for request in model.requests} == {
        "/endpoints/e/invocations-response-stream"
    }


def test_a_compressed_input_is_one_sequence(batch: Batch, tmp_path: Path) -> None:
    content = b"".join(row + b"\n" for row in rows(50))
    (tmp_path / "in.jsonl.gz").write_bytes(gzip.compress(content))
    assert batch("in.jsonl.gz", "out", "--partition-size", "100").code == 0
    assert (tmp_path / "out").read_bytes() == results(50)


def test_an_input_without_records_has_an_empty_result(batch: Batch, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"\n")
    done = batch("in.jsonl", "out")
    assert (done.code, (tmp_path / "out").read_bytes()) == (0, b"")
    assert batch("-", "-").code == 0


def test_results_are_printed_as_they_arrive_without_an_order(
    batch: Batch, model: ModelServer, tmp_path: Path
) -> None:
    write_rows(tmp_path / "in.jsonl", 20)
    others = Event()

    def wait_for_others(received: Received, _: int) -> bytes:
        if received.body == b'{"n":0}':
            others.wait(LIMIT)
        if model.handled >= 10:
            others.set()
        return response(200, received.body)

    model.behavior = wait_for_others
    done = batch("in.jsonl", "-", "--no-keep-order")
    ids = [json.loads(line)["recordId"] for line in done.out.splitlines()]
    assert (sorted(ids), ids[0] == 1) == (list(range(1, 21)), False)


def test_a_printed_job_can_be_resumed(batch: Batch, model: ModelServer, tmp_path: Path) -> None:
    bodies = write_rows(tmp_path / "in.jsonl", 30)
    denied = error(403, "AccessDeniedException", "no")

    def deny(received: Received, _: int) -> bytes | Responder:
        return denied if received.body == bodies[20] else response(200, received.body)

    model.behavior = deny
    assert batch("in.jsonl", "-", "--job", "J").code == 254
    model.behavior = lambda received, _: response(200, received.body)
    done = batch("in.jsonl", "-", "--job", "J", "--resume")
    assert (done.code, done.out) == (0, results(30))
    assert set(model.counts) == set(bodies)
    assert {body for body, times in model.counts.items() if times > 1} <= {bodies[20]}
    assert json.loads(batch("--status", "J").out)["successRecordCount"] == 30


def test_parameters_of_a_document_are_defaults(
    batch: Batch, model: ModelServer, tmp_path: Path
) -> None:
    write_rows(tmp_path / "in.jsonl", 1)
    document = '{"ContentType": "x/y", "TargetModel": "m.tar.gz"}'
    assert batch("in.jsonl", "out", "--cli-input-json", document).code == 0
    [request] = model.requests
    assert request.headers["content-type"] == "x/y"
    assert request.headers["x-amzn-sagemaker-target-model"] == "m.tar.gz"


@pytest.mark.parametrize(
    ("failed", "results_so_far", "limit", "is_over"),
    [
        (0, 9, ErrorLimit(0), False),
        (1, 9, ErrorLimit(0), True),
        (50, 99, ErrorLimit(10, is_percentage=True), False),
        (10, 100, ErrorLimit(10, is_percentage=True), False),
        (11, 100, ErrorLimit(10, is_percentage=True), True),
        (99, 100, None, False),
    ],
)
def test_a_limit_of_errors(
    failed: int, results_so_far: int, limit: ErrorLimit | None, *, is_over: bool
) -> None:
    tally = Tally()
    tally.failed, tally.succeeded = failed, results_so_far - failed
    assert (error_judge(limit)(tally) is not None) == is_over


def test_progress_has_the_speed_of_the_last_ten_seconds() -> None:
    now = 0.0
    speed = Speed(100, clock=lambda: now)
    tally = Tally()
    for now, done in ((5.0, 10), (10.0, 60), (20.0, 80)):
        tally.succeeded = done
        tally.responded(now)
        values = speed.values(Progress(tally, 3, 8, 1))
    assert (values.per_second, values.remaining_seconds) == (2.0, 10.0)
    assert values.text == (
        "80/100, 80 ok, 0 failed, 3/8 in flight, 2.0/s, 1 throttled, "
        "p50 10.00 s, p99 10.00 s, 0:00:10 left"
    )
    fitted = "80/100, 0 failed, 3/8 in flight, 2.0/s, 1 throttled, 0:00:10 left"
    assert values.fitted(70) == fitted
    assert values.fitted(34) == "80/100, 0 failed, 0:00:10 left"
    assert values.fitted(1) == "80/100"
    assert values.members["recordsPerSecond"] == 2.0
    for total in (None, 79):  # an estimate that was too low
        text = Speed(total, clock=lambda: now).values(Progress(tally, 0, 0, 0)).text
        assert text.startswith("80, 80 ok")
        assert "left" not in text


def test_results_of_earlier_runs_are_progress_but_not_speed() -> None:
    now = 0.0
    speed = Speed(100, Counts(50, 3, 1), lambda: now)
    tally = Tally()
    now, tally.succeeded = 10.0, 20
    values = speed.values(Progress(tally, 1, 4, 0))
    assert (values.done, values.succeeded, values.failed) == (74, 70, 3)
    assert (values.per_second, values.remaining_seconds) == (2.0, 13.0)


def test_a_run_that_one_processor_is_too_slow_for_names_workers_once() -> None:
    wall, cpu = iter((0.0, 10.0, 20.0, 30.0)), iter((0.0, 8.9, 18.0, 28.0))
    use = ProcessorUse(wall.__next__, cpu.__next__, processors=8)
    hints = [use.hint() for _ in range(3)]
    assert [bool(hint) for hint in hints] == [False, True, False]
    assert "used to 91%: --workers 8" in hints[1]
    assert ProcessorUse(processors=1).hint() == ""


@pytest.mark.parametrize("mode", ["auto", "bar", "lines", "json", "none"])
def test_every_progress_mode_runs_on_a_terminal(
    mode: str,
    model: ModelServer,
    variables: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    write_rows(tmp_path / "in.jsonl", 20)
    is_late = Event()

    def slow(received: Received, _: int) -> bytes:
        is_late.wait(0.3 if received.body == b'{"n":0}' and mode in ("auto", "bar") else 0)
        return response(200, received.body)

    model.behavior = slow
    out, err = io.BytesIO(), Terminal()
    words = ("batch", "--endpoint-name", "e", "--progress", mode, "in.jsonl", "out")
    code = main(words, console=Console(io.BytesIO(), out, err), environ=variables)
    done = checked(code, out.getvalue(), err.getvalue().decode())
    assert (done.code, (tmp_path / "out").read_bytes()) == (0, results(20))
    assert ("in flight" in done.err) == (mode in ("auto", "bar"))
