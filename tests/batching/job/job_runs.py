"""A small job, run by a simulated runner, and files that crash or fail in a chosen operation.

As a program it runs the job, and kills its own process in that operation.
"""

import errno
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from smrt.batching.job.disk.job_files import Files
from smrt.batching.job.job_description import JobDescription
from smrt.batching.job.job_opening import attach_job, open_job
from smrt.batching.job.job_store import JobStore, PartitionPlan
from smrt.batching.job.manifest import Manifest
from smrt.batching.job.outcomes import InDoubt
from smrt.batching.job.partition_attempt import PartitionAttempt
from smrt.batching.job.result_output import ResultFile
from smrt.batching.records.record import Partition

DESCRIPTION = JobDescription(
    input={"Path": "in.jsonl", "Size": 120, "ModifiedAt": 7},
    endpoint={"EndpointName": "iris", "Region": "us-east-1"},
    parameters={"ContentType": "text/csv"},
    settings={"--in-doubt": "resend"},
)
PARTITIONS = [Partition(0, 0, 5), Partition(1, 5, 10)]
"""Ten records, which fail in the first round where the offset is a multiple of four."""
RECORDS = range(10)
IN_FLIGHT = 2
CALLS = Counter({offset: 1 if offset % 4 else 2 for offset in RECORDS})
"""The calls of an undisturbed run."""
DOUBTFUL = b'{"error":"InDoubt"}\n'
Operation = Callable[..., Any]


class CrashError(BaseException):
    """The process has died."""


class Plan(NamedTuple):
    """What happens in the operation of this number, the first being 0."""

    number: int
    happen: Callable[[Operation, tuple[Any, ...]], Any]


class WatchedFiles:
    """Files that count operations, and do in one of them what `plan` says."""

    def __init__(self, plan: Plan | None = None, **replaced: Operation) -> None:
        self.names: list[str] = []
        self._plan, self._opened, self._is_dead = plan, set[int](), False
        fast = Files(fsync=lambda _: None, sync_all=lambda: None)  # only a power cut needs them
        real = fast._replace(**replaced)
        self.files = Files(
            *(partial(self._run, name, getattr(real, name)) for name in Files._fields)
        )

    def _run(self, name: str, operation: Operation, *args: Any) -> Any:
        if self._is_dead:
            raise CrashError
        self.names.append(name)
        try:
            if self._plan is not None and len(self.names) - 1 == self._plan.number:
                result = self._plan.happen(operation, args)
            else:
                result = operation(*args)
        except CrashError:
            self._is_dead = True
            raise
        if name == "open":
            self._opened.add(result)
        if name == "close":
            self._opened.discard(args[0])
        return result

    def die(self) -> None:
        """Do what the kernel does for a killed process: close its files, and so free its locks."""
        for descriptor in self._opened:
            os.close(descriptor)


def crash(*_: Any) -> None:
    """Die before the operation."""
    raise CrashError


def crash_torn(operation: Operation, args: tuple[Any, ...]) -> None:
    """Die in the middle of a write, or before another operation."""
    if operation is os.write:
        os.write(args[0], bytes(args[1])[: len(args[1]) // 2])
    raise CrashError


def no_space(operation: Operation, args: tuple[Any, ...]) -> None:
    """Fail as on a full disk; a file is closed all the same."""
    if operation is os.close:
        os.close(*args)
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def short_write(operation: Operation, args: tuple[Any, ...]) -> Any:
    """Write the half, or do another operation."""
    if operation is os.write:
        return os.write(args[0], bytes(args[1])[: len(args[1]) // 2])
    return operation(*args)


def kill(*_: Any) -> None:
    """Kill this process."""
    os.kill(os.getpid(), signal.SIGKILL)


class SmallJob:
    """The job in a folder of a test; `calls` are the offsets that were sent, in this order."""

    def __init__(self, folder: Path, in_doubt: InDoubt = InDoubt.RESEND) -> None:
        self.path, self.output = str(folder / "out.job"), folder / "out"
        self.in_doubt = in_doubt
        self._calls = folder / "calls"

    @property
    def calls(self) -> list[int]:
        text = self._calls.read_text() if self._calls.exists() else ""
        return [int(line) for line in text.split()]

    def restore_calls(self, calls: list[int]) -> None:
        self._calls.write_text("".join(f"{offset}\n" for offset in calls))

    def layout(self) -> PartitionPlan:
        return PartitionPlan(lambda: PARTITIONS, lambda partition: partition.end - partition.start)

    def store(self, files: Files, *, resume: bool) -> JobStore:
        folder = open_job(self.path, DESCRIPTION, resume=resume, files=files)
        return JobStore(folder, self.layout(), self.in_doubt)

    def worker(self, files: Files | None = None) -> JobStore:
        """The store of another process that works on the job."""
        return JobStore(attach_job(self.path, files), self.layout(), self.in_doubt)

    def run(self, files: Files | None = None, *, resume: bool = True) -> Manifest:
        """Run the job to its end: a round for all, a round for those that failed, the result."""
        store = self.store(files or WatchedFiles().files, resume=resume)
        try:
            self._send_round(store)
            manifest = store.finish(ResultFile(str(self.output)))
            while store.folder.round == 0 and not manifest.is_final and store.next_round():
                self._send_round(store)
                manifest = store.finish(ResultFile(str(self.output)))
            if manifest.is_final:
                store.folder.remove()
            return manifest
        finally:
            store.close()

    def _send_round(self, store: JobStore) -> None:
        for partition in PARTITIONS:
            attempt = store.claim(partition)
            if attempt is not None:
                self._send_partition(attempt, store.folder.round)
                attempt.commit()
            store.sync()

    def _send_partition(self, attempt: PartitionAttempt, number: int) -> None:
        earlier = attempt.earlier()
        offsets = range(attempt.partition.start, attempt.partition.end)
        rest = [offset for offset in offsets if offset not in earlier.stored]
        if self.in_doubt is InDoubt.SKIP:
            for offset in earlier.in_doubt:
                attempt.response(offset, DOUBTFUL, ok=False, in_doubt=True)
            rest = [offset for offset in rest if offset not in earlier.in_doubt]
        for some in _groups(rest):
            attempt.sent(some)
            for offset in some:
                self._call(offset)
            for offset in reversed(some):
                is_ok = bool(number) or bool(offset % 4)
                attempt.response(offset, line(offset, is_ok=is_ok), ok=is_ok)

    def _call(self, offset: int) -> None:
        with self._calls.open("a") as file:
            file.write(f"{offset}\n")


def line(offset: int, *, is_ok: bool = True) -> bytes:
    """The result of a record."""
    return b'{"recordId":%d,"%s":"%s"}\n' % (
        offset,
        b"modelOutput" if is_ok else b"error",
        b"x" * 9,
    )


def has_ended(job: SmallJob) -> bool:
    """Whether the job succeeded and only its empty folder may be left: a new run is a new job."""
    return job.output.exists() and not (os.path.isdir(job.path) and os.listdir(job.path))


def _groups(offsets: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(offsets), IN_FLIGHT):
        yield offsets[start : start + IN_FLIGHT]


RESULT = b"".join(map(line, RECORDS))
"""The result of an undisturbed run."""


if __name__ == "__main__":
    job = SmallJob(Path(sys.argv[1]), InDoubt(sys.argv[2]))
    job.run(WatchedFiles(Plan(int(sys.argv[3]), kill)).files)
