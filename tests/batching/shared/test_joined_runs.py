"""Several processes work on one job in a shared folder, and some of them are killed or frozen."""

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from smrt.batching.job.logs.job_log import SENT, UNSENT, read_log
from smrt.batching.shared.beats import Beat, beat_content
from tests.batching.conftest import Batch, ModelServer, checked, results
from tests.batching.test_stopping import DENIED, Gate, Start, finished
from tests.support.polling import until
from tests.support.scripted_endpoint import Received, Responder, error, response

JOB = ("--join", "job", "--partition-size", "300", "--concurrency", "4", "--lease", "60")
BAD = error(424, "ModelError", "bad row", OriginalStatusCode=400, OriginalMessage="bad")


def test_one_process_starts_and_ends_a_job(
    batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    done = batch("in.jsonl", "out.jsonl", *JOB)
    assert (done.code, done.summary["requestCount"]) == (0, 200)
    assert (tmp_path / "out.jsonl").read_bytes() == results(200)
    assert model.counts == Counter(lines)
    assert sorted(path.name for path in Path("job").iterdir()) == ["job.json", "manifest.json"]
    done = batch("--join", "job")
    assert (done.code, done.summary["successRecordCount"]) == (0, 200)
    assert done.summary["requestCount"] == 0


def test_a_folder_of_files_is_listed_once_and_shared(
    batch: Batch, model: ModelServer, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    for name in "abc":
        (tmp_path / "in" / name).write_text(name)
    assert batch("in", "out", *JOB).code == 0
    assert {path.name: path.read_text() for path in Path("out").iterdir()} == {
        f"{name}.out": name for name in "abc"
    }


def test_failed_records_are_sent_again_in_a_round(
    batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    model.behavior = lambda received, _: (
        BAD if received.body.endswith(b"5}") else response(200, received.body)
    )
    done = batch("in.jsonl", "out.jsonl", *JOB)
    assert (done.code, done.summary["errorRecordCount"]) == (1, 20)
    model.behavior = lambda received, _: response(200, received.body)
    assert batch("--join", "job").code == 1
    done = batch("--join", "job", "--retry-failed")
    assert (done.code, done.summary["requestCount"]) == (0, 20)
    assert (tmp_path / "out.jsonl").read_bytes() == results(200)


def test_a_line_that_joins_takes_everything_from_the_job(
    batch: Batch, model: ModelServer, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_bytes(b"1\n2\n")
    (tmp_path / "parameters.json").write_text('{"CustomAttributes": "c"}')
    model.behavior = lambda *_: DENIED
    words = ("--cli-input-json", "file://parameters.json", "--accept", "text/csv")
    assert batch("in.csv", "out.csv", *JOB, *words).code == 254
    model.behavior = lambda received, _: response(200, received.body)
    (tmp_path / "parameters.json").unlink()
    changed = {
        "AWS_REGION": "eu-west-3",
        "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": "http://127.0.0.1:9",
    }
    assert batch("--join", "job", env=changed).code == 0
    [attributes] = {r.headers["x-amzn-sagemaker-custom-attributes"] for r in model.requests}
    [credential] = {r.headers["authorization"].split("/")[2] for r in model.requests}
    assert (attributes, credential) == ("c", "us-east-1")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--join", "none"), "none has no job to join"),
        (("-", "out", "--join", "job"), "cannot read standard input"),
        (("in.jsonl", "-", "--join", "job"), "a file or a folder as OUTPUT"),
        (("in.jsonl", "out", "--join", "job", "--workers", "2"), "--workers is for one machine"),
        (("in.jsonl", "out", "--join", "job", "--job", "job"), "cannot be used together"),
        (("in.jsonl", "out", "--lease", "5"), "--lease requires --join"),
        (("in.jsonl", "out", "--join", "job", "--lease", "0"), "--lease cannot be 0"),
        (("--stop", "none"), "not the folder of a job"),
    ],
)
def test_lines_that_cannot_join_are_rejected(
    words: tuple[str, ...], message: str, batch: Batch, lines: list[bytes]
) -> None:
    done = batch(*words)
    assert (done.code, message in done.err) == (252, True)


def test_another_job_is_not_joined(batch: Batch, model: ModelServer, lines: list[bytes]) -> None:
    assert batch("in.jsonl", "out.jsonl", *JOB).code == 0
    done = batch("in.jsonl", "out.jsonl", *JOB, "--lease", "7")
    assert (done.code, "lease was 60.0, and is 7.0" in done.err) == (252, True)
    done = batch("in.jsonl", "out.jsonl", "--job", "job", "--resume")
    assert (done.code, "a job with other values" in done.err) == (252, True)
    assert batch("in.jsonl", "other.jsonl", "--job", "one").code == 0
    done = batch("in.jsonl", "other.jsonl", "--join", "one")
    assert (done.code, "is the job of one machine" in done.err) == (252, True)


def test_limits_count_what_the_other_processes_have_done(
    batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    model.behavior = lambda *_: BAD
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "ended-other").write_bytes(beat_content(Beat(0, requests=190, failed=8)))
    done = batch("in.jsonl", "out.jsonl", *JOB, "--max-errors", "9", "--concurrency", "1")
    assert (done.code, "10 records failed" in done.err, model.handled) == (254, True, 2)
    done = batch("--join", "job", "--max-requests", "195", "--max-errors", "99")
    assert (done.code, "--max-requests 195 is reached" in done.err) == (1, True)
    assert model.handled == 5


def test_a_job_is_stopped_from_another_terminal(
    started: Start, batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    gate = Gate(model, 20)
    process = started("in.jsonl", "out.jsonl", *JOB, "--lease", "1")
    until(lambda: gate.waiting == 4)
    assert json.loads(batch("--status", "job").out)["inFlightRecordCount"] == 4
    assert "finish what is in flight" in batch("--stop", "job").err
    assert process.stderr is not None
    assert b"is being stopped" in process.stderr.readline()
    gate.opened.set()
    code, out, err = finished(process)
    assert (code, checked(code, out.encode(), err).summary["inDoubtRecordCount"]) == (130, 0)
    done = batch("--join", "job")
    assert (done.code, "has been stopped" in done.err) == (252, True)
    assert batch("--join", "job", "--resume").code == 0
    assert (tmp_path / "out.jsonl").read_bytes() == results(200)
    assert model.counts == Counter(lines)


def test_a_job_of_one_machine_is_stopped_from_another_terminal(
    started: Start, batch: Batch, model: ModelServer, lines: list[bytes]
) -> None:
    gate = Gate(model, 20)
    process = started("in.jsonl", "out.jsonl", "--concurrency", "4")
    until(lambda: gate.waiting == 4)
    assert f"process {process.pid} finishes" in batch("--stop", "out.jsonl.job").err
    assert process.stderr is not None
    assert b"stopping" in process.stderr.readline()
    gate.opened.set()
    assert finished(process)[0] == 130
    done = batch("--stop", "out.jsonl.job")
    assert (done.code, "no process runs the job" in done.err) == (252, True)


def sent(log: Path) -> set[int]:
    """The records that the log of an attempt names as sent."""
    offsets: set[int] = set()
    for entry in read_log(str(log)):
        if entry.kind == SENT:
            offsets.update(entry.offsets)
        elif entry.kind == UNSENT:
            offsets.difference_update(entry.offsets)
    return offsets


def in_doubt(job: Path) -> set[int]:
    """The records that two attempts name as sent: the second one knew of the first."""
    attempts = Counter(offset for log in job.glob("part-*.log") for offset in sent(log))
    return {offset for offset, times in attempts.items() if times > 1}


def offsets(lines: list[bytes]) -> Iterator[tuple[bytes, int]]:
    offset = 0
    for line in lines:
        yield line, offset
        offset += len(line) + 1


SHIFTED = """
import sys, time
real = time.time
time.time = lambda: real() + float({hours}) * 3600
from smrt.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize("policy", ["resend", "skip"])
def test_two_kills_and_a_freeze_lose_nothing_and_repeat_only_what_is_named(
    policy: str,
    started: Callable[..., "subprocess.Popen[bytes]"],
    batch: Batch,
    model: ModelServer,
    lines: list[bytes],
    tmp_path: Path,
) -> None:
    gate = Gate(model, 30)
    pass_gate = model.behavior

    def behave(received: Received, times: int) -> bytes | Responder:
        bad = received.body == lines[-1]  # so that the logs stay
        return BAD if bad else pass_gate(received, times)

    model.behavior = behave
    processes = []
    job = ("in.jsonl", "out.jsonl", *JOB, "--lease", "1.5", "--in-doubt", policy)
    for hours in (1, 0, -1):
        wrapper = tmp_path / f"clock{hours}.py"
        wrapper.write_text(SHIFTED.format(hours=hours))
        processes.append(started(*job, wrapper=str(wrapper)))
    until(lambda: gate.waiting >= 12)
    first, second, third = processes
    first.kill()
    third.send_signal(signal.SIGSTOP)
    gate.opened.set()
    before = model.handled
    until(lambda: model.handled > before + 40)
    second.kill()
    third.send_signal(signal.SIGCONT)
    code, _, err = finished(third)
    assert code == 1, err
    values = [json.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert [value["recordId"] for value in values] == list(range(1, 201))
    failed = {value["recordId"] - 1 for value in values if "error" in value}
    repeated = {body for body, times in model.counts.items() if times > 1}
    at = dict(offsets(lines))
    if policy == "resend":
        assert failed == {199}
        assert set(model.counts) == set(lines)
        assert {at[body] for body in repeated} <= in_doubt(tmp_path / "job")
    else:
        assert repeated == set()
        lost = {values[n]["error"]["errorCode"] for n in failed - {199}}
        assert (lost, len(failed) > 4) == ({"InDoubt"}, True)
