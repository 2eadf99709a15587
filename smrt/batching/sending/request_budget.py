"""Counts the requests of a job, over all its runs and processes: --max-requests."""

import os
from contextlib import suppress

from smrt.batching.job.disk.job_files import Files, storing, write_fully
from smrt.errors import ExitCode, SmrtError

_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)


class MaxRequestsError(SmrtError):
    """As many requests have been made as --max-requests permits."""

    exit_code = ExitCode.FAILED
    default_code = "MaxRequests"


class RequestBudget:
    """How many requests may be made; None for any number.

    The count is the size of a file: processes that append to it count together. Without a `path`,
    it is that of this process. Without a maximum, it is written once a second, by `flush`.
    """

    def __init__(
        self, maximum: int | None = None, path: str | None = None, files: Files | None = None
    ) -> None:
        self._maximum, self._path, self._unwritten = maximum, path, 0
        self._files = files or Files()
        self._descriptor: int | None = None
        if path is not None:
            with storing(path):
                self._descriptor = self._files.open(path, _APPEND, 0o666)

    def take(self) -> None:
        """A request is about to be sent. Raises MaxRequestsError if it may not be."""
        if self._maximum is not None and self._total() >= self._maximum:
            raise MaxRequestsError(
                f"--max-requests {self._maximum} is reached", "to go on, resume with a higher one"
            )
        self.add(1)

    def add(self, requests: int) -> None:
        """Count requests that have been made."""
        self._unwritten += requests
        if self._maximum is not None:
            self.flush()

    def flush(self) -> None:
        """Write what has been counted."""
        if self._descriptor is not None and self._path is not None and self._unwritten:
            with storing(self._path):
                write_fully(self._files, self._descriptor, b"." * self._unwritten)
            self._unwritten = 0

    def close(self) -> None:
        """Write what has been counted, and close the file."""
        if self._descriptor is not None:
            with suppress(SmrtError):  # what could not be stored has been reported
                self.flush()
            with suppress(OSError):
                self._files.close(self._descriptor)
            self._descriptor = None

    def _total(self) -> int:
        if self._descriptor is None:
            return self._unwritten
        return os.fstat(self._descriptor).st_size
