"""A job that crashes or fails in any operation of its files goes on where it was."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smrt.batching.job.disk.job_files import Files
from smrt.batching.job.job_opening import attach_job
from smrt.batching.job.job_store import JobStore
from smrt.batching.job.outcomes import Counts, InDoubt
from smrt.batching.job.partition_round import PartitionRound
from smrt.errors import SmrtError, UsageError
from tests.batching.job.job_runs import (
    CALLS,
    DOUBTFUL,
    IN_FLIGHT,
    PARTITIONS,
    RECORDS,
    CrashError,
    Operation,
    Plan,
    SmallJob,
    WatchedFiles,
    crash,
    crash_torn,
    has_ended,
    line,
    no_space,
    short_write,
)
from tests.support.project import ROOT

ALL = set(Files._fields) - {"close"}


def operations(tmp_path: Path, in_doubt: InDoubt = InDoubt.RESEND) -> list[str]:
    """The operations of an undisturbed run."""
    (tmp_path / "undisturbed").mkdir()
    job, watched = SmallJob(tmp_path / "undisturbed", in_doubt), WatchedFiles()
    job.run(watched.files, resume=False)
    return watched.names


def new_job(tmp_path: Path, number: int, in_doubt: InDoubt) -> SmallJob:
    folder = tmp_path / f"{in_doubt.value}-{number}"
    folder.mkdir()
    return SmallJob(folder, in_doubt)


def interrupt(job: SmallJob, plan: Plan) -> None:
    """Run the job until `plan` makes it crash or fail."""
    watched, before = WatchedFiles(plan), job.calls
    try:
        job.run(watched.files)
    except CrashError:
        watched.die()
    except UsageError:
        assert job.calls == before, "a usage error promises that nothing was sent"
    except SmrtError:
        pass


def in_doubt(job: SmallJob) -> set[int]:
    """The records in doubt of an interrupted job, whose status adds up."""
    try:
        folder = attach_job(job.path)
    except UsageError:  # it has not started, or its folder is removed
        return set()
    status = JobStore(folder, job.layout(), job.in_doubt).status()
    assert status.total == len(RECORDS)
    assert min(status.succeeded, status.failed, status.in_doubt, status.not_started) >= 0
    if status.is_finished:
        return set()
    pending = [
        offset
        for partition in PARTITIONS
        for offset in PartitionRound(folder.paths, partition, folder.round, job.in_doubt)
        .standing()
        .pending
    ]
    assert status.in_doubt >= len(pending)
    return set(pending)


def check_resumed(job: SmallJob, doubtful: Collection[int]) -> None:
    """Resume the job to its end, and compare it with an undisturbed run."""
    manifest = None if has_ended(job) else job.run()
    is_resent = job.in_doubt is InDoubt.RESEND
    skipped = set() if is_resent else set(doubtful)
    lines = [DOUBTFUL if offset in skipped else line(offset) for offset in RECORDS]
    assert job.output.read_bytes() == b"".join(lines)
    assert Counter(job.calls) - CALLS <= Counter(doubtful if is_resent else ())
    if manifest is not None:
        assert manifest.counts == Counts(len(RECORDS) - len(skipped), 0, len(skipped))
        assert os.path.exists(job.path) is not manifest.is_final


@pytest.mark.parametrize(
    ("event", "policy", "where"),
    [
        (crash, InDoubt.RESEND, ALL),
        (crash, InDoubt.SKIP, ALL),
        (crash_torn, InDoubt.RESEND, {"write"}),
        (crash_torn, InDoubt.SKIP, {"write"}),
        (no_space, InDoubt.RESEND, ALL | {"close"}),
        (no_space, InDoubt.SKIP, {"write"}),
        (short_write, InDoubt.RESEND, {"write"}),
    ],
)
def test_a_job_that_is_interrupted_in_any_operation_ends_as_if_it_were_not(
    event: Operation, policy: InDoubt, where: set[str], tmp_path: Path
) -> None:
    for number, name in enumerate(operations(tmp_path, policy)):
        if name not in where:
            continue
        job = new_job(tmp_path, number, policy)
        interrupt(job, Plan(number, event))
        doubtful = in_doubt(job)
        assert len(doubtful) <= IN_FLIGHT, name
        check_resumed(job, doubtful)


@pytest.mark.parametrize("policy", InDoubt)
@given(data=st.data())
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
def test_a_job_that_is_interrupted_many_times_calls_again_only_what_was_in_flight(
    policy: InDoubt, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    job = SmallJob(tmp_path_factory.mktemp("job"), policy)
    doubtful: list[int] = []
    for number in data.draw(st.lists(st.integers(0, 150), max_size=5)):
        interrupt(job, Plan(number, data.draw(st.sampled_from([crash, crash_torn, no_space]))))
        doubtful += in_doubt(job)
        if has_ended(job):
            break
    check_resumed(job, doubtful)


@pytest.mark.parametrize("policy", InDoubt)
@pytest.mark.parametrize("number", [12, 30, 47])
def test_a_job_whose_process_is_killed_goes_on_where_it_was(
    policy: InDoubt, number: int, tmp_path: Path
) -> None:
    job = SmallJob(tmp_path, policy)
    command = [sys.executable, "-m", "tests.batching.job.job_runs", str(tmp_path), policy.value]
    done = subprocess.run([*command, str(number)], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    check_resumed(job, in_doubt(job))
