"""Counts a stream's bytes, chunks and events, and measures its speed."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any


class StreamStats:
    """Counts a stream's bytes, chunks and events; create it just before the request is sent.

    `clock` returns seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._started_at = clock()
        self._first_at: float | None = None
        self.bytes = 0
        self.chunks = 0
        self.events = 0

    def counted_chunks(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """`chunks`, counted."""
        for chunk in chunks:
            if self._first_at is None:
                self._first_at = self._clock()
            self.bytes += len(chunk)
            self.chunks += 1
            yield chunk
            del chunk  # it may be large, and the next is about to come

    def counted_events(self, events: Iterable[bytes]) -> Iterator[bytes]:
        """`events`, counted."""
        for event in events:
            self.events += 1
            yield event

    def timings(self) -> dict[str, Any]:
        """The output of --timings, in seconds since the request; chunks if there are no events."""
        total = self._clock() - self._started_at
        first = {} if self._first_at is None else {"TimeToFirstByte": self._rounded(self._first_at)}
        rate = (self.events or self.chunks) / total if total > 0 else 0.0
        return {
            **first,
            "TotalTime": round(total, 6),
            "Bytes": self.bytes,
            "Parts": self.chunks,
            "EventsPerSecond": round(rate, 3),
        }

    def so_far(self) -> str:
        """How much of the stream has arrived, as a sentence."""
        if self._first_at is None:
            return "no data was received before that"
        size, chunks = _counted(self.bytes, "byte"), _counted(self.chunks, "chunk")
        since = self._clock() - self._first_at
        return f"received before that: {size} in {chunks}, the first {since:.1f} s earlier"

    def _rounded(self, moment: float) -> float:
        return round(moment - self._started_at, 6)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
