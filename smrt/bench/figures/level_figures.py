"""The figures of a level."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from smrt.bench.load.level_result import LevelResult
from smrt.bench.load.load_options import Level
from smrt.bench.measures.samples import (
    CHUNK_GAP,
    CONNECT,
    METRICS,
    PER_TOKEN,
    TOKEN_GAP,
    Samples,
    metric_values,
)

from .client_health import ClientHealth, client_health
from .goals import Goal, good_requests
from .percentiles import Distribution, distribution

DROPPED = "Dropped"
"""The code of a request that was due and not sent."""


class LevelFigures(NamedTuple):
    """What a level showed; rates are per second.

    `requests` are those that were due: sent, or dropped. `window` is the time from the first
    planned send to the last; rates are of what completed in it, and None without a window.
    """

    level: Level
    requests: int
    successes: int
    errors: Mapping[str, int]
    throttles: int
    dropped: int
    unfinished: int
    window: float
    request_rate: float | None
    bytes: int
    tokens: int | None
    """The tokens that were reported; None if a success did not report its own."""
    chunks: int
    token_rate: float | None
    token_rate_per_user: float | None
    """The median over the requests."""
    messages: Mapping[str, str]
    """The first message of each error."""
    good: int | None
    good_rate: float | None
    metrics: Mapping[str, Distribution]
    client: ClientHealth

    @property
    def failures(self) -> int:
        """Requests that failed, or were dropped."""
        return sum(self.errors.values())

    def share(self, count: int) -> float:
        """A number of requests as a share of all."""
        return count / self.requests if self.requests else 0.0


def summarize(result: LevelResult, goals: tuple[Goal, ...] = ()) -> LevelFigures:
    """The figures of a level; of responses that are good by `goals`, if there are any."""
    samples = result.samples
    ok = samples.successes()
    first, last = _planned_window(samples, result.dropped)
    ended = samples.times["ended_at"]
    in_time = [index for index in ok if first <= ended[index] <= last]
    window = last - first
    counted = bool(ok) and all(samples.tokens[index] >= 0 for index in ok)
    good = good_requests(samples, goals) if goals else None
    metrics = level_metrics(result, ok, is_per_token=counted and _is_a_token_each(samples, ok))
    return LevelFigures(
        level=result.level,
        requests=len(samples) + len(result.dropped),
        successes=len(ok),
        errors=_errors(samples, len(result.dropped)),
        throttles=samples.throttles,
        dropped=len(result.dropped),
        unfinished=result.unfinished,
        window=window,
        request_rate=_rate(len(in_time), window),
        bytes=sum(samples.bytes),
        tokens=sum(samples.tokens[index] for index in ok) if counted else None,
        chunks=sum(samples.chunks[index] for index in ok),
        token_rate=_rate(sum(samples.tokens[i] for i in in_time), window) if counted else None,
        token_rate_per_user=_median_token_rate(samples, ok) if counted else None,
        messages=samples.messages,
        good=None if good is None else len(good),
        good_rate=None if good is None else _rate(len({*good} & {*in_time}), window),
        metrics=metrics,
        client=client_health(
            result, metrics.get("service_time" if result.level.is_open else "latency")
        ),
    )


def level_metrics(
    result: LevelResult, ok: list[int], *, is_per_token: bool
) -> dict[str, Distribution]:
    """The distributions of the metrics that the level has."""
    names = [*METRICS, PER_TOKEN, CONNECT]
    if not result.level.is_open:
        names.remove("service_time")  # it is the latency
    values = {name: distribution(metric_values(result.samples, name, ok)) for name in names}
    gap = TOKEN_GAP if is_per_token else CHUNK_GAP
    values[gap] = distribution(result.samples.gaps)
    return {name: found for name, found in values.items() if found is not None}


def _is_a_token_each(samples: Samples, ok: Sequence[int]) -> bool:
    """Whether each event with text is one token."""
    return all(samples.tokens[index] == samples.chunks[index] for index in ok)


def _planned_window(samples: Samples, dropped: tuple[float, ...]) -> tuple[float, float]:
    planned = [*samples.times["planned_at"], *dropped]
    return (min(planned), max(planned)) if planned else (0.0, 0.0)


def _errors(samples: Samples, dropped: int) -> dict[str, int]:
    counts = Counter(code for code in samples.codes if code)
    return {**dict(counts.most_common()), **({DROPPED: dropped} if dropped else {})}


def _rate(count: int, seconds: float) -> float | None:
    return count / seconds if seconds > 0 else None


def _median_token_rate(samples: Samples, ok: list[int]) -> float | None:
    seconds = metric_values(samples, "latency", ok)
    rates = [samples.tokens[i] / s for i, s in zip(ok, seconds, strict=True) if s > 0]
    found = distribution(rates)
    return None if found is None else found.percentile("50").value
