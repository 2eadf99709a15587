"""Overwrites a file in place; on failure restores its old content."""

import errno
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from typing import BinaryIO, NamedTuple

BLOCK = 1 << 18
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_UNSUPPORTED = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)
"""Errors of file systems that cannot reserve, or not synchronize."""


class LostError(OSError):
    """A failed write whose old content could not be restored; `reason` says why."""

    def __init__(self, failure: BaseException, reason: str) -> None:
        super().__init__(*failure.args)
        self.reason = reason


class _Old(NamedTuple):
    """The old content: its length, and how many bytes can be read and so restored."""

    size: int
    readable: int


def overwrite(path: str, content: BinaryIO) -> None:
    """Write `content`, a temporary file, into the file at `path`; its inode stays the same.

    The two exchange their content block by block, so that the old content needs no extra space;
    on any failure it is restored. Raises OSError. Only SIGKILL and a power failure can leave the
    file partly written.
    """
    content.flush()
    is_new = not os.path.exists(path)
    with _signals_blocked(), _created(path) if is_new else _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        old = _Old(size, size if os.access(path, os.R_OK) else 0)
        with open(content.fileno(), "r+b", buffering=0, closefd=False) as spool:
            try:
                _replace(path, file, spool, old)
            except BaseException as exc:
                _restore(file, spool, old, exc)
                if is_new:
                    os.unlink(path)
                raise


def _created(path: str) -> FileIO:
    return open(path, "xb", buffering=0)


def _opened(path: str) -> FileIO:
    """Open without truncating or O_CREAT: with it, Linux can deny another user's file."""
    flags = os.O_TRUNC | os.O_CREAT
    return open(path, "wb", buffering=0, opener=lambda name, mode: os.open(name, mode & ~flags))


def _replace(path: str, file: FileIO, spool: FileIO, old: _Old) -> None:
    """Truncate last: until the new content is safe, the rest of the old one stays."""
    length = os.fstat(spool.fileno()).st_size
    _reserve(file, old.size, length)
    _exchange(path, file, spool, old)
    _synchronize(file)
    file.truncate(length)


def _reserve(file: FileIO, size: int, length: int) -> None:
    """Fail before the first write if the disk is full; an empty file has nothing to lose."""
    if 0 < size < length and hasattr(os, "posix_fallocate"):
        with _where_supported():
            os.posix_fallocate(file.fileno(), size, length - size)


def _exchange(path: str, file: FileIO, spool: FileIO, old: _Old) -> None:
    """Save each old block in the spool before its new block is written."""
    with open(path if old.readable else os.devnull, "rb") as reader:
        position = spool.seek(0)
        while block := spool.read(BLOCK):
            spool.seek(position)
            _write(spool, reader.read(min(len(block), max(old.readable - position, 0))))
            position = spool.seek(position + len(block))
            _write(file, block)


def _synchronize(file: FileIO) -> None:
    """Make the file system report write errors while the old content can be restored."""
    with _where_supported():
        os.fsync(file.fileno())


def _restore(file: FileIO, spool: FileIO, old: _Old, failure: BaseException) -> None:
    """Restore the overwritten content; LostError if that fails."""
    overwritten = min(file.tell(), old.size)
    try:
        file.truncate(old.size)
        if overwritten > old.readable:
            raise PermissionError(errno.EACCES, "no permission to read it")
        spool.seek(0)
        file.seek(0)
        while block := spool.read(min(BLOCK, overwritten - file.tell())):
            _write(file, block)
    except OSError as exc:
        raise LostError(failure, exc.strerror or str(exc)) from failure


def _write(file: FileIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


@contextmanager
def _where_supported() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        if exc.errno not in _UNSUPPORTED:
            raise


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Defer signals that end the process until after the block; Windows cannot."""
    if not hasattr(signal, "pthread_sigmask"):  # pragma: no cover - Windows
        yield
        return
    previous_mask = signal.pthread_sigmask(
        signal.SIG_BLOCK, {getattr(signal, name) for name in _SIGNALS}
    )
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous_mask)
