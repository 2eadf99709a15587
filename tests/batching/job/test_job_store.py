"""A job's partitions, rounds, status and end."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from smrt.batching.job.disk.job_files import Files
from smrt.batching.job.job_opening import attach_job
from smrt.batching.job.job_store import JobStore
from smrt.batching.job.outcomes import Counts, InDoubt, Outcome
from smrt.batching.job.partition_attempt import PartitionAttempt
from smrt.batching.job.result_output import ResultFile, ResultFolder
from smrt.batching.job.store import Attempt, BatchStore
from smrt.batching.records.record import Result
from smrt.errors import SmrtError
from tests.batching.job.job_runs import PARTITIONS, SmallJob, WatchedFiles, line


@pytest.fixture
def job(tmp_path: Path) -> SmallJob:
    return SmallJob(tmp_path)


@pytest.fixture
def store(job: SmallJob) -> Iterator[JobStore]:
    store = job.store(Files(), resume=False)
    yield store
    store.close()


def claim(store: JobStore, number: int = 0) -> PartitionAttempt:
    attempt = store.claim(PARTITIONS[number])
    assert attempt is not None
    return attempt


def respond(attempt: PartitionAttempt, outcomes: str) -> None:
    """Store results in the order of the offsets: s(ucceeded), f(ailed), (in) d(oubt), - (none)."""
    for offset, outcome in enumerate(outcomes, attempt.partition.start):
        if outcome != "-":
            text = b"%d:%s\n" % (offset, outcome.encode())
            attempt.response(offset, text, ok=outcome == "s", in_doubt=outcome == "d")


def finish_round(store: JobStore, first: str, second: str) -> None:
    for number, outcomes in enumerate((first, second)):
        attempt = claim(store, number)
        respond(attempt, outcomes)
        attempt.commit()


def lines(store: JobStore) -> str:
    return "".join(chr(result.line[2]) for result in store.results())


def test_the_store_and_its_attempts_are_what_a_run_expects(store: JobStore) -> None:
    seam: BatchStore = store
    attempt: Attempt | None = seam.claim(PARTITIONS[0])
    assert attempt is not None
    assert attempt.partition is PARTITIONS[0]


def test_a_partition_has_one_owner_until_its_attempt_ends(store: JobStore) -> None:
    attempt = claim(store)
    assert store.claim(PARTITIONS[0]) is None
    assert store.owner(PARTITIONS[0]) == os.getpid()
    attempt.close()
    assert store.owner(PARTITIONS[0]) is None
    claim(store).commit()
    assert store.claim(PARTITIONS[0]) is None


def test_a_partition_that_another_commits_meanwhile_is_not_claimed(
    store: JobStore, job: SmallJob
) -> None:
    def open_late(path: str, flags: int, mode: int) -> int:
        if path.endswith("part-0.lock") and (other := store.claim(PARTITIONS[0])) is not None:
            other.commit()
        return os.open(path, flags, mode)

    worker = job.worker(Files(open=open_late))
    assert worker.claim(PARTITIONS[0]) is None
    assert worker.owner(PARTITIONS[0]) is None
    assert worker.status().committed == 1


def test_what_stands_from_earlier_attempts_is_stored_or_in_doubt(store: JobStore) -> None:
    first = claim(store)
    first.sent([0, 1, 2, 3])
    first.response(2, b"2\n", ok=True)
    first.unsent([3])
    first.close()
    second = claim(store)
    assert [*map(list, second.earlier())] == [[2], [0, 1], []]
    second.sent([0])
    second.response(0, b"0\n", ok=False)
    second.close()
    third = claim(store)
    assert [*map(list, third.earlier())] == [[0, 2], [1], []]
    assert third.counts == Counts(succeeded=1, failed=1)


def test_several_results_are_stored_in_one_write(tmp_path: Path) -> None:
    watched = WatchedFiles()
    store = SmallJob(tmp_path).store(watched.files, resume=False)
    attempt = claim(store)
    watched.names.clear()
    attempt.responses([Result(offset, None, line(offset), offset != 3) for offset in range(5)])
    assert watched.names == ["write"]
    assert attempt.counts == Counts(4, 1)
    attempt.close()
    assert list(claim(store).earlier().stored) == [0, 1, 2, 3, 4]
    store.close()


@pytest.mark.parametrize(
    ("policy", "operations"),
    [(InDoubt.RESEND, ["write"]), (InDoubt.SKIP, ["write", "fsync"])],
)
def test_with_skip_a_call_is_synced_before_it_is_sent(
    policy: InDoubt, operations: list[str], tmp_path: Path
) -> None:
    watched = WatchedFiles()
    store = SmallJob(tmp_path, policy).store(watched.files, resume=False)
    attempt = claim(store)
    watched.names.clear()
    attempt.sent([0, 1])
    assert watched.names == operations
    store.sync()
    store.sync()
    assert watched.names == ["write", "fsync"]
    store.close()


def test_after_a_failure_nothing_is_sent_or_committed_but_responses_are_stored(
    tmp_path: Path,
) -> None:
    is_full: list[bool] = []
    files = Files(write=lambda fd, data: os.write(fd, data[:9] if is_full else data))
    store = SmallJob(tmp_path).store(files, resume=False)
    attempt = claim(store)
    attempt.sent([0, 1])
    is_full.append(True)
    with pytest.raises(SmrtError, match="the disk is full"):
        attempt.response(0, b"0\n", ok=True)
    with pytest.raises(SmrtError, match="the disk is full"):
        attempt.sent([2])
    with pytest.raises(SmrtError, match="the disk is full"):
        attempt.commit()
    is_full.clear()
    attempt.response(1, b"1\n", ok=True)
    attempt.close()
    assert [*map(list, claim(store).earlier())] == [[1], [0], []]
    store.close()


@pytest.mark.parametrize(
    ("policy", "first", "second", "result", "counts"),
    [
        (InDoubt.RESEND, "sffss", "-sf--", "ssfss", Counts(4, 1)),
        (InDoubt.RESEND, "sdfss", "-sf--", "ssfss", Counts(4, 1)),
        (InDoubt.SKIP, "sdfff", "--sfd", "sdsfd", Counts(2, 1, 2)),
    ],
)
def test_a_round_sends_what_failed_and_the_latest_result_stands(
    policy: InDoubt,
    first: str,
    second: str,
    result: str,
    counts: Counts,
    tmp_path: Path,
) -> None:
    store = SmallJob(tmp_path, policy).store(Files(), resume=False)
    finish_round(store, first, "sssss")
    assert store.next_round()
    assert store.claim(PARTITIONS[1]) is None, "nothing of it failed"
    attempt = claim(store)
    retried = [offset for offset in range(5) if second[offset] != "-"]
    assert [offset for offset in range(5) if offset not in attempt.earlier().stored] == retried
    respond(attempt, second)
    assert attempt.counts == counts
    attempt.commit()
    assert store.is_complete()
    assert lines(store) == result + "sssss"
    store.close()


def test_a_round_that_is_interrupted_goes_on_in_the_next_run(job: SmallJob) -> None:
    store = job.store(Files(), resume=False)
    finish_round(store, "fffds", "sssss")
    store.next_round()
    attempt = claim(store)
    attempt.sent([0, 1, 3])
    respond(attempt, "sf---")
    store.close()
    store = job.store(Files(), resume=True)
    attempt = claim(store)
    assert [*map(list, attempt.earlier())] == [[0, 1, 4], [3], []]
    respond(attempt, "--sf-")
    attempt.commit()
    assert lines(store) == "sfsfssssss"
    assert store.finish(ResultFile(str(job.output))).counts == Counts(8, 2)
    store.close()


def test_nothing_is_retried_where_nothing_failed(store: JobStore) -> None:
    finish_round(store, "sssss", "sssss")
    assert not store.next_round()
    assert store.folder.round == 0


def test_a_round_that_is_not_complete_has_no_result_and_no_successor(
    store: JobStore, job: SmallJob
) -> None:
    attempt = claim(store)
    respond(attempt, "sssss")
    attempt.commit()
    assert not store.is_complete()
    for end in (store.next_round, lambda: store.finish(ResultFile(str(job.output)))):
        with pytest.raises(SmrtError, match=r"partition 1 of .* has records without a result"):
            end()
    assert not job.output.exists()


def figures(store: JobStore) -> tuple[int, ...]:
    status = store.status()
    assert status.total == 10
    return status.succeeded, status.failed, status.in_doubt, status.in_flight, status.not_started


def test_the_status_adds_up_from_the_start_to_the_end(job: SmallJob) -> None:
    store = job.store(Files(), resume=False)
    assert figures(store) == (0, 0, 0, 0, 10)
    attempt = claim(store)
    attempt.sent([0, 1, 2])
    respond(attempt, "sf---")
    assert figures(store) == (1, 1, 1, 0, 7)
    attempt.close()
    attempt = claim(store)
    respond(attempt, "--fff")
    attempt.commit()
    assert figures(store) == (1, 4, 0, 0, 5)
    assert store.status()[5:] == (2, 1, 0, None, False)
    finish_round_of(store, "sssss")
    assert store.finish(ResultFile(str(job.output))).counts == Counts(6, 4)
    assert store.status()[5:] == (2, 2, 0, None, True)
    assert store.next_round()
    attempt = claim(store)
    attempt.sent([1, 2])
    respond(attempt, "-s---")
    assert figures(store) == (7, 2, 1, 0, 0)
    assert store.status()[5:] == (2, 1, 1, None, False)
    respond(attempt, "--sss")
    attempt.commit()
    assert store.finish(ResultFile(str(job.output))).is_final
    assert figures(store) == (10, 0, 0, 0, 0)
    assert store.status().is_finished
    store.close()


def finish_round_of(store: JobStore, outcomes: str) -> None:
    attempt = claim(store, 1)
    respond(attempt, outcomes)
    attempt.commit()


@pytest.mark.parametrize(
    ("policy", "first", "sent", "expected"),
    [
        (InDoubt.RESEND, "dffff", [0, 4], (5, 3, 2, 0, 0)),
        (InDoubt.SKIP, "ddfff", [4], (5, 2, 3, 0, 0)),
    ],
)
def test_a_retry_that_is_pending_is_in_doubt_and_no_longer_failed(
    policy: InDoubt, first: str, sent: list[int], expected: tuple[int, ...], tmp_path: Path
) -> None:
    store = SmallJob(tmp_path, policy).store(Files(), resume=False)
    finish_round(store, first, "sssss")
    store.next_round()
    claim(store).sent(sent)
    assert figures(store) == expected
    store.close()


def test_settled_results_are_those_that_a_round_does_not_send_again(store: JobStore) -> None:
    attempt = claim(store)
    respond(attempt, "sfd-")
    attempt.close()
    assert store.settled_counts() == Counts(1, 1, 1)
    finish_round(store, "---ss", "sffff")
    store.finish(ResultFile(store.folder.paths.folder + "/../out"))
    assert store.settled_counts() == Counts(4, 5, 1)
    assert store.next_round()
    assert store.settled_counts() == Counts(4)
    attempt = claim(store, 1)
    attempt.sent([6, 7])
    attempt.response(6, b"6:s\n", ok=True)
    attempt.close()
    assert store.settled_counts() == Counts(5)


def test_the_results_are_in_the_order_of_the_input(store: JobStore) -> None:
    for partition in reversed(PARTITIONS):
        attempt = claim(store, partition.number)
        for offset in (3, 1, 4, 0, 2):
            attempt.response(partition.start + offset, line(offset), ok=offset != 1)
        attempt.commit()
    results = list(store.results())
    assert [result.offset for result in results] == list(range(10))
    assert [result.offset for result in results if result.outcome is Outcome.FAILED] == [1, 6]


@pytest.mark.parametrize("damage", ["truncate", "remove"])
def test_results_that_are_damaged_are_an_error_and_no_shorter_result(
    damage: str, store: JobStore, job: SmallJob
) -> None:
    finish_round(store, "sssss", "sssss")
    log = Path(job.path, "part-1.r0.1.log")
    if damage == "truncate":
        log.write_bytes(log.read_bytes()[:-1])
    else:
        log.unlink()
    with pytest.raises(
        SmrtError, match=r"part-1\.r0\.1\.log (is damaged: 4 of 5|could not be used)"
    ):
        store.finish(ResultFile(str(job.output)))
    assert not job.output.exists()


def test_the_end_of_a_job_that_is_kept_leaves_its_description_and_manifest(
    store: JobStore, job: SmallJob
) -> None:
    finish_round(store, "sssss", "sssss")
    manifest = store.finish(ResultFile(str(job.output)))
    assert sorted(os.listdir(job.path)) == ["job.json", "lock", "manifest.json"]
    job.output.unlink()
    assert store.finish(ResultFile(str(job.output))) == manifest
    assert store.claim(PARTITIONS[0]) is None
    assert attach_job(job.path).manifest() == manifest


def test_a_result_that_was_removed_is_written_again_while_records_can_be_retried(
    store: JobStore, job: SmallJob
) -> None:
    finish_round(store, "ssssf", "sssss")
    store.finish(ResultFile(str(job.output)))
    content = job.output.read_bytes()
    job.output.unlink()
    store.finish(ResultFile(str(job.output)))
    assert job.output.read_bytes() == content


def test_files_of_others_in_the_folder_stay(store: JobStore, job: SmallJob) -> None:
    finish_round(store, "sssss", "sssss")
    Path(job.path, "notes.txt").touch()
    store.finish(ResultFile(str(job.output)))
    store.folder.remove()
    assert os.listdir(job.path) == ["notes.txt"]


def test_the_result_keeps_the_mode_and_the_link_of_the_file_that_it_replaces(
    store: JobStore, job: SmallJob
) -> None:
    target = job.output.parent / "target"
    target.touch(mode=0o640)
    target.chmod(0o604)
    job.output.symlink_to(target)
    finish_round(store, "sssss", "sssss")
    store.finish(ResultFile(str(job.output)))
    assert job.output.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o604
    assert len(target.read_bytes().splitlines()) == 10


def test_a_folder_has_one_file_for_each_record_also_after_a_retry(
    store: JobStore, job: SmallJob
) -> None:
    output = ResultFolder(
        str(job.output), lambda offset: (f"sub/{offset}.out", f"sub/{offset}.error")
    )
    finish_round(store, "sfsss", "sssff")
    store.finish(output)
    failed = {"1.error", "8.error", "9.error"}
    names = {f"{offset}.out" for offset in (0, 2, 3, 4, 5, 6, 7)} | failed
    assert set(os.listdir(job.output / "sub")) == names
    assert (job.output / "sub/2.out").read_bytes() == b"2:s\n"
    store.next_round()
    finish_round(store, "-s---", "---ss")
    assert store.finish(output).is_final
    assert set(os.listdir(job.output / "sub")) == {f"{offset}.out" for offset in range(10)}
