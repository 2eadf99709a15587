"""Control files in a folder that machines share."""

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TypeVar

from smrt.batching.job.disk.job_files import Files, remove_if_present, storing, sync_folder
from smrt.batching.job.disk.whole_files import write_emptied

NANOSECONDS = 1e9
T = TypeVar("T")


class FolderControl:
    """Control files in `location`; `worker` is the name of this process, which no other has.

    A file is opened before it is looked at: a network file system then asks its server, instead of
    what it remembers.
    """

    def __init__(self, location: str, worker: str, files: Files | None = None) -> None:
        self.location = location
        self._worker, self._files = worker, files or Files()

    def create(self, name: str, content: bytes) -> bool:
        """Create a file; False if it exists."""
        path = self._path(name)
        with storing(path):
            try:
                _twice(lambda: self._link(path, content))
            except FileExistsError:  # or the response to the first request of ours was lost
                return self.read(name) == content
            sync_folder(self._files, self.location)
            return True

    def replace(self, name: str, content: bytes, *, is_lasting: bool = True) -> None:
        """Create or replace a file."""
        path = self._path(name)
        with storing(path):
            _twice(lambda: self._files.rename(self._written(path, content, sync=is_lasting), path))

    def read(self, name: str) -> bytes | None:
        """The content of a file; None if there is none."""
        path = self._path(name)
        with storing(path):
            try:
                with open(path, "rb") as file:
                    return file.read()
            except FileNotFoundError:
                return None

    def age(self, name: str) -> float | None:
        """Seconds since a file was written, by the clock of the file server."""
        with storing(self._path(name)):
            written_at = _written_at(self._path(name))
            return None if written_at is None else (_twice(self._now) - written_at) / NANOSECONDS

    def ages(self, prefix: str) -> Mapping[str, float]:
        """The files with a prefix, and their ages."""
        with storing(self.location):
            now, names = _twice(self._now), self._files.listdir(self.location)
            found = {
                name: _written_at(self._path(name))
                for name in names
                if name.startswith(prefix) and not name.endswith(".new")
            }
        return {name: (now - at) / NANOSECONDS for name, at in found.items() if at is not None}

    def remove(self, names: Iterable[str]) -> None:
        """Remove files, if they exist."""
        with storing(self.location):
            for name in names:
                remove_if_present(self._files, self._path(name))

    def close(self) -> None:
        """Remove the file that tells the time."""
        with suppress(OSError):
            remove_if_present(self._files, self._path(f"clock-{self._worker}"))

    def _link(self, path: str, content: bytes) -> None:
        beside = self._written(path, content)
        try:
            self._files.link(beside, path)
        finally:
            remove_if_present(self._files, beside)

    def _now(self) -> int:
        """The time of the file server: when it stores the touch of a file."""
        path = self._path(f"clock-{self._worker}")
        with open(path, "ab") as file:
            os.utime(path)
            return os.fstat(file.fileno()).st_mtime_ns

    def _written(self, path: str, content: bytes, *, sync: bool = True) -> str:
        """Write `content` beside `path`, under a name of this process; return that path."""
        beside = f"{path}.{self._worker}.new"
        write_emptied(self._files, beside, (content,), sync=sync)
        os.utime(beside)  # the time of the server, whatever clock wrote the content
        return beside

    def _path(self, name: str) -> str:
        return os.path.join(self.location, name)


def _twice(write: Callable[[], T]) -> T:
    """Try again once: whoever ends the job removes its files, also those that are being written."""
    try:
        return write()
    except FileNotFoundError:
        return write()


def _written_at(path: str) -> int | None:
    try:
        with open(path, "rb") as file:
            return os.fstat(file.fileno()).st_mtime_ns
    except FileNotFoundError:
        return None
