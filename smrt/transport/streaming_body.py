"""A response body that is read as it arrives, with the methods of botocore's StreamingBody."""

from collections.abc import Callable, Iterator
from io import BytesIO, IOBase
from sys import maxsize

DEFAULT_CHUNK = 1024


class StreamingBody(IOBase):
    """A body read from chunks as they arrive; `close` ends the transfer, even if incomplete.

    Reading raises TransportError if the connection is lost.
    """

    def __init__(self, chunks: Iterator[bytes], close: Callable[[], None]) -> None:
        self._chunks = chunks
        self._close = close
        self._buffer = b""
        self._offset = 0
        self._position = 0

    def read(self, amt: int | None = None) -> bytes:
        """Read `amt` bytes, fewer at the end; all the rest if `amt` is None."""
        remaining = maxsize if amt is None or amt < 0 else amt
        parts = []
        while remaining and self._refill():
            part = self._buffer[self._offset : self._offset + remaining]
            self._offset += len(part)
            remaining -= len(part)
            parts.append(part)
        return self._counted(b"".join(parts))

    def readinto(self, buffer: bytearray | memoryview) -> int:
        """Read into `buffer`; return the number of bytes read."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def chunks(self) -> Iterator[bytes]:
        """Yield the rest in chunks as they arrive."""
        while self._refill():
            chunk = self._buffer[self._offset :]
            self._offset = len(self._buffer)
            yield self._counted(chunk)

    def iter_chunks(self, chunk_size: int = DEFAULT_CHUNK) -> Iterator[bytes]:
        """Yield the rest, `chunk_size` bytes at a time."""
        while chunk := self.read(chunk_size):
            yield chunk

    def iter_lines(
        self,
        chunk_size: int = DEFAULT_CHUNK,
        keepends: bool = False,  # noqa: FBT001, FBT002 - botocore's signature
    ) -> Iterator[bytes]:
        """Yield the rest, line by line."""
        pending = b""
        for chunk in self.iter_chunks(chunk_size):
            lines = (pending + chunk).splitlines(keepends=True)
            pending = lines.pop()
            yield from (line if keepends else line.splitlines()[0] for line in lines)
        yield from pending.splitlines(keepends)

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        """Read the rest as lines with their ends; about `hint` bytes at most, if positive."""
        return BytesIO(self.read()).readlines(hint)

    def readable(self) -> bool:
        """Return True: the body can be read."""
        return True

    def tell(self) -> int:
        """Return the number of bytes read so far."""
        return self._position

    def close(self) -> None:
        """End the transfer."""
        self._close()
        super().close()

    def __iter__(self) -> Iterator[bytes]:
        return self.iter_chunks(DEFAULT_CHUNK)

    def __next__(self) -> bytes:
        if chunk := self.read(DEFAULT_CHUNK):
            return chunk
        raise StopIteration

    def _refill(self) -> bool:
        """Buffer the next chunk if the buffer is empty; return False at the end."""
        while self._offset == len(self._buffer):
            chunk = next(self._chunks, None)
            if chunk is None:
                return False
            self._buffer, self._offset = chunk, 0
        return True

    def _counted(self, data: bytes) -> bytes:
        self._position += len(data)
        return data
