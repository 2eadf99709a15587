"""Thresholds: what the figures of each level have to be, as `latency:p(99)<250ms`."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from smrt.bench.measures.samples import METRIC_NAMES
from smrt.errors import UsageError

from .level_figures import LevelFigures
from .percentiles import Distribution, Percentile

MOST_DROPPED = 0.001
"""The share of dropped requests above which a latency hides what was not sent."""
_TERM = re.compile(
    r"""\s*(?P<name>\w+)(?:\s*:\s*(?P<statistic>p\(\s*(?P<percent>\d+(?:\.\d+)?)\s*\)|avg|min|max))?
    \s*(?P<operator><=|>=|<|>)\s*(?P<sign>\+?)(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|%)?\s*""",
    re.VERBOSE,
)
_SECONDS = {"ms": 1e-3, "s": 1.0, "": 1e-3}
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
}
_COUNTS: dict[str, Callable[[LevelFigures], int | None]] = {
    "errors": lambda figures: figures.failures,
    "throttles": lambda figures: figures.throttles,
    "dropped": lambda figures: figures.dropped,
    "goodput": lambda figures: figures.good,
}
"""Numbers of requests: a limit is a number, or a percentage of all."""
_RATES: dict[str, Callable[[LevelFigures], float | None]] = {
    "request_rate": lambda figures: figures.request_rate,
    "token_rate": lambda figures: figures.token_rate,
}
EXCEEDED = "the limit is exceeded"
"""The reason of a figure that does not meet the condition."""
_EXAMPLES = "examples: latency:p(99)<250ms  time_to_first_token:p(95)<1s  errors<1%"


class Threshold(NamedTuple):
    """A condition; `limit` is in seconds, a share, a number, or a share of the other run's."""

    text: str
    name: str
    statistic: str
    percent: str
    operator: str
    limit: float
    is_share: bool
    is_relative: bool

    def holds(self, value: float | None) -> bool:
        """Whether a figure meets it; one that is suppressed does not."""
        return value is not None and _OPERATORS[self.operator](value, self.limit)


class Verdict(NamedTuple):
    """A threshold, the figure of a level, and why it was missed; "" if it was met."""

    threshold: Threshold
    level: str
    value: float | None
    reason: str


def parse_threshold(text: str, *, is_relative: bool = False) -> Threshold:
    """The threshold of an option; relative ones compare two runs. Raises UsageError."""
    match = _TERM.fullmatch(text)
    if match is None:
        raise _invalid(text, "not METRIC:STATISTIC<LIMIT")
    name, unit = match["name"], match["unit"] or ""
    if bool(match["sign"]) is not is_relative or (is_relative and unit != "%"):
        how = "compare takes a difference in percent, as latency:p(95)<+10%"
        raise _invalid(text, how if is_relative else "+ is for smrt bench compare")
    threshold = Threshold(
        text,
        name,
        match["statistic"] or "",
        match["percent"] or "",
        match["operator"],
        float(match["number"]) * _scale(name, unit),
        unit == "%",
        is_relative,
    )
    _check(threshold, unit)
    return threshold


def evaluate(thresholds: Iterable[Threshold], levels: Iterable[LevelFigures]) -> list[Verdict]:
    """The verdict on each threshold in each level."""
    levels = list(levels)
    return [_verdict(threshold, figures) for threshold in thresholds for figures in levels]


def statistic(values: Distribution, threshold: Threshold) -> Percentile:
    """The figure of a distribution that a threshold is about."""
    if threshold.percent:
        return values.percentile(threshold.percent)
    index = {"min": 0, "max": -1}.get(threshold.statistic)
    return Percentile(values.mean if index is None else values.ordered[index])


def _verdict(threshold: Threshold, figures: LevelFigures) -> Verdict:
    value, reason = _value(threshold, figures)
    if value is not None and not reason and not threshold.holds(value):
        reason = EXCEEDED
    return Verdict(threshold, figures.level.label, value, reason)


def _value(threshold: Threshold, figures: LevelFigures) -> tuple[float | None, str]:
    """The figure, and why it does not count."""
    name = threshold.name
    if name in _COUNTS:
        count = _COUNTS[name](figures)
        if count is None:
            return None, "there is no --goodput"
        return (figures.share(count) if threshold.is_share else float(count)), ""
    if name in _RATES:
        rate = _RATES[name](figures)
        return rate, "" if rate is not None else "nothing to count"
    values = figures.metrics.get(name)
    if values is None:
        return None, "no response has this metric"
    value = statistic(values, threshold).value
    if value is None:
        return None, f"too few samples ({len(values.ordered)})"
    if figures.share(figures.dropped) > MOST_DROPPED:
        return value, f"{figures.dropped} requests were dropped: their latency is not known"
    return value, ""


def _scale(name: str, unit: str) -> float:
    if unit == "%":
        return 0.01
    return _SECONDS[unit] if name in METRIC_NAMES else 1.0


def _check(threshold: Threshold, unit: str) -> None:
    """Raise UsageError for a combination that means nothing."""
    text, name = threshold.text, threshold.name
    known = (*METRIC_NAMES, *_COUNTS, *_RATES)
    if name not in known:
        from difflib import get_close_matches

        nearest = get_close_matches(name, known, 1)
        raise _invalid(text, f"did you mean {nearest[0]}?" if nearest else f"not in {known}")
    if (name in METRIC_NAMES) is not bool(threshold.statistic):
        use = f"{name}:p(99)" if name in METRIC_NAMES else name
        raise _invalid(text, f"write {use}")
    if threshold.percent and not 0 < float(threshold.percent) < 100:  # noqa: PLR2004
        raise _invalid(text, "a percentile is between 0 and 100")
    wrong = {"%"} if name in METRIC_NAMES and not threshold.is_relative else set()
    if name not in METRIC_NAMES:
        wrong = {"ms", "s", *({"%"} if name in _RATES and not threshold.is_relative else ())}
    if unit in wrong:
        raise _invalid(text, f"{name} is not in {unit}")


def _invalid(text: str, reason: str) -> UsageError:
    return UsageError(f"Bad value for --threshold {text}: {reason}", _EXAMPLES)
