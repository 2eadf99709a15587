"""Writes reports to files, each in the format of its suffix."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from smrt.bench.benchmark import Measured
from smrt.errors import UsageError
from smrt.output import outfile
from smrt.output.outfile import Plan

from .request_rows import csv_lines, json_lines

Document = dict[str, Any]
Render = Callable[[Document, Sequence[Measured]], Iterable[str]]


class ReportFile(NamedTuple):
    """A file, and what makes its content."""

    plan: Plan
    render: Render


def plan_reports(paths: Iterable[str]) -> tuple[ReportFile, ...]:
    """Check that each file can be written, and in which format. Raises UsageError."""
    return tuple(ReportFile(outfile.plan(path, "--report"), _render(path)) for path in paths)


def write_reports(
    reports: Iterable[ReportFile], document: Document, measured: Sequence[Measured]
) -> None:
    """Write the files."""
    for plan, render in reports:
        with outfile.writing(plan) as file:
            for chunk in render(document, measured):
                file.write(chunk.encode())


def _render(path: str) -> Render:
    suffix = path.rpartition(".")[2].lower()
    if suffix not in _FORMATS:
        known = ", ".join(f".{name}" for name in _FORMATS)
        raise UsageError(
            f"Bad value for --report {path}: the suffix selects the format", f"use {known}"
        )
    return _FORMATS[suffix]


def _json(document: Document, _: Sequence[Measured]) -> Iterable[str]:
    yield json.dumps(document, ensure_ascii=False) + "\n"


def _csv(_: Document, measured: Sequence[Measured]) -> Iterable[str]:
    return csv_lines(measured)


def _jsonl(_: Document, measured: Sequence[Measured]) -> Iterable[str]:
    return json_lines(measured)


def _html(document: Document, measured: Sequence[Measured]) -> Iterable[str]:
    from .html_page import html_page

    return (f"{line}\n" for line in html_page(document, measured))


def _svg(document: Document, measured: Sequence[Measured]) -> Iterable[str]:
    from .charts import charts
    from .svg_chart import stacked_svg

    yield stacked_svg([figure.chart for figure in charts(document, measured)])


_FORMATS: dict[str, Render] = {
    "html": _html,
    "svg": _svg,
    "json": _json,
    "csv": _csv,
    "jsonl": _jsonl,
}
