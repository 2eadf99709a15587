"""A job folder: who runs the job, what it is, and how far it is."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import BinaryIO

from .disk.file_lock import FileLock, lock_owner
from .disk.job_files import Files, remove_if_present, storing, sync_folder
from .disk.whole_files import create_whole
from .job_description import Job
from .job_paths import JobPaths, is_job_file
from .manifest import Manifest, read_manifest, write_manifest
from .spool import spool_input, store_listing


class JobFolder:
    """The folder of a job, opened by the run that owns it, or by its workers and observers."""

    def __init__(self, path: str, job: Job, files: Files, lock: FileLock | None = None) -> None:
        self.paths, self.job, self.files, self._lock = JobPaths(path), job, files, lock
        self.round = self.paths.rounds()
        """The number of the current round."""

    @property
    def input_path(self) -> str:
        """The copy of standard input, or the list of an input folder."""
        return self.paths.input

    @property
    def writer(self) -> str:
        """What the names of files have that are written beside the result."""
        return self.job.job_id

    def manifest(self) -> Manifest | None:
        """The manifest, if the result of the current round, or a final one, has been written."""
        manifest = read_manifest(self.paths.manifest)
        if manifest is None or manifest.is_final or manifest.round == self.round:
            return manifest
        return None

    def spool(self, stream: BinaryIO) -> int:
        """Copy standard input into the folder, or check it against the copy; return its size."""
        with storing(self.input_path):
            return spool_input(self.files, self.input_path, stream)

    def store_list(self, lines: Callable[[], Iterable[bytes]]) -> None:
        """Store the list of an input folder, the first time that the job runs."""
        with storing(self.input_path):
            store_listing(self.files, self.input_path, lines)

    def start_round(self) -> None:
        """Start the next round, in which failed records are sent again."""
        path = self.paths.round(self.round + 1)
        with storing(path):
            create_whole(self.files, path, ())
        self.round += 1

    def owner(self) -> int | None:
        """The id of the process that runs the job; None if there is none."""
        return lock_owner(self.paths.lock)

    def write_manifest(self, manifest: Manifest) -> None:
        """Store that the result of the round has been written."""
        with storing(self.paths.manifest):
            write_manifest(self.files, self.paths.manifest, manifest)

    def remove_parts(self) -> None:
        """Remove all but job.json, the manifest and the lock."""
        stay = (self.paths.job, self.paths.manifest, self.paths.lock)
        with storing(self.paths.folder):
            for name in self.files.listdir(self.paths.folder):
                path = os.path.join(self.paths.folder, name)
                if is_job_file(name) and path not in stay:
                    remove_if_present(self.files, path)

    def remove(self) -> None:
        """Remove the folder of a job that succeeded, the manifest last: it says so until then."""
        self.remove_parts()
        with storing(self.paths.folder):
            remove_if_present(self.files, self.paths.lock)
            remove_if_present(self.files, self.paths.job)
            sync_folder(self.files, self.paths.folder)
            remove_if_present(self.files, self.paths.manifest)
            with suppress(OSError):  # files of others are in it
                self.files.rmdir(self.paths.folder)

    def close(self) -> None:
        """Let another process run the job."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None
