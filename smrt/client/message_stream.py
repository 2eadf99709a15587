"""The Body of a bidirectional stream in Python: send messages, and iterate over the responses."""

from collections import deque
from collections.abc import Callable, Iterator
from threading import Lock
from typing import TYPE_CHECKING

from smrt.errors import SmrtError, UsageError
from smrt.protocol.bidirectional.parts import BINARY, COMPLETE, PARTIAL, UTF8, Part
from smrt.transport.http2.client_stream import MAX_UNSENT

from .part_stream import PartStream
from .stream_opening import OpenedStream

if TYPE_CHECKING:
    from typing_extensions import Self

_SLICE = 0.05
"""Seconds; another thread may have received what this one waits for."""


class MessageStream:
    """Two threads can share it: one that sends, and one that iterates.

    Iterating yields {"PayloadPart": {"Bytes", "DataType", "CompletionState"}}, and raises
    ServiceError for an error in the stream, TransportError if the connection is lost.
    """

    def __init__(self, opened: OpenedStream) -> None:
        self._parts = PartStream(opened)
        self._stream = opened.stream
        self._received: deque[Part] = deque()
        self._lock = Lock()
        self._is_closed = False

    def send(self, message: str | bytes, *, is_complete: bool = True) -> None:
        """Send text or binary data; waits while much is unsent. Raises SmrtError."""
        if self._is_closed:
            raise UsageError("the input of the stream is closed")
        data = message.encode() if isinstance(message, str) else bytes(message)
        kind = UTF8 if isinstance(message, str) else BINARY
        with self._lock:
            self._parts.send(Part(data, kind, is_complete))
        self._wait_until(lambda: self._stream.unsent < MAX_UNSENT or self._stream.is_broken)

    def close(self) -> None:
        """End the input; a model behind a WebSocket may then send nothing more."""
        if not self._is_closed:
            self._is_closed = True
            with self._lock:
                self._parts.end()
                self._stream.advance()

    def cancel(self) -> None:
        """End the stream in both directions, even if it is incomplete."""
        self._is_closed = True
        with self._lock:
            self._stream.close()

    def __iter__(self) -> Iterator[dict[str, dict[str, bytes | str]]]:
        try:
            while (part := self._next()) is not None:
                yield {"PayloadPart": _members(part)}
        except SmrtError:
            self.cancel()  # an error ends the stream
            raise

    def __enter__(self) -> "Self":
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()

    def _next(self) -> Part | None:
        self._wait_until(lambda: self._has_next() or self._stream.is_complete)
        return self._received.popleft() if self._received else None

    def _has_next(self) -> bool:
        while not self._received and self._stream.has_data:
            self._received.extend(self._parts.received())
        return bool(self._received)

    def _wait_until(self, is_done: Callable[[], bool]) -> None:
        while True:
            with self._lock:
                self._stream.advance()
                if is_done():
                    return
            self._stream.wait(_SLICE)


def _members(part: Part) -> dict[str, bytes | str]:
    state = COMPLETE if part.is_complete else PARTIAL
    kind = {"DataType": part.data_type} if part.data_type else {}
    return {"Bytes": part.data, **kind, "CompletionState": state}
