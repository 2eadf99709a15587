"""Runs that end early: what is paid for is stored, and the line that resumes is printed."""

import json
import os
import random
import re
import shlex
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from smrt.batching.batch_job import has_begun
from tests.batching.conftest import Batch, ModelServer, checked, results, write_rows
from tests.support.polling import LIMIT, until
from tests.support.scripted_endpoint import Received, Responder, error, response

EXPIRED = error(403, "ExpiredTokenException", "The security token is expired")
DENIED = error(403, "AccessDeniedException", "not authorized")
UNKNOWN = error(400, "ValidationError", "Endpoint e of account 1 not found.")
Start = Callable[..., subprocess.Popen[bytes]]


def resume_line(text: str) -> list[str]:
    """The arguments of the command line that resumes, without those of every run."""
    match = re.search(r"to resume: smrt batch (.*)", text)
    assert match, text
    return [word for word in shlex.split(match[1]) if word not in ("--progress", "none")]


@pytest.mark.parametrize(
    ("rejection", "expected"),
    [
        (EXPIRED, (253, "ExpiredTokenException")),
        (DENIED, (254, "AccessDeniedException")),
        (UNKNOWN, (254, "ValidationError")),
    ],
)
def test_an_error_of_all_records_is_no_result_of_any(
    rejection: bytes,
    expected: tuple[int, str],
    batch: Batch,
    model: ModelServer,
    lines: list[bytes],
    tmp_path: Path,
) -> None:
    accepted, is_over = Counter[bytes](), [False]

    def expire(received: Received, _: int) -> bytes:
        if len(accepted) >= 50 and not is_over[0]:
            return rejection
        accepted[received.body] += 1
        return response(200, received.body)

    model.behavior = expire
    done = batch("in.jsonl", "out.jsonl")
    code, name = expected
    assert (done.code, name in done.err) == (code, True)
    assert done.summary["successRecordCount"] == len(accepted)
    assert done.summary["notStartedRecordCount"] == 200 - len(accepted)
    assert not (tmp_path / "out.jsonl").exists()
    assert resume_line(done.err)[-3:] == ["in.jsonl", "out.jsonl", "--resume"]
    is_over[0] = True
    done = batch("in.jsonl", "out.jsonl", "--resume")
    assert (done.code, (tmp_path / "out.jsonl").read_bytes()) == (0, results(200))
    assert accepted == Counter(lines)


def test_an_unreachable_server_ends_the_run(
    batch: Batch, model: ModelServer, lines: list[bytes]
) -> None:
    refused = {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
    done = batch("in.jsonl", "out.jsonl", env=refused)
    assert (done.code, done.summary["notStartedRecordCount"]) == (255, 200)
    assert "Could not connect" in done.err
    resume_line(done.err)


def test_a_run_without_any_result_can_be_run_again(
    batch: Batch, model: ModelServer, lines: list[bytes]
) -> None:
    model.behavior = lambda *_: UNKNOWN
    assert batch("in.jsonl", "out.jsonl", "--endpoint-name", "typo").code == 254
    model.behavior = lambda received, _: response(200, received.body)
    assert batch("in.jsonl", "out.jsonl").code == 0


def test_missing_credentials_end_the_run(batch: Batch, lines: list[bytes]) -> None:
    done = batch("in.jsonl", "out.jsonl", env={"AWS_ACCESS_KEY_ID": ""})
    assert (done.code, done.summary["notStartedRecordCount"]) == (253, 200)
    assert batch("in.jsonl", "out.jsonl").code == 0  # nothing was sent: it did not start


def deny_all_but(body: bytes) -> Callable[[Received, int], bytes]:
    return lambda received, _: response(200, body) if received.body == body else DENIED


def test_the_line_that_resumes_has_no_password(
    batch: Batch, model: ModelServer, lines: list[bytes]
) -> None:
    model.behavior = deny_all_but(lines[0])
    url = model.url.replace("://", "://user:secret@")
    done = batch("in.jsonl", "out.jsonl", "--endpoint-url", url)
    assert (done.code, "secret@" in done.err) == (254, False)
    assert "secret@" not in Path("out.jsonl.job/job.json").read_text()


def test_a_job_that_has_started_needs_resume(
    batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    model.behavior = deny_all_but(lines[0])
    assert batch("in.jsonl", "out.jsonl").code == 254
    done = batch("in.jsonl", "out.jsonl")
    assert (done.code, "add --resume" in done.err) == (252, True)
    for words in (("--content-type", "x/y"), ("--limit", "3"), ("--in-doubt", "skip")):
        done = batch("in.jsonl", "out.jsonl", "--resume", *words)
        assert (done.code, "a job with other values" in done.err) == (252, True)
    (tmp_path / "in.jsonl").write_bytes(b"{}\n")
    done = batch("in.jsonl", "out.jsonl", "--resume")
    assert (done.code, "Size was" in done.err) == (252, True)


def test_an_input_that_changes_ends_the_run(
    batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    def change(received: Received, _: int) -> bytes:
        with (tmp_path / "in.jsonl").open("ab") as file:
            file.write(b"{}\n")
        return response(200, received.body)

    model.behavior = change
    done = batch("in.jsonl", "out.jsonl", "--concurrency", "1")
    assert (done.code, "has changed" in done.err) == (255, True)


def test_a_changed_file_of_a_folder_is_not_sent(
    batch: Batch, model: ModelServer, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    for name in "abc":
        (tmp_path / "in" / name).write_text(name)
    model.behavior = deny_all_but(b"a")
    assert batch("in", "out").code == 254
    (tmp_path / "in" / "b").write_text("changed")
    model.behavior = lambda received, _: response(200, received.body)
    model.counts.clear()
    done = batch("in", "out", "--resume")
    assert (done.code, set(model.counts)) == (1, {b"c"})
    assert b"InputChanged" in (tmp_path / "out" / "b.error").read_bytes()


class Gate:
    """Responds to some requests; the others wait until it is opened."""

    def __init__(self, model: ModelServer, free: int) -> None:
        self.opened, self.waiting = Event(), 0
        self._model, self._free = model, free
        model.behavior = self._respond

    def _respond(self, received: Received, _: int) -> bytes | Responder:
        if sum(self._model.counts.values()) > self._free:
            self.waiting += 1
            self.opened.wait(LIMIT)
        return response(200, received.body)


def finished(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_waits_for_what_is_in_flight(
    number: signal.Signals,
    started: Start,
    batch: Batch,
    model: ModelServer,
    lines: list[bytes],
    tmp_path: Path,
) -> None:
    gate = Gate(model, 20)
    process = started("in.jsonl", "out.jsonl", "--concurrency", "4")
    until(lambda: gate.waiting == 4)
    process.send_signal(number)
    assert process.stderr is not None
    assert b"stopping" in process.stderr.readline()
    gate.opened.set()
    code, out, err = finished(process)
    done = checked(code, out.encode(), err)
    assert (code, done.summary["successRecordCount"]) == (130, sum(model.counts.values()))
    assert resume_line(err)[-1] == "--resume"
    assert batch("in.jsonl", "out.jsonl", "--resume").code == 0
    assert (tmp_path / "out.jsonl").read_bytes() == results(200)
    assert model.counts == Counter(lines)


def test_the_second_signal_leaves_what_is_in_flight_in_doubt(
    started: Start, batch: Batch, model: ModelServer, lines: list[bytes]
) -> None:
    gate = Gate(model, 20)
    process = started("in.jsonl", "out.jsonl", "--concurrency", "4", "--in-doubt", "skip")
    until(lambda: gate.waiting == 4)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    code, out, err = finished(process)
    gate.opened.set()
    summary = checked(code, out.encode(), err).summary
    assert (code, summary["inDoubtRecordCount"]) == (130, 4)
    status = json.loads(batch("--status", "out.jsonl.job").out)
    assert (status["inDoubtRecordCount"], status["notStartedRecordCount"]) == (4, 176)
    done = batch("in.jsonl", "out.jsonl", "--resume", "--in-doubt", "skip")
    assert (done.code, done.summary["inDoubtRecordCount"]) == (1, 4)
    assert model.counts == Counter(lines)


def test_a_running_or_stopped_job_is_not_run_twice(
    started: Start, batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    gate = Gate(model, 20)
    process = started("in.jsonl", "out.jsonl", "--concurrency", "4")
    until(lambda: gate.waiting == 4)
    process.send_signal(signal.SIGSTOP)
    for words in ((), ("--resume",)):
        done = batch("in.jsonl", "out.jsonl", *words)
        assert (done.code, f"in use by process {process.pid}" in done.err) == (252, True)
    assert json.loads(batch("--status", "out.jsonl.job").out)["inFlightRecordCount"] == 4
    process.send_signal(signal.SIGCONT)
    gate.opened.set()
    assert finished(process)[0] == 0
    assert (tmp_path / "out.jsonl").read_bytes() == results(200)
    assert model.counts == Counter(lines)


def test_two_jobs_with_one_output_write_it_whole_one_after_the_other(
    started: Start, batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    gate = Gate(model, 20)
    process = started("in.jsonl", "out.jsonl", "--job", "first", "--concurrency", "4")
    until(lambda: gate.waiting == 4)
    model.behavior = lambda _received, _times: response(200, b"1")
    assert batch("in.jsonl", "out.jsonl", "--job", "second").code == 0
    assert (tmp_path / "out.jsonl").read_bytes().count(b'"modelOutput":1}\n') == 200
    gate.opened.set()
    assert finished(process)[0] == 0
    values = [json.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert [value["recordId"] for value in values] == list(range(1, 201))
    assert [value["modelOutput"] for value in values[:20]] == [{"n": n} for n in range(20)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("first", "in.jsonl", "out.jsonl", "second")
    ]


def run_killed(start: Start, model: ModelServer, words: tuple[str, ...], number: int) -> bool:
    """Run until `number` requests were handled, and kill the run; return whether the job ended."""
    process = start("in.jsonl", "out.jsonl", "--resume", "--partition-size", "500", *words)
    target = model.handled + number
    until(lambda: model.handled >= target or process.poll() is not None)
    process.kill()
    return finished(process)[0] in (0, 1) or has_succeeded("out.jsonl")


def has_succeeded(output: str) -> bool:
    """Whether the job is complete, although its run was killed: a new run would be a new job."""
    return os.path.exists(output) and not has_begun(output + ".job")


CONCURRENCY = 8


@pytest.mark.parametrize("policy", ["resend", "skip"])
def test_ten_kills_lose_nothing_and_repeat_only_what_was_in_flight(
    policy: str,
    started: Start,
    batch: Batch,
    model: ModelServer,
    lines: list[bytes],
    tmp_path: Path,
) -> None:
    words = ("--in-doubt", policy, "--concurrency", str(CONCURRENCY))
    draw = random.Random(policy)
    kills = 10 if policy == "resend" else 4
    killed, is_over = 0, False
    while killed < kills and not is_over:
        is_over = run_killed(started, model, words, draw.randint(0, 12))
        killed += 1
    done = None
    if not is_over:
        done = batch("in.jsonl", "out.jsonl", "--resume", "--partition-size", "500", *words)
    repeated = sum(model.counts.values()) - len(lines)
    if policy == "resend":
        assert done is None or done.code == 0
        assert (tmp_path / "out.jsonl").read_bytes() == results(200)
        assert set(model.counts) == set(lines)
        assert repeated <= killed * CONCURRENCY
    else:
        assert done is None or done.summary["inDoubtRecordCount"] <= killed * CONCURRENCY
        assert max(model.counts.values()) == 1
        values = [json.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
        assert [value["recordId"] for value in values] == list(range(1, 201))
        doubtful = {v["recordId"] - 1 for v in values if "error" in v}
        assert {lines[n] for n in range(200) if n not in doubtful} <= set(model.counts)


def test_a_full_disk_ends_the_run_and_the_job_resumes(
    started: Start, batch: Batch, model: ModelServer, tmp_path: Path
) -> None:
    pytest.importorskip("resource")
    bodies = write_rows(tmp_path / "in.jsonl", 2000)
    limit = 60_000
    code = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "from smrt.__main__ import main\n"
        "sys.exit(main())\n"
    )
    wrapper = tmp_path / "limited.py"
    wrapper.write_text(code)
    started_process = started("in.jsonl", "out.jsonl", wrapper=str(wrapper))
    status, out, err = finished(started_process)
    done = checked(status, out.encode(), err)
    assert (status, "could not be written" in err) == (255, True)
    assert 0 < done.summary["successRecordCount"] < 2000
    assert not (tmp_path / "out.jsonl").exists()
    os.unlink(wrapper)
    assert batch("in.jsonl", "out.jsonl", "--resume").code == 0
    assert (tmp_path / "out.jsonl").read_bytes() == results(2000)
    repeated = sum(model.counts.values()) - len(bodies)
    assert repeated <= 64
