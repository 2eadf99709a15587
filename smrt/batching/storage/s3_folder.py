"""The folder of a job in S3, with a local copy of the files that this process reads."""

import os
from collections.abc import Callable, Iterable, Iterator

from smrt.batching.job.disk.job_files import Files
from smrt.batching.job.job_description import Job
from smrt.batching.job.manifest import Manifest
from smrt.batching.job.partition_round import PartitionRound
from smrt.batching.shared.shared_folder import SharedFolder
from smrt.s3.object_store import ObjectStore
from smrt.s3.objects import Location

from .s3_control import S3Control
from .s3_locations import below, s3_location

LOGS, ROUND, INPUT = "logs/", "round-", "input"


class S3Folder(SharedFolder):
    """A SharedFolder below the S3 URI `uri`; `copy` is the local folder of the copies."""

    control: S3Control

    def __init__(
        self, uri: str, copy: str, job: Job, store: ObjectStore, control: S3Control, worker: str
    ) -> None:
        self.uri, self.store = uri, store
        for name in control.ages(ROUND):
            _write(os.path.join(copy, name), b"")
        super().__init__(copy, job, Files(), control, worker)

    def store_list(self, lines: Callable[[], Iterable[bytes]]) -> None:
        """Store the list of the input."""
        super().store_list(lines)
        self.copy_input()

    def copy_input(self) -> None:
        """Copy the list of the input, if there is one."""
        self._copy(INPUT, self.input_path)

    def start_round(self) -> None:
        """Start the next round."""
        super().start_round()
        _write(self.paths.round(self.round), b"")

    def manifest(self) -> Manifest | None:
        """The manifest, if the result of the current round, or a final one, has been written."""
        self._copy("manifest.json", self.paths.manifest)
        return super().manifest()

    def copy_journals(self, work: PartitionRound) -> None:
        """Copy the journals of a partition."""
        for number in range(work.number + 1):
            path = self.paths.journal(work.partition.number, number)
            if not os.path.exists(path):
                self._copy(os.path.basename(path), path)

    def copy_logs(self, work: PartitionRound) -> None:
        """Copy the logs of a partition: the objects of each, joined."""
        self.drop_logs(work)
        for name, keys in self._logs(work).items():
            with open(os.path.join(self.paths.folder, name), "wb") as file:
                for key in keys:
                    file.writelines(self.store.chunks(Location(self._bucket, key)))
        for log in (log for journal in work.journals() for log in journal.logs):
            if not os.path.exists(log):  # its attempt had nothing to send
                _write(log, b"")

    def drop_logs(self, work: PartitionRound) -> None:
        """Remove the copies of the logs of a partition."""
        for number in range(work.number + 1):
            for path in self.paths.logs(work.partition.number, number):
                os.unlink(path)

    def log_location(self, log: str, name: str) -> Location:
        """The location of an object of the log with this path; each process has its own."""
        return below(self.uri, f"{LOGS}{os.path.basename(log)}/{self._worker}-{name}")

    def remove_parts(self) -> None:
        """Remove all but job.json and the manifest."""
        stay = {self.control.at(name).key for name in ("job.json", "manifest.json")}
        self.store.delete(self._bucket, [key for key in self._keys() if key not in stay])

    def remove(self) -> None:
        """Remove the job, the manifest last."""
        self.remove_parts()
        self.control.remove(["job.json"])
        self.control.remove(["manifest.json"])

    @property
    def _bucket(self) -> str:
        return s3_location(self.uri).bucket

    def _keys(self) -> Iterator[str]:
        prefix = below(self.uri, "").key
        return (item.key for item in self.store.listed(self._bucket, prefix))

    def _logs(self, work: PartitionRound) -> dict[str, list[str]]:
        """The keys of the objects of each log of a partition, in order."""
        bucket, prefix = below(self.uri, f"{LOGS}part-{work.partition.number}.")
        logs: dict[str, list[str]] = {}
        for item in self.store.listed(bucket, prefix):
            name = item.key.rsplit("/", 2)[1]
            logs.setdefault(name, []).append(item.key)
        return logs

    def _copy(self, name: str, path: str) -> None:
        content = self.control.read(name)
        if content is not None:
            _write(path, content)


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)
