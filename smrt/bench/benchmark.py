"""Runs the levels of a benchmark, one after the other."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from .figures.goals import Goal
from .figures.level_figures import LevelFigures, summarize
from .load.level_result import LevelResult
from .load.level_run import LevelProgress, LevelRun
from .load.load_options import Level, LoadOptions
from .load.load_target import LoadTarget


class Watcher(Protocol):
    """Shows a benchmark while it runs."""

    def progressed(self, progress: LevelProgress) -> None:
        """A second of a level passed."""
        ...

    def finished(self, figures: LevelFigures) -> None:
        """A level ended."""
        ...


class Measured(NamedTuple):
    """A level: what happened in it, and its figures."""

    result: LevelResult
    figures: LevelFigures


MeasureLevel = Callable[[Level], Measured]


def measure_level(
    target: LoadTarget,
    options: LoadOptions,
    goals: tuple[Goal, ...],
    watcher: Watcher,
) -> MeasureLevel:
    """A function that sends the load of a level, and returns what it showed."""

    def measure(level: Level) -> Measured:
        result = LevelRun(target, level, options, watcher.progressed).run()
        figures = summarize(result, goals)
        watcher.finished(figures)
        return Measured(result, figures)

    return measure


def measure_levels(measure: MeasureLevel, levels: Iterable[Level]) -> list[Measured]:
    """What each level showed; Ctrl-C ends the last one."""
    measured: list[Measured] = []
    for level in levels:
        measured.append(measure(level))
        if measured[-1].result.is_interrupted:
            break
    return measured


def most_requests(levels: Sequence[Level], options: LoadOptions) -> int | None:
    """How many requests the levels send at most; None if the endpoint decides."""
    from .load.arrivals import plan_arrivals

    total = 0
    for level in levels:
        if level.is_open:
            total += len(plan_arrivals(level, options).offsets)
            continue
        count = options.measured(level)
        if count is None or options.ramp_up:
            return None
        total += options.warmup(level) + count
    return total
