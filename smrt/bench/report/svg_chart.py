"""A line chart as SVG: axes with round numbers, lines that differ in color and dashes, labels."""

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10
from typing import NamedTuple

WIDTH, HEIGHT = 640, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 92, 16, 52
_LINE_HEIGHT = 14
COLORS = 6
"""Colors in the style sheet: s0 to s5."""
STYLE = """
.chart{font:13px system-ui,sans-serif;--ink:#1f2937;--dim:#6b7280;--grid:#e5e7eb;
--back:#fff;--s0:#1d4ed8;--s1:#b45309;--s2:#047857;--s3:#be185d;--s4:#6d28d9;--s5:#475569}
.chart text{fill:var(--ink);stroke:var(--back);stroke-width:3px;paint-order:stroke}
.chart .tick{fill:var(--dim)}.chart .grid{stroke:var(--grid)}
.chart .line{fill:none;stroke-width:2;stroke-linejoin:round}.chart .dashed{stroke-dasharray:6 4}
.chart .back{fill:var(--back)}
"""
DARK = """.chart{--ink:#e5e7eb;--dim:#9ca3af;--grid:#374151;--back:#111827;
--s0:#60a5fa;--s1:#fbbf24;--s2:#34d399;--s3:#f472b6;--s4:#a78bfa;--s5:#cbd5e1}"""
LINES = "".join(
    f".chart .c{n}{{stroke:var(--s{n})}}.chart .f{n}{{fill:var(--s{n})}}" for n in range(COLORS)
)


class Tick(NamedTuple):
    """A labeled position on an axis."""

    value: float
    label: str


class Series(NamedTuple):
    """A line; its label is at its end, and those of its points, if any, are beside them."""

    label: str
    points: tuple[tuple[float, float], ...]
    color: int = 0
    is_dashed: bool = False
    marks: tuple[str, ...] = ()


class Chart(NamedTuple):
    """Lines over two axes; `x_ticks` are round numbers if there are none."""

    title: str
    x_title: str
    y_title: str
    series: tuple[Series, ...]
    x_ticks: tuple[Tick, ...] = ()


def round_ticks(low: float, high: float, count: int = 5) -> tuple[Tick, ...]:
    """Round numbers from `low` or below to `high` or above."""
    span = max(high - low, 1e-9)
    unit = 10.0 ** floor(log10(span / count))
    step = next(each * unit for each in (1, 2, 5, 10) if span / (each * unit) <= count)
    numbers = range(floor(low / step), ceil(high / step) + 1)
    return tuple(Tick(number * step, f"{number * step:,.10g}") for number in numbers)


def svg_chart(chart: Chart, y: int | None = None) -> str:
    """The chart as an SVG element, at a vertical position if it is one of several."""
    at = "" if y is None else f' y="{y}" width="{WIDTH}" height="{HEIGHT}"'
    title = escape(chart.title)
    start = (
        f'<svg class="chart" role="img" aria-label="{title}" viewBox="0 0 {WIDTH} {HEIGHT}"{at} '
        'xmlns="http://www.w3.org/2000/svg">'
    )
    return "\n".join((start, f"<title>{title}</title>", *_Drawing(chart).elements(), "</svg>"))


class _Drawing:
    """The elements of a chart."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        points = [point for each in chart.series for point in each.points] or [(0.0, 0.0)]
        highest = max(value for _, value in points)
        rightmost = max(value for value, _ in points)
        self._y_ticks = round_ticks(0.0, highest)
        self._x_ticks = chart.x_ticks or round_ticks(0.0, rightmost, 6)
        self._x_range = self._x_ticks[0].value, max(self._x_ticks[-1].value, rightmost)
        self._labels: list[float] = []

    def elements(self) -> Iterator[str]:
        """Axes, then lines."""
        yield from self._axes()
        for series in self._chart.series:
            yield from self._line(series)

    def _x(self, value: float) -> float:
        low, high = self._x_range
        return _LEFT + (value - low) / ((high - low) or 1) * (WIDTH - _LEFT - _RIGHT)

    def _y(self, value: float) -> float:
        high = self._y_ticks[-1].value or 1
        return HEIGHT - _BOTTOM - value / high * (HEIGHT - _TOP - _BOTTOM)

    def _axes(self) -> Iterator[str]:
        bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
        for tick in self._y_ticks:
            y = self._y(tick.value)
            yield f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
            yield _text(_LEFT - 8, y + 4, tick.label, "tick", "end")
        for tick in self._x_ticks:
            x = self._x(tick.value)
            yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom}"/>'
            yield _text(x, bottom + 18, tick.label, "tick", "middle")
        yield _text((_LEFT + right) / 2, HEIGHT - 10, self._chart.x_title, "", "middle")
        middle = (_TOP + bottom) / 2
        yield (
            f'<text transform="translate(14 {middle:.0f}) rotate(-90)" text-anchor="middle">'
            f"{escape(self._chart.y_title)}</text>"
        )

    def _line(self, series: Series) -> Iterator[str]:
        if not series.points:
            return
        color = series.color % COLORS
        dashes = " dashed" if series.is_dashed else ""
        path = " ".join(f"{self._x(x):.1f},{self._y(y):.1f}" for x, y in series.points)
        yield f'<polyline class="line c{color}{dashes}" points="{path}"/>'
        if len(series.points) == 1 or series.marks:
            for x, y in series.points:
                at = f'cx="{self._x(x):.1f}" cy="{self._y(y):.1f}"'
                yield f'<circle class="f{color}" {at} r="4"/>'
        for (x, y), mark in zip(series.points, series.marks, strict=False):
            yield _text(self._x(x), self._y(y) - 9, mark, "tick", "middle")
        x, y = series.points[-1]
        yield _text(
            self._x(x) + 8, self._free(self._y(y) + 4), series.label, f"f{color} end", "start"
        )

    def _free(self, y: float) -> float:
        """The height nearest to `y`, beside the lines, that no other label has; else `y`."""
        steps = sorted(range(-HEIGHT, HEIGHT, 2), key=abs)
        heights = (y + step for step in steps if _TOP <= y + step <= HEIGHT - _BOTTOM)
        free = next(filter(self._is_free, heights), y)
        self._labels.append(free)
        return free

    def _is_free(self, y: float) -> bool:
        return all(abs(y - other) >= _LINE_HEIGHT for other in self._labels)


def stacked_svg(charts: Sequence[Chart]) -> str:
    """Several charts in one file, one below the other, with their titles."""
    height = len(charts) * (HEIGHT + 30)
    style = f"{STYLE}{LINES}@media(prefers-color-scheme:dark){{{DARK}}}"
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    start = f'<svg class="chart" {size} xmlns="http://www.w3.org/2000/svg">'
    parts = [f"{start}<style>{style}</style>", '<rect class="back" width="100%" height="100%"/>']
    for number, chart in enumerate(charts):
        top = number * (HEIGHT + 30)
        parts += [_text(_LEFT, top + 20, chart.title, "", "start"), svg_chart(chart, top + 30)]
    return "\n".join((*parts, "</svg>", ""))


def _text(x: float, y: float, text: str, kind: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(text)}</text>'
    )
