"""Compares the reports of two benchmarks, level by level."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from .block_bootstrap import DRAWS, Interval, Run, difference
from .percentiles import WHOLE
from .thresholds import Threshold

COMPARED = (("latency", "50"), ("latency", "95"), ("latency", "99"))
IF_THERE = (("time_to_first_token", "50"), ("time_to_first_token", "95"))
SHORT = 30.0
"""Seconds of a run that are too few to compare."""

Report = Mapping[str, Any]
Draw = Callable[[Sequence[Run], Sequence[Run], str], Interval | None]


class Difference(NamedTuple):
    """How a figure of a level differs; without an interval it is not known, for a `reason`."""

    level: str
    metric: str
    percent: str
    interval: Interval | None
    reason: str = ""


def compare(
    a: Sequence[Report], b: Sequence[Report], *, seed: int = 0, draws: int = DRAWS
) -> list[Difference]:
    """The differences of the levels that all reports of both sides have."""
    figures = [*COMPARED, *(each for each in IF_THERE if _has(a, each[0]) and _has(b, each[0]))]
    draw = partial(difference, seed=seed, draws=draws)
    return [
        _difference(_levels(a, label), _levels(b, label), label, figure, draw)
        for label in common_levels(a, b)
        for figure in figures
    ]


def common_levels(a: Sequence[Report], b: Sequence[Report]) -> list[str]:
    """The labels of the levels that all reports have, in their order."""
    labels = [[level["label"] for level in report["levels"]] for report in (*a, *b)]
    return [label for label in labels[0] if all(label in each for each in labels)]


def caveats(a: Sequence[Report], b: Sequence[Report]) -> Iterator[str]:
    """What the differences do not show."""
    windows = [level["window_seconds"] for report in (*a, *b) for level in report["levels"]]
    if windows and min(windows) < SHORT:
        yield f"too short: a level took {min(windows):.0f} s, and {SHORT:.0f} s are the minimum"
    if len(a) == 1 or len(b) == 1:
        yield "one run of a side cannot show how much runs differ: compare several of each"


def verdict(threshold: Threshold, differences: Sequence[Difference]) -> Iterator[tuple[str, str]]:
    """The levels with the reason for which each misses a threshold; "" if it is met."""
    for each in differences:
        if (each.metric, each.percent) == (threshold.name, threshold.percent):
            if each.interval is None:
                yield each.level, each.reason
            elif threshold.holds(each.interval.estimate):
                yield each.level, ""
            else:
                yield each.level, f"the difference is {each.interval.estimate:+.1%}"


def _difference(
    a: Sequence[Report], b: Sequence[Report], label: str, figure: tuple[str, str], draw: Draw
) -> Difference:
    metric, percent = figure
    before, after = ([_run(level, metric) for level in side] for side in (a, b))
    count = min(sum(map(len, chain.from_iterable(runs))) for runs in (before, after))
    if count < WHOLE / (WHOLE - float(percent)):
        return Difference(label, metric, percent, None, f"too few samples ({count})")
    return Difference(label, metric, percent, draw(before, after, percent))


def _run(level: Report, metric: str) -> Run:
    return [second["samples"].get(metric, ()) for second in level["seconds"]]


def _levels(reports: Sequence[Report], label: str) -> list[Report]:
    return [level for report in reports for level in report["levels"] if level["label"] == label]


def _has(reports: Sequence[Report], metric: str) -> bool:
    return all(metric in level["metrics"] for report in reports for level in report["levels"])
