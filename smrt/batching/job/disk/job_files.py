"""The operations that change files, as one value."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from smrt.errors import SmrtError

from .filesystems import filesystem_type

ERROR_CODE = "JobFolder"


class Files(NamedTuple):
    """What a job does to files. Tests replace operations to make them fail, or to crash in them."""

    open: Callable[[str, int, int], int] = os.open
    write: Callable[[int, bytes], int] = os.write
    truncate: Callable[[int, int], None] = os.ftruncate
    fsync: Callable[[int], None] = os.fsync
    close: Callable[[int], None] = os.close
    link: Callable[[str, str], None] = os.link
    rename: Callable[[str, str], None] = os.replace
    unlink: Callable[[str], None] = os.unlink
    mkdir: Callable[[str], None] = os.mkdir
    rmdir: Callable[[str], None] = os.rmdir
    listdir: Callable[[str], list[str]] = os.listdir
    sync_all: Callable[[], None] = getattr(os, "sync", lambda: None)
    """Write the files of all processes to their disks; Windows does not offer it."""
    filesystem: Callable[[str], str] = filesystem_type
    """The type of the file system of a path, by the kernel's name."""


@contextmanager
def storing(path: str) -> Iterator[None]:
    """Raise an OSError in this block as a SmrtError about `path`."""
    try:
        yield
    except OSError as exc:
        message = f"{exc.filename or path} could not be used: {exc.strerror or exc}"
        raise SmrtError(message, code=ERROR_CODE) from exc


def unwritable(path: str, exc: OSError) -> SmrtError:
    """The error for a file of the job that could not be written."""
    return SmrtError(f"{path} could not be written: {exc.strerror or exc}", code=ERROR_CODE)


def write_fully(files: Files, descriptor: int, content: bytes) -> None:
    """Write all of `content`; a full disk raises OSError."""
    rest = memoryview(content)
    while rest:
        rest = rest[files.write(descriptor, rest) :]  # type: ignore[arg-type] # any buffer will do


def sync_folder(files: Files, folder: str) -> None:
    """Make the names in `folder` survive a power cut."""
    descriptor = files.open(folder or ".", os.O_RDONLY, 0)
    try:
        files.fsync(descriptor)
    finally:
        files.close(descriptor)


def remove_if_present(files: Files, path: str) -> None:
    """Remove a file, if it exists."""
    with suppress(FileNotFoundError):
        files.unlink(path)
