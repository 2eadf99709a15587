"""Compares the reports of two benchmarks, level by level."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from .block_bootstrap import DRAWS, Interval, Run, resampled
from .percentiles import WHOLE
from .thresholds import Threshold

COMPARED = {"latency": ("50", "95", "99")}
IF_THERE = {"time_to_first_token": ("50", "95")}
SHORT = 30
"""Seconds of a run that are too few to compare."""

Report = Mapping[str, Any]
Figures = Mapping[str, Sequence[str]]
"""The percentiles of each metric."""
Draw = Callable[[Sequence[Run], Sequence[Run], Sequence[str]], list[Interval]]


class Difference(NamedTuple):
    """How a figure of a level differs; without an interval it is not known, for a `reason`."""

    level: str
    metric: str
    percent: str
    interval: Interval | None
    reason: str = ""


def compare(
    a: Sequence[Report],
    b: Sequence[Report],
    thresholds: Iterable[Threshold] = (),
    *,
    seed: int = 0,
    draws: int = DRAWS,
) -> list[Difference]:
    """The differences of the levels that all reports of both sides have.

    They are those of usual figures, and of what `thresholds` are about.
    """
    figures = _figures([*a, *b], thresholds)
    draw = partial(resampled, seed=seed, draws=draws)
    return [
        each
        for label in common_levels(a, b)
        for metric, percents in figures.items()
        for each in _differences(_levels(a, label), _levels(b, label), metric, percents, draw)
    ]


def common_levels(a: Sequence[Report], b: Sequence[Report]) -> list[str]:
    """The labels of the levels that all reports have, in their order."""
    labels = [[level["label"] for level in report["levels"]] for report in (*a, *b)]
    return [label for label in labels[0] if all(label in each for each in labels)]


def caveats(a: Sequence[Report], b: Sequence[Report]) -> Iterator[str]:
    """What the differences do not show."""
    shortest = min(_seconds(level) for report in (*a, *b) for level in report["levels"])
    if shortest < SHORT:
        yield f"too short: a level took {shortest} s, and {SHORT} s are the minimum"
    if len(a) == 1 or len(b) == 1:
        yield "one run of a side cannot show how much runs differ: compare several of each"


class LevelVerdict(NamedTuple):
    """Whether a level misses a threshold, and its outcome in words."""

    level: str
    is_missed: bool
    outcome: str


def verdicts_of(threshold: Threshold, differences: Sequence[Difference]) -> Iterator[LevelVerdict]:
    """The verdict on each level."""
    for each in differences:
        if (each.metric, each.percent) == (threshold.name, threshold.percent):
            if each.interval is None:
                yield LevelVerdict(each.level, is_missed=True, outcome=f"MISSED: {each.reason}")
                continue
            is_met = threshold.holds(each.interval.estimate)
            outcome = f"{'met' if is_met else 'MISSED'} ({each.interval.estimate:+.1%})"
            yield LevelVerdict(each.level, not is_met, outcome)


def _figures(reports: Sequence[Report], thresholds: Iterable[Threshold]) -> Figures:
    figures = {name: {*percents} for name, percents in COMPARED.items()}
    figures |= {name: {*each} for name, each in IF_THERE.items() if _have(reports, name)}
    for threshold in thresholds:
        figures.setdefault(threshold.name, set()).add(threshold.percent)
    return {name: sorted(percents, key=float) for name, percents in figures.items()}


def _differences(
    a: Sequence[Report], b: Sequence[Report], metric: str, percents: Sequence[str], draw: Draw
) -> Iterator[Difference]:
    """The differences of the percentiles that enough samples stand behind on both sides."""
    label = a[0]["label"]
    before, after = ([_run(level, metric) for level in side] for side in (a, b))
    count = min(sum(map(len, chain.from_iterable(runs))) for runs in (before, after))
    shown = [each for each in percents if count >= WHOLE / (WHOLE - float(each))]
    intervals = dict(zip(shown, draw(before, after, shown) if shown else (), strict=True))
    for percent in percents:
        reason = "" if percent in intervals else f"too few samples ({count})"
        yield Difference(label, metric, percent, intervals.get(percent), reason)


def _seconds(level: Report) -> int:
    """How many seconds a level took; the last one has begun."""
    seconds = level["seconds"]
    return seconds[-1]["second"] + 1 if seconds else 0


def _run(level: Report, metric: str) -> Run:
    return [second["samples"].get(metric, ()) for second in level["seconds"]]


def _levels(reports: Sequence[Report], label: str) -> list[Report]:
    return [level for report in reports for level in report["levels"] if level["label"] == label]


def _have(reports: Sequence[Report], metric: str) -> bool:
    return all(metric in level["metrics"] for report in reports for level in report["levels"])
