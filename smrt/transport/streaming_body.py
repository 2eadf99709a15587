"""The body of an answer, read as it comes, with the methods of botocore's StreamingBody."""

from collections.abc import Callable, Iterator
from io import BytesIO, IOBase
from sys import maxsize

DEFAULT_CHUNK = 1024


class StreamingBody(IOBase):
    """A body over the pieces that arrive; `close` ends the transfer, whole or not.

    Reading raises TransportError where the transfer breaks off.
    """

    def __init__(self, pieces: Iterator[bytes], close: Callable[[], None]) -> None:
        self._pieces = pieces
        self._close = close
        self._held = b""
        self._begin = 0
        self._told = 0

    def read(self, amt: int | None = None) -> bytes:
        """`amt` bytes, fewer at the end; everything that is left where `amt` is None."""
        wanted = maxsize if amt is None or amt < 0 else amt
        parts = []
        while wanted and self._refill():
            part = self._held[self._begin : self._begin + wanted]
            self._begin += len(part)
            wanted -= len(part)
            parts.append(part)
        return self._tell_of(b"".join(parts))

    def readinto(self, buffer: bytearray | memoryview) -> int:
        """Fill `buffer`, and return how many bytes were put into it."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def pieces(self) -> Iterator[bytes]:
        """What is left, in the pieces in which it comes."""
        while self._refill():
            piece = self._held[self._begin :]
            self._begin = len(self._held)
            yield self._tell_of(piece)

    def iter_chunks(self, chunk_size: int = DEFAULT_CHUNK) -> Iterator[bytes]:
        """What is left, `chunk_size` bytes at a time."""
        while chunk := self.read(chunk_size):
            yield chunk

    def iter_lines(
        self,
        chunk_size: int = DEFAULT_CHUNK,
        keepends: bool = False,  # noqa: FBT001, FBT002 - botocore's signature
    ) -> Iterator[bytes]:
        """What is left, line by line."""
        pending = b""
        for chunk in self.iter_chunks(chunk_size):
            lines = (pending + chunk).splitlines(keepends=True)
            pending = lines.pop()
            yield from (line if keepends else line.splitlines()[0] for line in lines)
        yield from pending.splitlines(keepends)

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        """What is left, as lines with their ends; about `hint` bytes at most, if it is above 0."""
        return BytesIO(self.read()).readlines(hint)

    def readable(self) -> bool:
        """Whether it can be read at all."""
        return True

    def tell(self) -> int:
        """How many bytes have been read."""
        return self._told

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
        """Whether something is held, be it the next piece; False at the end."""
        while self._begin == len(self._held):
            piece = next(self._pieces, None)
            if piece is None:
                return False
            self._held, self._begin = piece, 0
        return True

    def _tell_of(self, data: bytes) -> bytes:
        self._told += len(data)
        return data
