"""A report as one JSON document; the other formats are made of it, or of the samples."""

import platform
import sys
from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from typing import Any, NamedTuple

from smrt import __version__
from smrt.bench.benchmark import Measured
from smrt.bench.figures.level_figures import LevelFigures
from smrt.bench.figures.percentiles import REPORTED, Distribution
from smrt.bench.figures.thresholds import Verdict
from smrt.bench.load.level_result import LevelResult
from smrt.bench.load.load_options import LoadOptions
from smrt.bench.measures.samples import METRICS, OK, PER_TOKEN, metric_values

from .verdict_text import outcome

SCHEMA = "smrt-bench"
VERSION = 1
_PER_SECOND = (*METRICS, PER_TOKEN)


class RunDescription(NamedTuple):
    """What was run: the command, when it started (ISO 8601), the endpoint and how it was called."""

    command: str
    started_at: str
    endpoint: str
    operation: str
    region: str
    url: str
    load: LoadOptions


def report_document(
    run: RunDescription,
    measured: Sequence[Measured],
    verdicts: Iterable[Verdict] = (),
    max_concurrency: int | None = None,
) -> dict[str, Any]:
    """The report; times are in milliseconds, rates per second."""
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "command": run.command,
        "started_at": run.started_at,
        "endpoint": {
            "name": run.endpoint,
            "operation": run.operation,
            "region": run.region,
            "url": run.url,
        },
        "options": run.load._asdict(),
        "environment": {
            "smrt": __version__,
            "python": platform.python_version(),
            "platform": sys.platform,
            "machine": platform.machine(),
        },
        "interrupted": any(each.result.is_interrupted for each in measured),
        "max_concurrency": max_concurrency,
        "levels": [_level(each) for each in measured],
        "thresholds": [_threshold(verdict) for verdict in verdicts],
    }


def _level(measured: Measured) -> dict[str, Any]:
    return {**figures_document(measured.figures), "seconds": _seconds(measured.result)}


def figures_document(figures: LevelFigures) -> dict[str, Any]:
    """The figures of a level."""
    level = figures.level
    load = (
        {"request_rate": level.request_rate}
        if level.is_open
        else {"concurrency": level.concurrency}
    )
    names = ("requests", "successes", "errors", "throttles", "dropped", "unfinished")
    return {
        "load": load,
        "label": level.label,
        **{name: getattr(figures, name) for name in names},
        "window_seconds": figures.window,
        "request_rate": figures.request_rate,
        "bytes": figures.bytes,
        "tokens": figures.tokens,
        "chunks": figures.chunks,
        "token_rate": figures.token_rate,
        "token_rate_per_user": figures.token_rate_per_user,
        "good": figures.good,
        "good_rate": figures.good_rate,
        "metrics": {name: _distribution(values) for name, values in figures.metrics.items()},
        "client": {
            "send_lag_p99_ms": figures.client.lag * 1000,
            "cpu": figures.client.cpu,
            "was_the_limit": list(figures.client.reasons),
        },
    }


def _distribution(values: Distribution) -> dict[str, Any]:
    shown = {percent: values.percentile(percent) for percent in REPORTED}
    return {
        "count": len(values.ordered),
        "mean": values.mean * 1000,
        "min": values.ordered[0] * 1000,
        **{
            f"p{percent}": None if each.value is None else each.value * 1000
            for percent, each in shown.items()
        },
        "max": values.ordered[-1] * 1000,
        "uncertain": [f"p{percent}" for percent, each in shown.items() if each.is_uncertain],
    }


def _seconds(result: LevelResult) -> list[dict[str, Any]]:
    """The requests of each second of the schedule, with their sorted samples."""
    samples = result.samples
    planned = samples.times["planned_at"]
    if not len(planned):
        return []
    start = min([*planned, *result.dropped])
    seconds: dict[int, dict[str, Any]] = {}
    values = {name: metric_values(samples, name, list(range(len(samples)))) for name in _PER_SECOND}
    for index, code in enumerate(samples.codes):
        second = seconds.setdefault(int(planned[index] - start), _empty())
        second["requests"] += 1
        if code != OK:
            second["errors"] += 1
            continue
        for name, column in values.items():
            if not isnan(column[index]):
                insort(second["samples"].setdefault(name, []), column[index] * 1000)
    for planned_at in result.dropped:
        second = seconds.setdefault(int(planned_at - start), _empty())
        second["requests"] += 1
        second["errors"] += 1
    return [{"second": number, **seconds[number]} for number in sorted(seconds)]


def _empty() -> dict[str, Any]:
    return {"requests": 0, "errors": 0, "samples": {}}


def _threshold(verdict: Verdict) -> Mapping[str, Any]:
    return {
        "threshold": verdict.threshold.text,
        "level": verdict.level,
        "missed": bool(verdict.reason),
        "outcome": outcome(verdict),
    }
