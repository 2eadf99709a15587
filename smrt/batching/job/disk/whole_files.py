"""Files that are written whole or not at all: beside their path, synced, then linked or renamed."""

import json
import os
from collections.abc import Iterable
from typing import Any

from smrt.errors import SmrtError

from .job_files import ERROR_CODE, Files, sync_folder, write_fully

NEW = ".new"
"""The suffix of a file that is being written, beside the one that it becomes."""
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_CLOEXEC", 0)


def create_whole(files: Files, path: str, chunks: Iterable[bytes]) -> None:
    """Create `path` with `chunks`; a file that exists there is an error."""
    write_emptied(files, path + NEW, chunks)
    files.link(path + NEW, path)
    files.unlink(path + NEW)
    sync_folder(files, os.path.dirname(path))


def replace_whole(files: Files, path: str, chunks: Iterable[bytes]) -> None:
    """Create or replace `path`: whoever opens it gets the old content or the new."""
    write_emptied(files, path + NEW, chunks)
    files.rename(path + NEW, path)
    sync_folder(files, os.path.dirname(path))


def write_emptied(
    files: Files, path: str, chunks: Iterable[bytes], *, mode: int = 0o666, sync: bool = True
) -> None:
    """Write `chunks` to a new or emptied file, and unless `sync` is false, to its disk."""
    descriptor = files.open(path, _WRITE, mode)
    try:
        for chunk in chunks:
            write_fully(files, descriptor, chunk)
        if sync:
            files.fsync(descriptor)
    finally:
        files.close(descriptor)


def json_chunks(value: object) -> tuple[bytes]:
    """The content of a file with a JSON value."""
    return (json.dumps(value, indent=2).encode() + b"\n",)


def read_json(path: str) -> Any:
    """The JSON value in a file of the job; None if there is no such file."""
    try:
        with open(path, "rb") as file:
            return json.load(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as exc:
        raise SmrtError(f"{path} could not be read: {exc}", code=ERROR_CODE) from exc
