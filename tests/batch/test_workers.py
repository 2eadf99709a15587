"""Several processes send the records of one job."""

import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.batch.conftest import Batch, ModelServer, checked, results, write_rows
from tests.batch.test_stopping import DENIED, Gate, finished, resume_line
from tests.support.polling import until
from tests.support.scripted_endpoint import Received, response

WORKERS = ("--workers", "2", "--partition-size", "300", "--concurrency", "4")


@pytest.fixture
def lines(tmp_path: Path) -> list[bytes]:
    return write_rows(tmp_path / "in.jsonl", 200)


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
