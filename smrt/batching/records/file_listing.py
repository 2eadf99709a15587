"""The list of the files of a folder: one JSON line for each, in the order of their names.

It is written once, before the first call, and read like any other input.
"""

import json
import os
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from smrt.errors import UsageError


class ListedFile(NamedTuple):
    """A file by its name below the folder, with slashes, and what it was when it was listed."""

    name: str
    size: int
    mtime_ns: int


class FileListing(NamedTuple):
    """What a list holds. `hidden` counts files that start with a dot, which are left out."""

    files: int
    size: int
    hidden: int


def write_listing(path: str, file: BinaryIO) -> FileListing:
    """List the files below the folder `path`, or the file `path`. Raises UsageError."""
    files = size = hidden = 0
    is_folder = os.path.isdir(path)
    for listed in _files(path):
        if is_folder and "/." in "/" + listed.name:
            hidden += 1
            continue
        file.write(json.dumps(listed._asdict()).encode() + b"\n")
        files, size = files + 1, size + listed.size
    return FileListing(files, size, hidden)


def read_listed(line: bytes) -> ListedFile:
    """The file that a line of the list names."""
    return ListedFile(**json.loads(line))


def stat_listed(path: str, name: str) -> ListedFile:
    """The file as it is now; raises OSError."""
    status = os.stat(path)
    return ListedFile(name, status.st_size, status.st_mtime_ns)


def _files(path: str) -> Iterator[ListedFile]:
    try:
        if os.path.isdir(path):
            yield from _walk(path, "", ())
        else:
            yield stat_listed(path, os.path.basename(path))
    except OSError as exc:
        name = exc.filename or path
        raise UsageError(f"{name} cannot be listed: {exc.strerror or exc}") from exc


def _walk(folder: str, prefix: str, above: tuple[tuple[int, int], ...]) -> Iterator[ListedFile]:
    """The files below `folder`; a link to a folder `above` is not followed."""
    status = os.stat(folder)
    itself = (status.st_dev, status.st_ino)
    if itself in above:
        return
    with os.scandir(folder) as entries:
        names = sorted((entry.name, entry.is_dir(), entry.is_file()) for entry in entries)
    for name, is_folder, is_file in names:
        path = os.path.join(folder, name)
        if is_folder:
            yield from _walk(path, f"{prefix}{name}/", (*above, itself))
        elif is_file:
            yield stat_listed(path, prefix + name)
