"""Ownership of a partition by processes: an flock."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from smrt.batching.job.disk.file_lock import acquire_lock, lock_owner
from smrt.batching.job.disk.job_files import Files
from smrt.errors import UsageError
from tests.batching.job.job_runs import PARTITIONS, SmallJob
from tests.support.polling import until
from tests.support.project import ROOT

OWNER = """
import subprocess, sys
from pathlib import Path
from smrt.batching.job.disk.job_files import Files
from tests.batching.job.job_runs import PARTITIONS, SmallJob
store = SmallJob(Path(sys.argv[1])).store(Files(), resume=True)
attempt = store.claim(PARTITIONS[0])
attempt.sent([0, 1])
child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
print(child.pid, flush=True)
child.wait()
"""


@contextmanager
def owner(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that runs the small job and has its first partition, and a child of its own."""
    command = [sys.executable, "-c", OWNER, str(folder)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def test_a_killed_process_frees_the_job_at_once_though_its_child_runs_on(tmp_path: Path) -> None:
    with owner(tmp_path) as process:
        process.kill()
        process.wait()
        store = SmallJob(tmp_path).store(Files(), resume=True)
        attempt = store.claim(PARTITIONS[0])
        assert attempt is not None
        assert list(attempt.earlier().in_doubt) == [0, 1]
        store.close()


def test_a_stopped_process_keeps_the_job_which_names_it(tmp_path: Path) -> None:
    job = SmallJob(tmp_path)
    with owner(tmp_path) as process:
        process.send_signal(signal.SIGSTOP)
        until(lambda: os.waitpid(process.pid, os.WUNTRACED | os.WNOHANG) != (0, 0))
        with pytest.raises(UsageError, match=f"is in use by process {process.pid}$"):
            job.run()


def test_a_worker_gets_no_partition_that_another_has(tmp_path: Path) -> None:
    job = SmallJob(tmp_path)
    with owner(tmp_path) as process:
        worker = job.worker()
        assert worker.claim(PARTITIONS[0]) is None
        assert worker.owner(PARTITIONS[0]) == process.pid
        assert worker.claim(PARTITIONS[1]) is not None
        status = worker.status()
        assert (status.in_flight, status.in_doubt, status.pid) == (2, 0, process.pid)
        worker.close()


def test_a_lock_belongs_to_one_until_it_is_released(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    lock = acquire_lock(Files(), path)
    assert lock is not None
    assert acquire_lock(Files(), path) is None
    assert lock_owner(path) == os.getpid()
    lock.release()
    assert lock_owner(path) is None
    again = acquire_lock(Files(), path)
    assert again is not None
    again.release()


def test_a_lock_whose_file_is_removed_meanwhile_is_made_anew(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")

    def open_removed(name: str, flags: int, mode: int) -> int:
        descriptor = os.open(name, flags, mode)
        if not removed:
            removed.append(name)
            os.unlink(name)
        return descriptor

    removed: list[str] = []
    lock = acquire_lock(Files(open=open_removed), path)
    assert lock is not None
    assert removed
    assert acquire_lock(Files(), path) is None
    lock.release()


@pytest.mark.parametrize("content", [b"", b"x", b"999999999\n"])
def test_a_lock_without_a_running_process_has_no_owner(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_bytes(content)
    assert lock_owner(str(path)) is None


def test_the_lock_of_another_users_process_names_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_bytes(b"1\n")
    assert lock_owner(str(path)) == 1


def test_without_file_locks_a_job_is_a_usage_error(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['fcntl'] = None\n"
        "from smrt.batching.job.job_opening import open_job\n"
        "from tests.batching.job.job_runs import DESCRIPTION\n"
        "open_job(sys.argv[1], DESCRIPTION, resume=False)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "out.job"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "UsageError: a job folder needs file locks" in done.stderr
