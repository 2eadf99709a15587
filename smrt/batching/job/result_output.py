"""The result of a job: a file of lines, or a folder with a file for each record."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol

from .disk.job_files import Files, remove_if_present, storing, sync_folder
from .disk.whole_files import write_emptied
from .outcomes import Outcome
from .stored_results import StoredResult

_CHUNK = 1 << 18


class ResultOutput(Protocol):
    """Where the result is written."""

    @property
    def path(self) -> str:
        """Its path."""

    def exists(self) -> bool:
        """Whether a result has been written."""

    def write(self, files: Files, results: Iterable[StoredResult], job_id: str) -> None:
        """Write all results durably, replacing what was there; on failure nothing is half."""


class ResultFile(NamedTuple):
    """A file of lines, which appears whole."""

    path: str

    def exists(self) -> bool:
        """Whether the file exists."""
        return os.path.exists(self.path)

    def write(self, files: Files, results: Iterable[StoredResult], job_id: str) -> None:
        """Write the lines beside the file, and rename."""
        target = os.path.realpath(self.path)
        with storing(target):
            _write_beside(files, target, job_id, _joined(result.line for result in results))
            sync_folder(files, os.path.dirname(target))


class ResultFolder(NamedTuple):
    """A folder with a file for each record, each of which appears whole."""

    path: str
    names: Callable[[int], tuple[str, str]]
    """The names of the files of the record at an offset: for its response, and for its error."""

    def exists(self) -> bool:
        """Whether the folder exists."""
        return os.path.exists(self.path)

    def write(self, files: Files, results: Iterable[StoredResult], job_id: str) -> None:
        """Write a file for each record, and remove the other that an earlier round wrote."""
        os.makedirs(self.path, exist_ok=True)
        for offset, outcome, line in results:
            response, error = (os.path.join(self.path, name) for name in self.names(offset))
            is_ok = outcome is Outcome.SUCCEEDED
            self._write(files, response if is_ok else error, line, job_id)
            remove_if_present(files, error if is_ok else response)
        files.sync_all()  # once: a sync for each of many small files takes minutes

    def _write(self, files: Files, target: str, content: bytes, job_id: str) -> None:
        with storing(target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            _write_beside(files, target, job_id, (content,), sync=False)


def _write_beside(
    files: Files, target: str, job_id: str, chunks: Iterable[bytes], *, sync: bool = True
) -> None:
    """Write `target` whole. The file beside it is that of the job, so that a resume replaces it."""
    folder, name = os.path.split(target)
    beside = os.path.join(folder, f".{name[:32]}.{job_id}.smrt")
    mode = _mode(target)
    write_emptied(files, beside, chunks, mode=0o666 if mode is None else 0o600, sync=sync)
    if mode is not None:
        os.chmod(beside, mode)
    files.rename(beside, target)


def _mode(path: str) -> int | None:
    """The mode of a file that will be replaced."""
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        return None


def _joined(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines in chunks that are worth a write."""
    chunk, size = [], 0
    for line in lines:
        chunk.append(line)
        size += len(line)
        if size >= _CHUNK:
            yield b"".join(chunk)
            chunk, size = [], 0
    yield b"".join(chunk)
