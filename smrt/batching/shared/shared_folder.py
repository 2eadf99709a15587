"""The folder of a job on a file system that machines share."""

import glob
import os
from collections.abc import Callable, Iterable
from contextlib import suppress

from smrt.batching.job.disk.job_files import Files, storing
from smrt.batching.job.disk.whole_files import json_chunks
from smrt.batching.job.job_description import Job
from smrt.batching.job.job_folder import JobFolder
from smrt.batching.job.job_store import JobStore, PartitionPlan
from smrt.batching.job.journal import Journal, journal_chunks
from smrt.batching.job.manifest import Manifest, manifest_chunks
from smrt.batching.job.outcomes import Counts, InDoubt
from smrt.batching.job.ownership import Ownership
from smrt.batching.job.partition_round import PartitionRound
from smrt.batching.job.result_output import ResultOutput
from smrt.errors import SmrtError

from .control_files import ControlFiles
from .generations import Generations
from .lease import Lease

MANIFEST = "manifest.json"
"""The control file that says that the result of a round has been written."""


class SharedFolder(JobFolder):
    """A JobFolder that several processes write to; `worker` is the name of this one."""

    def __init__(
        self, path: str, job: Job, files: Files, control: ControlFiles, worker: str
    ) -> None:
        super().__init__(path, job, files)
        self.control, self._worker = control, worker

    @property
    def writer(self) -> str:
        """What the names of files have that this process writes beside the result."""
        return f"{self.job.job_id}-{self._worker}"

    def store_list(self, lines: Callable[[], Iterable[bytes]]) -> None:
        """Store the list of an input folder, whole; an older one may be left of a failed start."""
        self.control.replace(os.path.basename(self.input_path), b"".join(lines()))

    def start_round(self) -> None:
        """Start the next round, unless another process has."""
        self.control.create(f"round-{self.round + 1}", b"")
        self.round += 1

    def owner(self) -> int | None:
        """None: no single process runs the job."""
        return None

    def write_manifest(self, manifest: Manifest) -> None:
        """Store that the result of the round has been written."""
        self.control.replace(MANIFEST, b"".join(manifest_chunks(manifest)))


class GenerationOwnership:
    """Ownership of a partition as long as the lease of this process holds."""

    def __init__(self, control: ControlFiles, lease: Lease) -> None:
        self._control = control
        self.check = lease.check

    def publish(self, path: str, journal: Journal) -> None:
        """Write the journal, unless the partition was taken over and is done."""
        self._control.create(os.path.basename(path), b"".join(journal_chunks(journal)))

    def release(self) -> None:
        """Nothing: what a process owns is free when it leaves the job, or its lease ends."""


class SharedStore(JobStore):
    """The BatchStore in a shared folder, owned partition by partition, by generations."""

    def __init__(
        self,
        folder: SharedFolder,
        layout: PartitionPlan,
        in_doubt: InDoubt,
        generations: Generations,
        ownership: Ownership,
    ) -> None:
        def acquire(work: PartitionRound) -> Ownership | None:
            return ownership if generations.take(_owned(work)) else None

        super().__init__(folder, layout, in_doubt, acquire)
        self.generations = generations
        self._final: dict[tuple[int, int], Counts] = {}

    def may_finish(self) -> bool:
        """Become the process that writes the result; False if another one does."""
        return self.generations.take(f"end.r{self.folder.round}")

    def finish(self, output: ResultOutput) -> Manifest:
        """Write the result; remove what a process has left beside it that wrote it before."""
        manifest = super().finish(output)
        folder, name = os.path.split(os.path.realpath(output.path))
        pattern = f".{glob.escape(name[:32])}.{self.folder.job.job_id}-*.smrt"
        for path in glob.glob(os.path.join(glob.escape(folder), pattern)):
            with suppress(OSError):  # its writer is about to remove it
                os.unlink(path)
        return manifest

    def end_attempts(self) -> None:
        """End all attempts."""
        for attempt in self._attempts:
            attempt.close()
        self._attempts = []

    def is_complete(self) -> bool:
        """Whether every record has its result in this round; journals are read once."""
        if self.folder.manifest() is not None:
            return True
        return all(self._is_final(work) for work in self._works())

    def _is_final(self, work: PartitionRound) -> bool:
        key = (work.partition.number, work.number)
        if key not in self._final:
            counts = work.final_counts()
            if counts is None:
                return False
            self._final[key] = counts
        return True

    def _pending_state(self, work: PartitionRound, *, is_running: bool) -> str:
        del is_running
        return "in_flight" if self.generations.has_live_owner(_owned(work)) else "in_doubt"


def check_exclusive(control: ControlFiles, worker: str) -> None:
    """Raise SmrtError for a store in which two processes could create the same file.

    Whoever ends the job may remove the file in between, after it has written the manifest.
    """
    name = f"probe.{worker}"
    try:
        is_exclusive = control.create(name, b"1") and not control.create(name, b"2")
    finally:
        with suppress(SmrtError):
            control.remove([name])
    if not is_exclusive and control.read(MANIFEST) is None:
        raise SmrtError(
            f"{control.location} does not reject the second creation of a file",
            "use another file system, or S3",
            code="NotExclusive",
        )


def make_shared_folder(path: str, files: Files) -> None:
    """Make the folder, unless another process has."""
    with storing(path), suppress(FileExistsError):
        files.mkdir(path)


def job_chunk(value: object) -> bytes:
    """The content of job.json."""
    return json_chunks(value)[0]


def _owned(work: PartitionRound) -> str:
    """The name under which a partition is owned in a round."""
    return f"part-{work.partition.number}.r{work.number}"
