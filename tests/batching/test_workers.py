"""Several processes send the records of one job."""

import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from smrt.batching.batch_input import InputKind
from smrt.batching.batch_options import BatchOptions, ErrorLimit
from smrt.batching.batch_report import MaxErrorsError, RequestCounts
from smrt.batching.job.outcomes import InDoubt
from smrt.batching.records.data_options import DataOptions
from smrt.batching.records.input_file import Identity
from smrt.batching.sending.monitor import Monitor, Progress
from smrt.batching.sending.request_budget import MaxRequestsError
from smrt.batching.sending.send import Sent
from smrt.batching.sending.tally import Tally
from smrt.batching.workers.typed_json import decode_json, encode_json
from smrt.batching.workers.worker_order import WorkerOrder
from smrt.batching.workers.worker_pool import WorkerPool
from smrt.batching.workers.worker_report import decode_report, encode_report
from smrt.config.connection_options import ConnectionOptions
from smrt.errors import ConfigurationError, ServiceError, SmrtError, TransportError, UsageError
from tests.batching.conftest import Batch, ModelServer, checked, results
from tests.batching.test_runs import BAD
from tests.batching.test_stopping import DENIED, Gate, finished, resume_line
from tests.batching.whole_runs import target
from tests.support.polling import until
from tests.support.scripted_endpoint import Received, response

WORKERS = ("--workers", "2", "--partition-size", "300", "--concurrency", "4")


def test_workers_share_the_records(
    batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    done = batch("in.jsonl", "out.jsonl", *WORKERS)
    assert (done.code, done.summary["requestCount"]) == (0, 200)
    assert (tmp_path / "out.jsonl").read_bytes() == results(200)
    assert model.counts == Counter(lines)


def test_an_error_of_all_records_ends_all_workers(
    batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    def deny(received: Received, _: int) -> bytes:
        return DENIED if len(model.counts) > 50 else response(200, received.body)

    model.behavior = deny
    done = batch("in.jsonl", "out.jsonl", *WORKERS)
    assert (done.code, done.summary["errorRecordCount"]) == (254, 0)
    model.behavior = lambda received, _: response(200, received.body)
    assert batch("in.jsonl", "out.jsonl", *WORKERS, "--resume").code == 0
    assert (tmp_path / "out.jsonl").read_bytes() == results(200)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_workers_end_when_the_run_ends(
    number: signal.Signals,
    started: Callable[..., "subprocess.Popen[bytes]"],
    batch: Batch,
    model: ModelServer,
    lines: list[bytes],
    tmp_path: Path,
) -> None:
    gate = Gate(model, 20)
    process = started("in.jsonl", "out.jsonl", *WORKERS)
    until(lambda: gate.waiting == 4)
    process.send_signal(number)
    if number == signal.SIGINT:
        assert process.stderr is not None
        assert b"stopping" in process.stderr.readline()
    gate.opened.set()
    code, out, err = finished(process)
    if number == signal.SIGINT:
        assert (code, checked(code, out.encode(), err).summary["inDoubtRecordCount"]) == (130, 0)
        resume_line(err)
    done = batch("in.jsonl", "out.jsonl", *WORKERS, "--resume")
    while done.code == 255:  # a worker still stores what was in flight
        assert "still sends records" in done.err
        done = batch("in.jsonl", "out.jsonl", *WORKERS, "--resume")
    assert (done.code, (tmp_path / "out.jsonl").read_bytes()) == (0, results(200))
    assert model.counts == Counter(lines)


def test_the_errors_of_all_workers_count_together(
    batch: Batch, model: ModelServer, lines: list[bytes]
) -> None:
    model.behavior = lambda *_: BAD
    done = batch("in.jsonl", "out.jsonl", *WORKERS, "--max-errors", "10")
    assert (done.code, "more than --max-errors 10" in done.err) == (254, True)
    assert 10 < done.summary["errorRecordCount"] <= 10 + 4  # those in flight


def test_a_failure_is_the_end_of_workers_that_have_ended(environ: dict[str, str]) -> None:
    url = "http://127.0.0.1:9"
    order = WorkerOrder(
        BatchOptions("in", "out", workers=2),
        target(ConnectionOptions(endpoint_url=url), environ).portable,
        InputKind.LINES,
        "none",
        2,
        Identity("in", 1, 2),
    )
    with closing(WorkerPool(order, Monitor(lambda _: None))) as pool:
        for process in pool._processes:
            process.wait()
        sent = pool.run()
    assert sent.failure is not None
    assert "none is not the folder of a job" in sent.failure.message


def test_an_order_arrives_as_it_was(environ: dict[str, str]) -> None:
    options = BatchOptions(
        "in",
        "out",
        DataOptions(limit=3, max_payload_in_mb=0),
        in_doubt=InDoubt.SKIP,
        request_rate=0.5,
        max_errors=ErrorLimit(5.0, is_percentage=True),
    )
    environ["BYTES"] = "\udcff"  # no UTF-8
    order = WorkerOrder(
        options,
        target(ConnectionOptions(endpoint_url="http://127.0.0.1:9"), environ).portable,
        InputKind.STREAM,
        "job",
        4,
        Identity("in", 1, 2),
        tally_descriptor=7,
    )
    assert decode_json(WorkerOrder, encode_json(order)) == order


SERVICE_ERROR = ServiceError(
    {
        "Error": {"Code": "TeapotException", "Message": "m"},
        "ResponseMetadata": {"HTTPStatusCode": 424},
    },
    "InvokeEndpoint",
    "a hint",
)


@pytest.mark.parametrize(
    "failure",
    [
        None,
        SERVICE_ERROR,
        *(
            kind("message", "hint", code="Code")
            for kind in (SmrtError, UsageError, ConfigurationError, TransportError)
        ),
        MaxErrorsError("message"),
        MaxRequestsError("message"),
    ],
)
def test_an_end_is_reported_as_it_was(failure: SmrtError | None) -> None:
    sent = Sent(RequestCounts(1, 2, 3, 4, 5), failure, is_interrupted=True)
    reported = decode_report(encode_report(sent))
    assert isinstance(reported, Sent)
    assert reported._replace(failure=failure) == sent
    assert type(reported.failure) is type(failure)
    names = ("message", "hints", "code", "sentence", "details", "exit_code")
    assert [getattr(reported.failure, name, None) for name in names] == [
        getattr(failure, name, None) for name in names
    ]


def test_progress_is_reported_as_it_was() -> None:
    tally = Tally()
    tally.succeeded = 7
    tally.responded(0.25)
    reported = decode_report(encode_report(Progress(tally, 1, 2, 3)))
    assert isinstance(reported, Progress)
    assert (reported.tally.values(), reported[1:]) == (tally.values(), (1, 2, 3))
