"""What is known of each measured request, in columns of numbers."""

from array import array
from math import isnan, nan
from typing import NamedTuple

OK = ""
"""The code of a success."""


class Sample(NamedTuple):
    """One request. Times are on the loop's clock, nan for what did not happen.

    `code` is that of its error; `tokens` is -1 if nothing reported them; `mean_gap` is the mean
    time between two events with text.
    """

    planned_at: float
    started_at: float
    first_byte_at: float
    first_token_at: float
    ended_at: float
    lag: float
    connect_seconds: float
    mean_gap: float
    status: int
    bytes: int
    tokens: int
    chunks: int
    code: str
    is_throttle: bool


_FLOATS = Sample._fields[:8]


class Samples:
    """The requests of a level; a column of doubles for each time."""

    def __init__(self) -> None:
        self.times = {name: array("d") for name in _FLOATS}
        self.status = array("h")
        self.bytes = array("q")
        self.tokens = array("q")
        self.chunks = array("q")
        self.gaps = array("d")
        """The times between events with text, of all successes."""
        self.codes: list[str] = []
        self.messages: dict[str, str] = {}
        """The first message of each error."""
        self.throttles = 0

    def __len__(self) -> int:
        return len(self.codes)

    def add(self, sample: Sample, gaps: "array[float] | tuple[()]" = ()) -> None:
        """Add a request, and the times between its events."""
        for name in _FLOATS:
            self.times[name].append(getattr(sample, name))
        self.status.append(sample.status)
        self.bytes.append(sample.bytes)
        self.tokens.append(sample.tokens)
        self.chunks.append(sample.chunks)
        self.codes.append(sample.code)
        self.throttles += sample.is_throttle
        if sample.code == OK:
            self.gaps.extend(gaps)

    def note(self, code: str, message: str) -> None:
        """Remember the message of an error, unless there was one with its code."""
        self.messages.setdefault(code, message)

    def successes(self) -> list[int]:
        """The indexes of the requests that succeeded."""
        return [index for index, code in enumerate(self.codes) if code == OK]


METRICS = {
    "latency": ("planned_at", "ended_at"),
    "service_time": ("started_at", "ended_at"),
    "time_to_first_byte": ("planned_at", "first_byte_at"),
    "time_to_first_token": ("planned_at", "first_token_at"),
}
"""Times between two instants, by name."""
PER_TOKEN = "time_per_output_token"  # noqa: S105 - no password
CONNECT = "connect_time"
TOKEN_GAP, CHUNK_GAP = "inter_token_latency", "inter_chunk_latency"
METRIC_NAMES = (*METRICS, TOKEN_GAP, CHUNK_GAP, PER_TOKEN, CONNECT)


def metric_values(samples: Samples, metric: str, indexes: list[int]) -> "array[float]":
    """The values of a metric for the requests with these indexes; nan where there is none."""
    times = samples.times
    if metric == CONNECT:
        seconds = times["connect_seconds"]
        return array("d", (seconds[i] or nan for i in indexes))
    if metric == PER_TOKEN:
        return array("d", (_per_token(samples, i) for i in indexes))
    if metric in METRICS:
        start, end = (times[name] for name in METRICS[metric])
        return array("d", (end[i] - start[i] for i in indexes))
    gaps = times["mean_gap"]
    return array("d", (gaps[i] for i in indexes))


def _per_token(samples: Samples, index: int) -> float:
    """The time of each token after the first; nan for a single token."""
    later = samples.tokens[index] - 1
    times = samples.times
    first = times["first_token_at"][index]
    return nan if later < 1 or isnan(first) else (times["ended_at"][index] - first) / later
