"""Ownership of a file by one process: an flock, which the kernel frees when the process ends."""

import os
from contextlib import suppress

from smrt.errors import UsageError

from .job_files import Files, write_fully

_OPEN = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)


class FileLock:
    """A lock that this process owns, until it is released or the process ends."""

    def __init__(self, files: Files, descriptor: int) -> None:
        self._files, self._descriptor = files, descriptor

    def release(self) -> None:
        """Let others acquire the lock."""
        with suppress(OSError):  # the process id is only information
            self._files.truncate(self._descriptor, 0)
        with suppress(OSError):  # it is closed all the same
            self._files.close(self._descriptor)


def acquire_lock(files: Files, path: str) -> FileLock | None:
    """Lock the file `path`, and write the id of this process into it; None if it is locked."""
    while True:
        descriptor = files.open(path, _OPEN, 0o666)
        try:
            if not _try_flock(descriptor):
                files.close(descriptor)
                return None
            if _is_file_of(descriptor, path):
                files.truncate(descriptor, 0)
                write_fully(files, descriptor, b"%d\n" % os.getpid())
                return FileLock(files, descriptor)
        except BaseException:
            files.close(descriptor)
            raise
        files.close(descriptor)  # its owner has removed it meanwhile


def lock_owner(path: str) -> int | None:
    """The id of the running process that wrote it into the lock; None if there is none."""
    try:
        with open(path, "rb") as file:
            pid = int(file.read())
        os.kill(pid, 0)
    except PermissionError:  # the process of another user
        return pid
    except (OSError, ValueError):
        return None
    return pid


def _try_flock(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError as exc:
        raise UsageError(
            "a job folder needs file locks, which Python does not have on this system",
            "write the results to standard output: -",
        ) from exc
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_file_of(descriptor: int, path: str) -> bool:
    """Whether `path` still names the file that was opened."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False
