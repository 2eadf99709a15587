"""What an endpoint, its credentials and its certificate may do in the middle of a run."""

from collections import Counter
from pathlib import Path

import pytest
import trustme

from tests.batching.conftest import Batch, ModelServer, results, write_rows
from tests.batching.test_stopping import EXPIRED, resume_line
from tests.batching.whole_runs import WholeRun
from tests.support.scripted_endpoint import Received, Responder, drop, error, hang, response

LOADING = error(429, "ModelNotReadyException", "the model is loading")
RECORDS = 40


@pytest.fixture
def lines(tmp_path: Path) -> list[bytes]:
    return write_rows(tmp_path / "in.jsonl", RECORDS)


def ok(received: Received, _: int) -> bytes:
    return response(200, received.body)


@pytest.mark.parametrize("ready", [0, 20])
def test_a_model_that_is_not_ready_in_time_ends_the_run(
    ready: int, batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    done_by_model = Counter[bytes]()

    def scale_in(received: Received, _: int) -> bytes:
        if len(done_by_model) >= ready:
            return LOADING
        done_by_model[received.body] += 1
        return response(200, received.body)

    model.behavior = scale_in
    done = batch("in.jsonl", "out.jsonl", "--wait-ready", "0")
    assert (done.code, "ModelNotReadyException" in done.err) == (254, True)
    assert done.summary["successRecordCount"] == len(done_by_model)
    assert done.summary["notStartedRecordCount"] == RECORDS - len(done_by_model)
    assert resume_line(done.err)[-1] == "--resume"
    model.behavior = ok
    assert batch("in.jsonl", "out.jsonl", "--resume").code == 0
    assert (tmp_path / "out.jsonl").read_bytes() == results(RECORDS)


def test_a_certificate_that_is_not_trusted_is_no_records_result(
    batch: Batch, secure_model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    url = ("--endpoint-url", secure_model.url)
    done = batch("in.jsonl", "out.jsonl", *url, "--ca-bundle", "missing.pem")
    assert (done.code, "missing.pem" in done.err) == (253, True)
    assert not (tmp_path / "out.jsonl.job").exists()
    done = batch("in.jsonl", "out.jsonl", *url, "--ca-bundle", "other.pem")
    assert (done.code, "certificate verify failed" in done.err) == (255, True)
    assert (done.summary["notStartedRecordCount"], secure_model.counts) == (RECORDS, {})
    assert not (tmp_path / "out.jsonl").exists()


class Outage:
    """A server that drops all connections from its request number `start` on, `length` of them."""

    def __init__(self, model: ModelServer, start: int, length: float) -> None:
        self._model, self._start, self._end = model, start, start + length
        self.accepted = Counter[bytes]()
        model.behavior = self._respond

    def _respond(self, received: Received, _: int) -> bytes | Responder:
        if self._start <= len(self._model.requests) < self._end:
            return drop
        self.accepted[received.body] += 1
        return response(200, received.body)


def test_a_server_that_comes_back_while_requests_are_retried_is_in_no_result(
    batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    outage = Outage(model, 20, 5)
    done = batch("in.jsonl", "out.jsonl", "--concurrency", "4", env={"AWS_MAX_ATTEMPTS": "9"})
    assert (done.code, (tmp_path / "out.jsonl").read_bytes()) == (0, results(RECORDS))
    assert outage.accepted == Counter(lines)


def test_a_server_that_dies_ends_the_run_which_resumes_when_it_is_back(
    batch: Batch, lines: list[bytes], tmp_path: Path
) -> None:
    model = ModelServer()

    def die(received: Received, _: int) -> bytes | Responder:
        if len(model.requests) < 20:
            return response(200, received.body, (("Connection", "close"),))
        model.close()
        return drop

    model.behavior = die
    line = ("in.jsonl", "out.jsonl", "--concurrency", "1", "--endpoint-url", model.url)
    done = batch(*line, env={"AWS_MAX_ATTEMPTS": "2"})
    assert (done.code, "Could not connect" in done.err) == (255, True)
    assert done.summary["successRecordCount"] == 19
    again = ModelServer(port=model.port)
    done = batch(*line, "--resume")
    again.close()
    assert (done.code, (tmp_path / "out.jsonl").read_bytes()) == (0, results(RECORDS))
    assert set(again.counts) == set(lines[19:])


def test_a_container_that_is_too_slow_gets_one_request_at_a_time(
    model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    # no success comes between the first three timeouts: six requests hang, four at a time
    def slow(received: Received, _: int) -> bytes | Responder:
        return hang if received.body in lines[:6] else response(200, received.body)

    model.behavior = slow
    job = WholeRun(tmp_path, model.url, read_timeout=0.1, concurrency=4)
    report = job.run()
    assert "three timeouts in a row: one request at a time" in job.notes
    failed = report.status.failed
    assert 6 <= failed == report.requests.timeouts < RECORDS
    assert (report.status.succeeded, report.requests.retries) == (RECORDS - failed, 0)
    assert job.output.read_text().count("ReadTimeout") == failed


def test_credentials_that_expire_are_renewed_in_the_run(
    batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    program = tmp_path / "keys.sh"
    program.write_text(
        "n=$(($(cat n 2>/dev/null || echo 0) + 1)); echo $n > n\n"
        'echo "{\\"Version\\":1,\\"AccessKeyId\\":\\"KEY$n\\",\\"SecretAccessKey\\":\\"x\\"}"\n'
    )
    (tmp_path / "config").write_text(f"[default]\ncredential_process = sh {program}\n")

    def expire(received: Received, _: int) -> bytes:
        is_old = "Credential=KEY1/" in received.headers["authorization"]
        return EXPIRED if is_old and len(model.requests) > 20 else response(200, received.body)

    model.behavior = expire
    env = {"AWS_CONFIG_FILE": str(tmp_path / "config")}
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    done = batch("in.jsonl", "out.jsonl", env=env, unset=names)
    assert (done.code, (tmp_path / "out.jsonl").read_bytes()) == (0, results(RECORDS))
    assert (tmp_path / "n").read_text() == "2\n"
