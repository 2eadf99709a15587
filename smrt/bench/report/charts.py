"""The charts of a report, each with the table of its figures."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from heapq import merge
from math import ceil, log10
from typing import Any, NamedTuple

from smrt.bench.benchmark import Measured
from smrt.bench.figures.percentiles import WHOLE, Distribution, nearest_rank

from .summary_tables import FigureTable, level_table
from .svg_chart import Chart, Series, Tick
from .units import ABSENT, marked, milliseconds

MOST_POINTS, MOST_ROWS = 120, 20
"""Points of a chart over time, and rows of its table."""
CURVE = ("0", "25", "50", "75", "90", "95", "97.5", "99", "99.5", "99.9", "99.95", "99.99")
_TICKS = ("0", "90", "99", "99.9", "99.99", "99.999")
_MILLISECONDS = 1000


class Figure(NamedTuple):
    """A chart, and its figures as a table."""

    chart: Chart
    table: FigureTable


class _Block(NamedTuple):
    """Some seconds of a level: when they started, and what was due in them."""

    start: int
    level: str
    requests: int
    errors: int
    ordered: tuple[float, ...]


def charts(document: Mapping[str, Any], measured: Sequence[Measured]) -> list[Figure]:
    """The figures of a report that has any success."""
    if not any(each.figures.metrics for each in measured):
        return []
    figures = [_over_time(document["levels"]), _percentiles(measured)]
    if len(measured) > 1:
        figures.append(_throughput(measured))
    return figures


def _over_time(levels: Sequence[Mapping[str, Any]]) -> Figure:
    shown = [block for block in _blocks(levels, MOST_POINTS) if block.ordered]
    middle = tuple((block.start, _at(block.ordered, "50")) for block in shown)
    most = tuple((block.start, block.ordered[-1]) for block in shown)
    chart = Chart(
        "Latency over time",
        "seconds since the start, level after level",
        "milliseconds",
        (Series("maximum", most, 1), Series("median", middle, 0)),
    )
    rows = tuple(
        (
            f"{block.start}",
            block.level,
            f"{block.requests:,}",
            f"{block.errors:,}",
            *(_cells(block.ordered)),
        )
        for block in _blocks(levels, MOST_ROWS)
    )
    heads = ("second", "level", "requests", "errors", "median ms", "max ms")
    return Figure(chart, FigureTable(chart.title, heads, rows))


def _blocks(levels: Sequence[Mapping[str, Any]], most: int) -> Iterator[_Block]:
    """The seconds of all levels, several in a block if there are more than `most`."""
    lengths = [each["seconds"][-1]["second"] + 1 if each["seconds"] else 0 for each in levels]
    size = max(1, ceil(sum(lengths) / most))
    start = 0
    for level, length in zip(levels, lengths, strict=True):
        for first in range(0, length, size):
            inside = [s for s in level["seconds"] if first <= s["second"] < first + size]
            samples = merge(*(second["samples"].get("latency", ()) for second in inside))
            yield _Block(
                start + first,
                level["label"],
                sum(second["requests"] for second in inside),
                sum(second["errors"] for second in inside),
                tuple(samples),
            )
        start += length


def _percentiles(measured: Sequence[Measured]) -> Figure:
    series = []
    for number, each in enumerate(measured):
        for name, is_dashed in (("latency", False), ("service_time", True)):
            values = each.figures.metrics.get(name)
            if values is not None:
                label = each.figures.level.label + (" service" if is_dashed else "")
                series.append(Series(label, tuple(_curve(values)), number, is_dashed))
    rightmost = max(x for each in series for x, _ in each.points)
    ticks = [Tick(_nines(Fraction(each)), f"{each} %") for each in _TICKS]
    count = next((n for n, tick in enumerate(ticks) if tick.value >= rightmost), len(ticks) - 1)
    chart = Chart(
        "Percentiles of latency",
        "percentile, each step a nine",
        "milliseconds",
        tuple(series),
        tuple(ticks[: count + 1]),
    )
    return Figure(chart, _percentile_table(measured))


def _percentile_table(measured: Sequence[Measured]) -> FigureTable:
    with_latency = [each.figures for each in measured if "latency" in each.figures.metrics]
    rows = []
    for percent in CURVE[2:]:
        cells = [marked(each.metrics["latency"].percentile(percent)) for each in with_latency]
        if any(cell != ABSENT for cell in cells):
            rows.append((f"{percent} %", *cells))
    most = [milliseconds(each.metrics["latency"].ordered[-1]) for each in with_latency]
    heads = ("percentile", *(f"{each.level.label}, ms" for each in with_latency))
    return FigureTable("Percentiles of latency", heads, (*rows, ("maximum", *most)))


def _throughput(measured: Sequence[Measured]) -> Figure:
    figures = [each.figures for each in measured]
    shown = [each for each in figures if each.metrics and each.request_rate is not None]
    series = []
    for color, percent in enumerate(("50", "95")):
        points = tuple(
            (
                each.request_rate or 0.0,
                _at(each.metrics["latency"].ordered, percent) * _MILLISECONDS,
            )
            for each in shown
        )
        marks = tuple(each.level.label for each in shown)
        series.append(Series(f"p{percent}", points, color, marks=marks))
    chart = Chart(
        "Throughput and latency of each level", "requests per second", "milliseconds", tuple(series)
    )
    return Figure(chart, level_table(figures))


def _curve(values: Distribution) -> Iterator[tuple[float, float]]:
    """The percentiles that samples stand behind, and the maximum at the last sample."""
    count = len(values.ordered)
    last = Fraction(WHOLE) - Fraction(WHOLE, max(count, 2))
    shares = [share for each in CURVE if (share := Fraction(each)) < last]
    for share in (*shares, last):
        rank = nearest_rank(count, share) if share < last else count
        yield _nines(share), values.ordered[rank - 1] * _MILLISECONDS


def _nines(percent: Fraction) -> float:
    """How many nines a percentile has: 0 for 0 %, 1 for 90 %, 2 for 99 %."""
    return -log10(1 - float(percent) / WHOLE)


def _at(ordered: Sequence[float], percent: str) -> float:
    return ordered[nearest_rank(len(ordered), Fraction(percent)) - 1]


def _cells(ordered: tuple[float, ...]) -> tuple[str, str]:
    if not ordered:
        return ABSENT, ABSENT
    return (
        milliseconds(_at(ordered, "50") / _MILLISECONDS),
        milliseconds(ordered[-1] / _MILLISECONDS),
    )
