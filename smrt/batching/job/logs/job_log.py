"""The append-only log of an attempt: entries framed by their length and a CRC-32.

An entry is a header (CRC-32 of all that follows, length of the content, kind, offset) and the
content: the rendered result of the record at the offset, or further offsets that were sent. The
numbers are in native byte order: a log is read on the machine that wrote it.
"""

import os
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from struct import Struct
from typing import NamedTuple
from zlib import crc32

from smrt.batching.job.disk.job_files import Files, unwritable
from smrt.errors import SmrtError
from smrt.protocol.messages import masked_repr

SENT = 16
UNSENT = 17
ACCEPTED = 18
"""The kinds of entries; those of results are the values of Outcome."""
_HEADER = Struct("=IIBQ")
_CHECKED = Struct("=IBQ")
_CRC = Struct("=I")
_BLOCK = 1 << 18
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)


class LogEntry(NamedTuple):
    """An entry, and the position of its content in the log."""

    kind: int
    offset: int
    position: int
    content: memoryview

    def __repr__(self) -> str:
        return masked_repr(self, "content")

    @property
    def offsets(self) -> Sequence[int]:
        """The offsets that an entry of SENT or UNSENT names."""
        return self.offset, *self.content.cast("Q")


def frame(kind: int, offset: int, content: bytes) -> bytes:
    """An entry as it is in the log."""
    checked = _CHECKED.pack(len(content), kind, offset)
    return b"".join((_CRC.pack(crc32(content, crc32(checked))), checked, content))


def frame_offsets(kind: int, offsets: Sequence[int]) -> bytes:
    """An entry of SENT or UNSENT; nothing for no offsets."""
    return frame(kind, offsets[0], array("Q", offsets[1:]).tobytes()) if offsets else b""


class JobLog:
    """A log that is being written."""

    def __init__(self, files: Files, path: str) -> None:
        self._files, self._path = files, path
        self._descriptor = files.open(path, _APPEND, 0o666)
        self._size = 0
        self._is_synced = True
        self._is_torn = False
        self.failure: SmrtError | None = None
        """The first error; after it no call may be started."""

    def append(self, entries: bytes) -> None:
        """Write entries, all of them or none: a short write is undone, and raises SmrtError."""
        if self._is_torn:  # what follows a torn entry would never be read
            raise self._error(OSError("an earlier write could not be undone"))
        try:
            self._is_synced = False
            if self._files.write(self._descriptor, entries) != len(entries):
                raise OSError("the disk is full (short write)")  # noqa: TRY301 - as any error of it
        except OSError as exc:
            self._undo()
            raise self._error(exc) from exc
        self._size += len(entries)

    def sync(self) -> None:
        """Make all entries survive a power cut."""
        if self._is_synced:
            return
        try:
            self._files.fsync(self._descriptor)
        except OSError as exc:
            raise self._error(exc) from exc
        self._is_synced = True

    def close(self) -> None:
        """Close the file; what has to last is synced before."""
        with suppress(OSError):
            self._files.close(self._descriptor)

    def _undo(self) -> None:
        """Remove what a failed write left behind the last entry."""
        try:
            self._files.truncate(self._descriptor, self._size)
        except OSError:
            self._is_torn = True

    def _error(self, exc: OSError) -> SmrtError:
        error = unwritable(self._path, exc)
        self.failure = self.failure or error
        return error


def read_log(path: str) -> Iterator[LogEntry]:
    """The entries of a log, up to the first that is torn or damaged."""
    with open(path, "rb", buffering=0) as file:
        end = os.fstat(file.fileno()).st_size
        start, wanted = 0, _BLOCK
        while start < end:
            file.seek(start)
            block = memoryview(file.read(wanted))
            used = 0
            for entry in _whole_entries(block, start):
                yield entry
                used = entry.position + len(entry.content) - start
            start += used
            wanted = _BLOCK if used else _size_of_first(block)
            if not used and not len(block) < wanted <= end - start:
                return


def _whole_entries(block: memoryview, start: int) -> Iterator[LogEntry]:
    """The entries in a block from the position `start`, before one that is cut or damaged."""
    at, size = 0, len(block)
    while (content := at + _HEADER.size) <= size:
        checksum, length, kind, offset = _HEADER.unpack_from(block, at)
        following = content + length
        if following > size or crc32(block[at + _CRC.size : following]) != checksum:
            return
        yield LogEntry(kind, offset, start + content, block[content:following])
        at = following


def _size_of_first(block: memoryview) -> int:
    """The size of the first entry in a block, by its header."""
    if len(block) < _HEADER.size:
        return 0
    length: int = _HEADER.unpack_from(block)[1]
    return _HEADER.size + length
