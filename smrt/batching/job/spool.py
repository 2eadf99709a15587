"""The input as the job folder stores it: a copy of standard input, or the list of a folder."""

import os
from collections.abc import Callable, Iterable
from typing import BinaryIO

from smrt.errors import UsageError

from .disk.job_files import Files, write_fully
from .disk.whole_files import create_whole

_BLOCK = 1 << 18
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)


def spool_input(files: Files, path: str, stream: BinaryIO) -> int:
    """Copy `stream` to `path`, and return its size.

    What an earlier run has copied is compared with the stream; UsageError if it differs.
    """
    descriptor = files.open(path, _APPEND, 0o666)
    try:
        with open(path, "rb") as copied:
            size = _copy(files, stream, copied, descriptor)
        files.fsync(descriptor)
    finally:
        files.close(descriptor)
    return size


def _copy(files: Files, stream: BinaryIO, copied: BinaryIO, descriptor: int) -> int:
    size, earlier = 0, os.fstat(descriptor).st_size
    while block := stream.read(_BLOCK):
        expected = copied.read(min(len(block), max(earlier - size, 0)))
        if not block.startswith(expected):
            raise _changed("differs from what the job has read before")
        write_fully(files, descriptor, block[len(expected) :])
        size += len(block)
    if size < earlier:
        raise _changed(f"has {size} bytes; the job has read {earlier} before")
    return size


def _changed(what: str) -> UsageError:
    return UsageError(
        f"standard input {what}",
        "resume the job with the same input, or name another folder with --job",
    )


def store_listing(files: Files, path: str, listing: Callable[[], Iterable[bytes]]) -> None:
    """Write the lines of `listing` to `path`, unless an earlier run has."""
    if not os.path.exists(path):
        create_whole(files, path, listing())
