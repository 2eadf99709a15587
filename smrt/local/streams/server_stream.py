"""One stream of an HTTP/2 connection, as the thread that serves it sees it."""

from collections import deque
from collections.abc import Callable, Iterator
from threading import Condition


class ServerStream:
    """The input of a stream as it arrives; `changed` is the lock of its connection.

    `acknowledge` is called, with the lock, when the model has taken so many bytes.
    """

    def __init__(
        self, stream_id: int, changed: Condition, acknowledge: Callable[[int, int], None]
    ) -> None:
        self.id = stream_id
        self.is_reset = self.is_ended = False
        self._changed = changed
        self._acknowledge = acknowledge
        self._chunks: deque[tuple[bytes, int]] = deque()

    def chunks(self) -> Iterator[bytes]:
        """Yield the input as it arrives. Raises ConnectionAbortedError if it is cut."""
        while (chunk := self._next()) is not None:
            yield chunk

    def add(self, chunk: bytes, size: int) -> None:
        """Add `chunk`, which takes `size` bytes of the window; with the lock."""
        self._chunks.append((chunk, size))

    def _next(self) -> bytes | None:
        with self._changed:
            self._changed.wait_for(lambda: self._chunks or self.is_ended or self.is_reset)
            if self.is_reset:
                raise ConnectionAbortedError("the client cancelled the stream")
            if not self._chunks:
                return None
            chunk, size = self._chunks.popleft()
            self._acknowledge(self.id, size)
            return chunk
