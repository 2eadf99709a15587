"""How much of a stream has come, and how fast."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any


class Tally:
    """Counts what passes; `clock` gives seconds, and is read when the request is about to go."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun = clock()
        self._first: float | None = None
        self.bytes = 0
        self.parts = 0
        self.events = 0

    def parts_of(self, parts: Iterable[bytes]) -> Iterator[bytes]:
        """`parts`, counted."""
        for part in parts:
            if self._first is None:
                self._first = self._clock()
            self.bytes += len(part)
            self.parts += 1
            yield part
            del part  # it may be large, and the next is about to come

    def events_of(self, events: Iterable[bytes]) -> Iterator[bytes]:
        """`events`, counted."""
        for event in events:
            self.events += 1
            yield event

    def timings(self) -> dict[str, Any]:
        """What --timings tells, in seconds since the request; an event is a part where none is."""
        total = self._clock() - self._begun
        first = {} if self._first is None else {"TimeToFirstByte": self._rounded(self._first)}
        rate = (self.events or self.parts) / total if total > 0 else 0.0
        return {
            **first,
            "TotalTime": round(total, 6),
            "Bytes": self.bytes,
            "Parts": self.parts,
            "EventsPerSecond": round(rate, 3),
        }

    def so_far(self) -> str:
        """How far the stream has come, in words."""
        if self._first is None:
            return "nothing of the answer came before that"
        bytes_, parts = _counted(self.bytes, "byte"), _counted(self.parts, "part")
        since = self._clock() - self._first
        return f"{bytes_} came in {parts} before that, the first of them {since:.1f} s earlier"

    def _rounded(self, moment: float) -> float:
        return round(moment - self._begun, 6)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
