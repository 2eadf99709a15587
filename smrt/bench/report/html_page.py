"""The report as one HTML file without scripts: nothing is requested from anywhere."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from smrt.bench.benchmark import Measured

from .charts import Figure, charts
from .summary_tables import FigureTable, level_table, metric_table, remarks
from .svg_chart import DARK, LINES, STYLE, svg_chart

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = """
:root{color-scheme:light dark;--text:#111827;--soft:#4b5563;--paper:#fff;--box:#f3f4f6;
--rule:#d1d5db;--bad:#b91c1c;--good:#047857}
body{margin:0 auto;max-width:56rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;
color:var(--text);background:var(--paper)}
h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.15rem;margin:2rem 0 .5rem}
p,dl{margin:.4rem 0;overflow-wrap:anywhere}
.soft{color:var(--soft)}.bad{color:var(--bad)}.good{color:var(--good)}
pre{background:var(--box);padding:.7rem;border-radius:6px;white-space:pre-wrap;
overflow-wrap:anywhere;font-size:.85rem}pre span{display:inline-block;max-width:100%}
.chart{display:block;width:100%;max-width:44rem;height:auto}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem;
font-variant-numeric:tabular-nums}
th,td{padding:.2rem .6rem;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap}
th:first-child,td:first-child{text-align:left;padding-left:0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem}
dt{color:var(--soft)}dd{margin:0}
"""
_DARK_PAGE = """:root{--text:#f3f4f6;--soft:#9ca3af;--paper:#111827;--box:#1f2937;
--rule:#374151;--bad:#f87171;--good:#34d399}"""
_PHONE = "@media(max-width:34rem){.chart{font-size:19px}.chart .end,.chart .tick{font-size:16px}}"
_PRINT = """@media print{body{max-width:none;padding:0;font-size:11pt}
figure,tr,dl{break-inside:avoid}h2{break-after:avoid}.wide{overflow:visible}
table{font-size:8pt}th,td{padding:.1rem .35rem}.chart{max-width:32rem}}"""


def html_page(document: Mapping[str, Any], measured: Sequence[Measured]) -> Iterator[str]:
    """The lines of the page."""
    endpoint = document["endpoint"]
    title = f"smrt bench: {endpoint['name']}"
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield f'<link rel="icon" href="data:,"><title>{escape(title)}</title>'
    yield f"<style>{_STYLE}{STYLE}{LINES}{_PHONE}{_PRINT}"
    dark = f"@media screen and (prefers-color-scheme:dark){{{_DARK_PAGE}{DARK}}}"
    yield f"{dark}</style></head><body>"
    yield f"<h1>{escape(title)}</h1>"
    yield f"<pre>{_words(document['command'])}</pre>"
    yield f'<p class="soft">{escape(_origin(document))}</p>'
    yield from _verdicts(document)
    yield from _section("Levels", level_table([each.figures for each in measured]))
    yield from _remarks(measured)
    for figure in charts(document, measured):
        yield from _figure(figure)
    for each in measured:
        if each.figures.metrics:
            table = metric_table(each.figures)
            yield from _section(table.title.capitalize(), table)
    yield from _reading()
    yield from _details(document)
    yield "</body></html>"


def _words(command: str) -> str:
    """The command, whose options are not broken at their hyphens."""
    return " ".join(f"<span>{escape(word)}</span>" for word in command.split(" "))


def _origin(document: Mapping[str, Any]) -> str:
    endpoint, state = document["endpoint"], document["interrupted"]
    stopped = "; interrupted with Ctrl-C" if state else ""
    return f"{document['started_at']}, {endpoint['operation']} at {endpoint['url']}{stopped}"


def _verdicts(document: Mapping[str, Any]) -> Iterator[str]:
    if document["max_concurrency"] is not None:
        yield f"<p><b>Maximum concurrency: {document['max_concurrency']}</b></p>"
    if document["thresholds"]:
        yield from _section("Thresholds", _threshold_table(document["thresholds"]))


def _threshold_table(verdicts: Sequence[Mapping[str, Any]]) -> FigureTable:
    """A row for each threshold, with what became of it in each level."""
    levels: dict[str, list[str]] = {}
    outcomes: dict[str, list[str]] = {}
    for each in verdicts:
        levels.setdefault(each["threshold"], []).append(f"at {each['level']}")
        outcomes.setdefault(each["threshold"], []).append(each["outcome"])
    heads = ("threshold", *next(iter(levels.values())))
    return FigureTable("Thresholds", heads, tuple((text, *row) for text, row in outcomes.items()))


def _remarks(measured: Sequence[Measured]) -> Iterator[str]:
    for each in measured:
        for line in remarks(each.figures):
            kind = "bad" if "the client was the limit" in line else "soft"
            yield f'<p class="{kind}">{escape(line)}</p>'


def _figure(figure: Figure) -> Iterator[str]:
    yield f"<h2>{escape(figure.chart.title)}</h2>"
    yield f'<figure style="margin:0">{svg_chart(figure.chart)}</figure>'
    yield from _table(figure.table)


def _section(title: str, table: FigureTable) -> Iterator[str]:
    yield f"<h2>{escape(title)}</h2>"
    yield from _table(table)


def _table(table: FigureTable) -> Iterator[str]:
    heads = "".join(f'<th scope="col">{escape(each)}</th>' for each in table.heads)
    yield f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>'
    for row in table.rows:
        cells = "".join(map(_cell, row))
        yield f"<tr>{cells}</tr>"
    yield "</tbody></table></div>"


def _cell(text: str) -> str:
    """A cell; what became of a threshold is in color."""
    kind = {"met": ' class="good"', "MISSED": ' class="bad"'}.get(re.split("[ :]", text)[0], "")
    return f"<td{kind}>{escape(text)}</td>"


def _reading() -> Iterator[str]:
    yield "<h2>How to read this</h2>"
    yield (
        "<p>Latencies are those of successful requests. At a request rate they count from the "
        "planned instant of a request, and the service time from when it was sent. Percentiles are "
        "exact (nearest rank); - stands for too few samples, ~ marks few. Rates count what "
        "completed between the first and the last planned request.</p>"
    )


def _details(document: Mapping[str, Any]) -> Iterator[str]:
    yield "<h2>Options and environment</h2><dl>"
    for name, value in {**document["options"], **document["environment"]}.items():
        if value is not None:
            yield f"<dt>{escape(name.replace('_', ' '))}</dt><dd>{escape(str(value))}</dd>"
    yield "</dl>"
