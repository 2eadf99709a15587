"""The body of a response as it arrives, up to a maximum."""

from smrt.errors import SmrtError

LARGEST = 64 << 20
"""Bytes; many calls at once would otherwise use up the memory of the host."""


class ResponseTooLargeError(SmrtError):
    """The endpoint responded with a body that is not read to its end."""

    default_code = "ResponseTooLarge"


class ResponseBuffer:
    """Chunks of a body of at most `largest` bytes."""

    __slots__ = ("_chunks", "_largest", "_size")

    def __init__(self, largest: int = LARGEST) -> None:
        self._chunks: list[bytes] = []
        self._size, self._largest = 0, largest

    def append(self, chunk: bytes) -> None:
        """Add a chunk. Raises ResponseTooLargeError."""
        self._size += len(chunk)
        if self._size > self._largest:
            raise ResponseTooLargeError(f"the response is larger than {self._largest >> 20} MiB")
        self._chunks.append(chunk)

    def take(self) -> bytes:
        """Remove and return the body."""
        chunks, self._chunks, self._size = self._chunks, [], 0
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)
