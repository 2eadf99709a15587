"""The body of an answer, read as it comes, with the methods of botocore's StreamingBody."""

from collections.abc import Callable, Iterator
from types import TracebackType

DEFAULT_CHUNK = 1024


class StreamingBody:
    """A body over the pieces that arrive; `close` ends the transfer, whole or not.

    Reading raises TransportError where the transfer breaks off.
    """

    def __init__(self, pieces: Iterator[bytes], close: Callable[[], None]) -> None:
        self._pieces = pieces
        self._close = close
        self._held = b""
        self._told = 0

    def read(self, amt: int | None = None) -> bytes:
        """At most `amt` bytes, b"" at the end; everything that is left where `amt` is None."""
        if amt is None or amt < 0:
            return self._give(self._held + b"".join(self._pieces), 0)
        parts, size = [self._held], len(self._held)
        while size < amt and (piece := next(self._pieces, b"")):
            parts.append(piece)
            size += len(piece)
        return self._give(b"".join(parts), max(size - amt, 0))

    def pieces(self) -> Iterator[bytes]:
        """What is left, in the pieces in which it comes."""
        if self._held:
            yield self._give(self._held, 0)
        for piece in self._pieces:
            self._told += len(piece)
            yield piece

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

    def readlines(self) -> list[bytes]:
        """What is left, as a list of lines."""
        return list(self.iter_lines())

    def readable(self) -> bool:
        """Whether it can be read at all."""
        return True

    def tell(self) -> int:
        """How many bytes have been read."""
        return self._told

    def close(self) -> None:
        """End the transfer."""
        self._close()

    def __iter__(self) -> Iterator[bytes]:
        return self.iter_chunks(DEFAULT_CHUNK)

    def __next__(self) -> bytes:
        if chunk := self.read(DEFAULT_CHUNK):
            return chunk
        raise StopIteration

    def __enter__(self) -> "StreamingBody":  # noqa: PYI034 - Self came with 3.11
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _give(self, data: bytes, keep: int) -> bytes:
        """All of `data` but the last `keep` bytes, which are held for later."""
        cut = len(data) - keep
        self._held = data[cut:]
        self._told += cut
        return data[:cut]
