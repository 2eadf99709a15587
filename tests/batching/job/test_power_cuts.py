"""A power cut loses the last calls at most, and none of them with --in-doubt skip."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from smrt.batching.job.outcomes import InDoubt
from tests.batching.job.job_runs import (
    CALLS,
    DOUBTFUL,
    RECORDS,
    RESULT,
    CrashError,
    Plan,
    SmallJob,
    WatchedFiles,
    crash,
    has_ended,
    line,
)
from tests.batching.job.power_cut import UnsyncedFiles


def cut_power(tmp_path: Path, number: int, seed: int, policy: InDoubt) -> SmallJob:
    """A job whose host loses power in the operation of this number."""
    folder, backups = tmp_path / f"job-{number}-{seed}", tmp_path / f"backups-{number}-{seed}"
    folder.mkdir()
    backups.mkdir()
    job, files = SmallJob(folder, policy), UnsyncedFiles(Plan(number, crash), backups)
    with pytest.raises(CrashError):
        job.run(files.files)
    calls = job.calls
    files.cut_power(folder, seed=seed)
    job.restore_calls(calls)  # the endpoint has not lost its power
    return job


def undisturbed_operations(tmp_path: Path, policy: InDoubt) -> list[str]:
    watched = WatchedFiles()
    SmallJob(tmp_path, policy).run(watched.files)
    return watched.names


def cuts(operations: list[str]) -> Iterator[tuple[int, int]]:
    """The operations, each with a seed; with several where most names have changed."""
    for number, name in enumerate(operations):
        for seed in range(16 if name == "rmdir" else 1):
            yield number, number + seed


@pytest.mark.parametrize("policy", InDoubt)
def test_after_a_power_cut_in_any_operation_no_result_is_lost(
    policy: InDoubt, tmp_path: Path
) -> None:
    for number, seed in cuts(undisturbed_operations(tmp_path, policy)):
        job = cut_power(tmp_path, number, seed, policy)
        called = set(job.calls)
        if not has_ended(job):
            job.run()
        if policy is InDoubt.RESEND:
            assert job.output.read_bytes() == RESULT
        else:
            assert Counter(job.calls) <= CALLS
            lines = zip(job.output.read_bytes().splitlines(keepends=True), RECORDS, strict=True)
            doubtful = {offset for text, offset in lines if text == DOUBTFUL}
            assert doubtful <= called
            expected = [DOUBTFUL if offset in doubtful else line(offset) for offset in RECORDS]
            assert job.output.read_bytes() == b"".join(expected)
