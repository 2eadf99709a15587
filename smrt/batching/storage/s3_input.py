"""An object in S3 as an input: read in ranges, and only as long as it is the same object."""

from collections.abc import Iterator
from io import BufferedReader, RawIOBase
from typing import Any

from smrt.batching.records.input_file import Identity
from smrt.errors import ServiceError, SmrtError, UsageError
from smrt.s3.object_store import PRECONDITION_FAILED, ObjectStore

from .s3_locations import s3_location

RANGE = 1 << 20
"""Bytes that are read at once."""
SAMPLE = 1 << 18
_MARK = b"\xef\xbb\xbf"


class S3Input:
    """An object that is read from any offset; a gzip object, by its suffix, from its start.

    `size` counts uncompressed bytes. Raises UsageError if there is no such object.
    """

    def __init__(self, store: ObjectStore, uri: str, range_size: int = RANGE) -> None:
        self.path, self._range_size = uri, range_size
        self._store, self._location = store, s3_location(uri)
        listed = store.head(self._location)
        if listed is None:
            raise UsageError(
                f"{uri} does not exist", "for all objects under a prefix, end it with /"
            )
        self.identity = Identity(uri, listed.size, 0, listed.etag)
        self.is_compressed = uri.endswith(".gz")
        self.start, self.size = 0, listed.size
        self.start = len(_MARK) if self._head(len(_MARK)) == _MARK else 0
        if self.is_compressed:
            self.size = self.start + sum(map(len, self.blocks()))

    def blocks(self) -> Iterator[bytes]:
        """The bytes from `start`."""
        return self.blocks_from(self.start)

    def blocks_from(self, offset: int) -> Iterator[bytes]:
        """The bytes from `offset`. Raises SmrtError if the object has changed."""
        if not self.is_compressed:
            yield from self._ranges(offset)
            return
        with self._uncompressed() as file:
            file.read(offset)
            while block := file.read(SAMPLE):
                yield block

    def check(self) -> None:
        """Nothing: each range is read only from the object that was opened."""

    def mean_line(self) -> int:
        """The length of a line, as the start and the middle suggest."""
        starts = (0,) if self.is_compressed else (0, self.size // 2)
        return min(_mean(self._sample(start)) for start in starts)

    def _sample(self, start: int) -> bytes:
        if self.is_compressed:
            return next(self.blocks(), b"")
        return self._range(start, SAMPLE)

    def _head(self, size: int) -> bytes:
        if self.is_compressed:
            with self._uncompressed() as file:
                return bytes(file.read(size))
        return self._range(0, size)

    def _ranges(self, offset: int) -> Iterator[bytes]:
        while offset < self.identity.size:
            block = self._range(offset, self._range_size)
            yield block
            offset += len(block)

    def _range(self, start: int, size: int) -> bytes:
        """The bytes of the object itself, compressed or not."""
        if start >= self.identity.size:
            return b""
        try:
            return self._store.read_range(self._location, self.identity.etag, start, size)
        except ServiceError as exc:
            if exc.code in PRECONDITION_FAILED:
                raise changed(self.path) from exc
            raise

    def _uncompressed(self) -> Any:
        import gzip

        return gzip.GzipFile(fileobj=BufferedReader(_Ranges(self), self._range_size))

    def raw(self, offset: int, size: int) -> bytes:
        """The bytes of the object itself, for what decompresses them."""
        return self._range(offset, size)


class _Ranges(RawIOBase):
    """An object as a file that is read from start to end."""

    def __init__(self, source: S3Input) -> None:
        self._source, self._offset = source, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._source.raw(self._offset, len(buffer))
        buffer[: len(block)] = block
        self._offset += len(block)
        return len(block)


def changed(uri: str) -> SmrtError:
    """The error of an object that is no longer the one that the job knows."""
    return SmrtError(
        f"{uri} has changed since the job started",
        "start again with a new output",
        code="InputChanged",
    )


def _mean(block: bytes) -> int:
    return max(16, len(block) // (block.count(b"\n") + 1))
