"""A run whose workers an engine starts: here they are threads, and some of them die."""

import io
import json
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

import pytest

from smrt import __version__
from smrt.batching.batch_report import BatchReport
from smrt.batching.batch_session import Session
from smrt.batching.shared.supervised_run import WorkerEnd, run_supervised
from smrt.cli.cluster.joining_task import join_job_as_worker
from smrt.cli.commands import batch as command
from smrt.errors import SmrtError
from smrt.output.console import App, Console
from tests.batching.conftest import Done, ModelServer, checked, results, write_rows
from tests.batching.test_stopping import DENIED
from tests.support.scripted_endpoint import Received, response

ENGINE = ("--engine", "ray", "--partition-size", "300", "--concurrency", "4")
Task = Callable[[str], dict[str, Any] | None]


class ThreadCrew:
    """Workers as threads, each of which runs a task; one that returns None has died."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._ends: Queue[WorkerEnd] = Queue()
        self.started = 0

    def start(self, job: str) -> None:
        self.started += 1
        Thread(target=self._run, args=(job,), daemon=True).start()

    def ended(self, seconds: float) -> list[WorkerEnd]:
        try:
            return [self._ends.get(timeout=seconds)]
        except Empty:
            return []

    def close(self) -> None:
        pass

    def _run(self, job: str) -> None:
        end = self._task(job)
        self._ends.put(WorkerEnd(None) if end is None else WorkerEnd(**end))


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    monkeypatch.chdir(tmp_path)
    return write_rows(tmp_path / "in.jsonl", 200)


@pytest.fixture
def join(variables: dict[str, str]) -> Task:
    return lambda job: join_job_as_worker(job, __version__, variables)


Supervise = Callable[..., tuple[Done, ThreadCrew]]


@pytest.fixture
def supervise(variables: dict[str, str]) -> Supervise:
    """Run `smrt batch --engine ray` in this process, with a crew of threads."""

    def run(task: Task, *words: str, workers: int = 3) -> tuple[Done, ThreadCrew]:
        crew, code, hints = ThreadCrew(task), 0, ""

        def run_on_threads(session: Session) -> BatchReport:
            path = session.options.shared_path
            assert path is not None
            return run_supervised(session, path, lambda: crew, workers)

        out, err = io.BytesIO(), io.BytesIO()
        app = App(Console(io.BytesIO(), out, err), variables, ExitStack())
        line = ["--endpoint-name", "e", "--progress", "none", *words]
        context = command.command.make_context("batch", line)
        try:
            command.run(app, command.gather(context), {"ray": run_on_threads})
        except SmrtError as exc:
            code, hints = exc.exit_code, "\n".join((exc.sentence, *exc.hints))
        return checked(code, out.getvalue(), err.getvalue().decode() + hints), crew

    return run


def test_workers_join_the_job_that_the_run_has_started(
    supervise: Supervise, join: Task, model: ModelServer, lines: list[bytes]
) -> None:
    done, crew = supervise(join, "in.jsonl", "out.jsonl", *ENGINE)
    assert (done.code, crew.started, done.summary["requestCount"]) == (0, 3, 200), done.err
    assert Path("out.jsonl").read_bytes() == results(200)
    assert model.counts == Counter(lines)
    assert not Path("out.jsonl.job").exists()


def test_a_worker_that_dies_is_started_again(
    supervise: Supervise, join: Task, model: ModelServer, lines: list[bytes]
) -> None:
    deaths = iter((True, True, True, False, False, True, False))
    done, crew = supervise(
        lambda job: None if next(deaths) else join(job), "in.jsonl", "out.jsonl", *ENGINE
    )
    assert (done.code, crew.started) == (0, 7), done.err
    assert model.counts == Counter(lines)


def test_workers_that_always_die_end_the_run(supervise: Supervise, lines: list[bytes]) -> None:
    done, crew = supervise(lambda _: None, "in.jsonl", "out.jsonl", *ENGINE, workers=2)
    assert (done.code, "a worker has died" in done.err, crew.started) == (255, True, 22)


def test_an_error_of_one_worker_stops_all(
    supervise: Supervise, join: Task, model: ModelServer, lines: list[bytes]
) -> None:
    def deny(received: Received, _: int) -> bytes:
        return DENIED if len(model.counts) > 50 else response(200, received.body)

    model.behavior = deny
    done, _ = supervise(join, "in.jsonl", "out.jsonl", *ENGINE)
    assert (done.code, "AccessDeniedException" in done.err) == (254, True)
    assert "--engine ray" in done.err
    model.behavior = lambda received, _: response(200, received.body)
    done, _ = supervise(join, "in.jsonl", "out.jsonl", *ENGINE, "--resume")
    assert (done.code, Path("out.jsonl").read_bytes()) == (0, results(200))


def test_a_worker_with_another_version_does_not_join() -> None:
    end = join_job_as_worker("job", "0.0.1", {})
    assert (end["code"], f"a worker has smrt {__version__}, not 0.0.1" in end["message"]) == (
        252,
        True,
    )


def test_a_worker_takes_its_credentials_where_it_runs(
    supervise: Supervise, model: ModelServer, variables: dict[str, str], lines: list[bytes]
) -> None:
    own = {**variables, "AWS_ACCESS_KEY_ID": "AKIDWORKER", "AWS_SECRET_ACCESS_KEY": "workers"}
    done, _ = supervise(
        lambda job: join_job_as_worker(job, __version__, own), "in.jsonl", "out.jsonl", *ENGINE,
        "--job", "job",
    )  # fmt: skip
    assert done.code == 0
    assert {"AKIDWORKER" in each.headers["authorization"] for each in model.requests} == {True}
    stored = Path("job/job.json").read_text()
    assert variables["AWS_SECRET_ACCESS_KEY"] not in stored
    assert json.loads(stored)["Arguments"][:2] == ["--endpoint-name", "e"]
