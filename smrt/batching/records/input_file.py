"""The file of the input: its identity, its blocks of bytes, whether it has changed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple, Protocol, cast

from smrt.errors import SmrtError, UsageError

READ_SIZE = 1 << 18
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SHORTEST_SAMPLE = 16


class Identity(NamedTuple):
    """What changes when an input changes: for an object in S3, its ETag."""

    path: str
    size: int
    mtime_ns: int
    etag: str = ""


class Input(Protocol):
    """Bytes that are read from start to end, again and again; `path` is for messages, too."""

    path: str
    start: int
    size: int

    @property
    def identity(self) -> Identity:
        """What changes when the input changes."""

    def blocks(self) -> Iterator[bytes]:
        """The bytes from `start`; raises SmrtError if they cannot be read."""

    def check(self) -> None:
        """Raise SmrtError if the input is no longer the one that was opened."""

    def mean_line(self) -> int:
        """About the length of a line."""


class InputFile:
    """A file that is read from start to end, again and again; a gzip file by its suffix.

    `size` counts uncompressed bytes, `start` follows a byte order mark. Raises UsageError if the
    file cannot be read, or is no gzip file to its end.
    """

    def __init__(self, path: str, title: str = "") -> None:
        self.path = path
        self.title = title or path
        self._is_compressed = path.endswith(".gz")
        self._error: type[SmrtError] = UsageError
        self.identity: Identity = self._identify()
        mark = self._mark()
        self.start = len(mark)
        self.size = self._count() if self._is_compressed else self.identity.size
        self._error = SmrtError

    def blocks(self) -> Iterator[bytes]:
        """The bytes from `start`; raises SmrtError if they cannot be read."""
        with self._translated(), self._open() as file:
            file.read(self.start)
            while block := file.read(READ_SIZE):
                yield block

    def check(self) -> None:
        """Raise SmrtError if the file is no longer the one that was opened."""
        if self._identify() != self.identity:
            raise SmrtError(
                f"{self.title} has changed while it was read",
                "let it rest, and start again with a new output",
                code="InputChanged",
            )

    def mean_line(self) -> int:
        """The length of a line, as the start, the middle and the end of the file suggest."""
        with self._translated(), self._open() as file:
            starts = (0,) if self._is_compressed else (0, self.size // 2, self.size - READ_SIZE)
            return min(_mean(file, max(0, start)) for start in starts)

    def _identify(self) -> Identity:
        with self._translated():
            status = os.stat(self.path)
        return Identity(os.path.abspath(self.path), status.st_size, status.st_mtime_ns)

    def _mark(self) -> bytes:
        with self._translated(), self._open() as file:
            head = file.read(len(_UTF8_MARK))
        if head.startswith(_UTF16_MARKS):
            raise UsageError(
                f"{self.title} is UTF-16 text, not UTF-8",
                "convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW",
            )
        return _UTF8_MARK if head == _UTF8_MARK else b""

    def _count(self) -> int:
        return self.start + sum(map(len, self.blocks()))

    def _open(self) -> BinaryIO:
        if not self._is_compressed:
            return open(self.path, "rb", buffering=0)
        import gzip

        return cast(BinaryIO, gzip.open(self.path))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        from zlib import error as zlib_error

        try:
            yield
        except (OSError, EOFError, zlib_error) as exc:
            reason = getattr(exc, "strerror", None) or str(exc)
            raise self._error(f"{self.title} cannot be read: {reason}") from exc


def _mean(file: BinaryIO, start: int) -> int:
    file.seek(start)
    block = file.read(READ_SIZE)
    return max(_SHORTEST_SAMPLE, len(block) // (block.count(b"\n") + 1))
