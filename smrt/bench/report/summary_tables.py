"""The tables of a report: one row for each level, and the percentiles of each metric."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from smrt.bench.figures.level_figures import LevelFigures
from smrt.bench.figures.percentiles import REPORTED, Percentile

from .units import ABSENT, marked, milliseconds, percentage, rate


class FigureTable(NamedTuple):
    """A title, a row of heads, and rows of cells; the first column is text."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


_FIRST_TOKEN = "time_to_first_token"  # noqa: S105 - no password
_LEVEL_HEADS = ("requests", "errors", "requests/s", "p50 ms", "p95 ms", "p99 ms", "max ms")
_TOKEN_HEADS = ("first token p50 ms", "p95 ms", "tokens/s")


def level_table(levels: Sequence[LevelFigures]) -> FigureTable:
    """A row for each level: its load, what came of it, its latency."""
    has_tokens = any(_FIRST_TOKEN in each.metrics for each in levels)
    has_goals = any(each.good is not None for each in levels)
    heads = (
        _load_name(levels),
        *_LEVEL_HEADS,
        *(_TOKEN_HEADS if has_tokens else ()),
        *(("good",) if has_goals else ()),
    )
    rows = tuple(
        (
            *_level_row(each),
            *(_token_cells(each) if has_tokens else ()),
            *((percentage(each.share(each.good or 0)),) if has_goals else ()),
        )
        for each in levels
    )
    return FigureTable("Levels", heads, rows)


def metric_table(figures: LevelFigures) -> FigureTable:
    """The percentiles of each metric of a level, in milliseconds."""
    title = level_title(figures)
    heads = (f"{title}, ms", "mean", *(f"p{each}" for each in REPORTED), "max", "samples")
    rows = []
    for name, values in figures.metrics.items():
        shown = [marked(values.percentile(percent)) for percent in REPORTED]
        extremes = milliseconds(values.mean), milliseconds(values.ordered[-1])
        count = f"{len(values.ordered):,}"
        rows.append((name.replace("_", " "), extremes[0], *shown, extremes[1], count))
    return FigureTable(title, heads, tuple(rows))


def remarks(figures: LevelFigures) -> Iterator[str]:
    """What a reader of the figures of a level has to know."""
    label = level_title(figures)
    for code, count in figures.errors.items():
        yield f"{label}: {count:,} x {code} ({percentage(figures.share(count))})"
    if figures.unfinished:
        yield f"{label}: {figures.unfinished:,} requests were in flight at Ctrl-C; not counted"
    if figures.tokens is None and figures.chunks:
        yield f"{label}: no tokens were reported; {figures.chunks:,} chunks were received"
    elif figures.tokens is not None:
        user = rate(figures.token_rate_per_user)
        yield f"{label}: {figures.tokens:,} tokens, {user} tokens/s per user (median)"
    for reason in figures.client.reasons:
        yield f"{label}: the client was the limit: {reason}"


def plain_table(table: FigureTable) -> str:
    """The table in aligned columns."""
    cells = [table.heads, *table.rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        first = row[0].ljust(widths[0])
        rest = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        lines.append("  ".join((first, *rest)).rstrip())
    return "".join(f"{line}\n" for line in lines)


def level_title(figures: LevelFigures) -> str:
    """The load of a level: its concurrency, or its request rate."""
    return f"{_load_name([figures])} {figures.level.label}"


def _load_name(levels: Sequence[LevelFigures]) -> str:
    return "request rate" if any(each.level.is_open for each in levels) else "concurrency"


def _level_row(figures: LevelFigures) -> tuple[str, ...]:
    latency = figures.metrics.get("latency")
    shown = (
        *(marked(latency.percentile(percent)) for percent in ("50", "95", "99")),
        milliseconds(latency.ordered[-1]),
    ) if latency else (ABSENT,) * 4  # fmt: skip
    return (
        figures.level.label,
        f"{figures.requests:,}",
        percentage(figures.share(figures.failures)),
        rate(figures.request_rate),
        *shown,
    )


def _token_cells(figures: LevelFigures) -> tuple[str, ...]:
    first = figures.metrics.get(_FIRST_TOKEN)
    shown = [first.percentile(percent) if first else Percentile(None) for percent in ("50", "95")]
    return (*map(marked, shown), rate(figures.token_rate))
