"""A disk that is full, in any operation on any file of the job folder and its result."""

from pathlib import Path

import pytest

from smrt.batching.batch_report import BatchReport
from smrt.errors import ExitCode, SmrtError
from tests.batching.conftest import ModelServer, results, write_rows
from tests.batching.job.job_runs import Operation, Plan, WatchedFiles, no_space, short_write
from tests.batching.whole_runs import WholeRun

RECORDS = 3


def new_run(folder: Path, model: ModelServer) -> WholeRun:
    folder.mkdir()
    write_rows(folder / "in.jsonl", RECORDS)
    model.counts.clear()
    return WholeRun(folder, model.url, concurrency=1, partition_size=16)


def interrupted(job: WholeRun, plan: Plan) -> BatchReport | SmrtError:
    try:
        return job.run(WatchedFiles(plan).files, resume=False)
    except SmrtError as exc:
        return exc


def operations(folder: Path, model: ModelServer) -> list[str]:
    """The operations of an undisturbed run."""
    watched = WatchedFiles()
    assert new_run(folder, model).run(watched.files, resume=False).error is None
    return watched.names


@pytest.mark.parametrize(
    ("event", "where"),
    [
        (no_space, {"open", "write", "truncate", "fsync", "link", "rename", "mkdir"}),
        (short_write, {"write"}),
    ],
)
def test_a_full_disk_loses_nothing_and_names_the_file(
    event: Operation, where: set[str], model: ModelServer, tmp_path: Path
) -> None:
    names = operations(tmp_path / "undisturbed", model)
    assert where <= set(names)
    for number, name in enumerate(names):
        if name not in where:
            continue
        job = new_run(tmp_path / str(number), model)
        end = interrupted(job, Plan(number, event))
        error = end if isinstance(end, SmrtError) else end.error
        if error is not None:
            assert str(job.output) in error.message, (number, name)
            assert error.exit_code in (ExitCode.GENERAL, ExitCode.USAGE)
            assert error.exit_code == ExitCode.GENERAL or not model.counts  # 252: nothing was sent
            assert error.exit_code == ExitCode.USAGE or error.hints[-1].startswith("to resume: ")
        if not job.has_succeeded():
            assert job.run().error is None
        assert job.output.read_bytes() == results(RECORDS)
        assert sum(model.counts.values()) <= RECORDS + 1, (number, name)
