"""The measured requests, one line for each: CSV and JSON lines."""

import json
import re
from collections.abc import Iterator, Sequence
from math import isnan
from typing import Any

from smrt.bench.benchmark import Measured
from smrt.bench.load.level_result import LevelResult

COLUMNS = (
    "level",
    "request_planned_ns",
    "request_start_ns",
    "request_ack_ns",
    "first_token_ns",
    "request_end_ns",
    "latency_ms",
    "status",
    "code",
    "bytes",
    "tokens",
    "chunks",
    "connect_ms",
    "send_lag_ms",
)
"""Instants are in nanoseconds since the epoch; an empty one did not happen."""
_NANOSECONDS = 1_000_000_000
_SPECIAL = re.compile(r'[",\r\n]')


def csv_lines(measured: Sequence[Measured]) -> Iterator[str]:
    """A row for each request, after the names of the columns."""
    yield ",".join(COLUMNS) + "\r\n"
    for row in _rows(measured):
        yield ",".join(map(_csv_field, row)) + "\r\n"


def json_lines(measured: Sequence[Measured]) -> Iterator[str]:
    """An object for each request."""
    for row in _rows(measured):
        yield json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n"


def _rows(measured: Sequence[Measured]) -> Iterator[tuple[Any, ...]]:
    for each in measured:
        yield from _level_rows(each.result)


def _level_rows(result: LevelResult) -> Iterator[tuple[Any, ...]]:
    samples, label = result.samples, result.level.label
    times = samples.times
    for index, code in enumerate(samples.codes):
        planned, ended = times["planned_at"][index], times["ended_at"][index]
        instants = (
            planned,
            times["started_at"][index],
            times["first_byte_at"][index],
            times["first_token_at"][index],
            ended,
        )
        tokens = samples.tokens[index]
        yield (
            label,
            *(_epoch(instant, result.epoch_ns) for instant in instants),
            (ended - planned) * 1000,
            samples.status[index] or None,
            code or None,
            samples.bytes[index],
            tokens if tokens >= 0 else None,
            samples.chunks[index],
            times["connect_seconds"][index] * 1000,
            times["lag"][index] * 1000,
        )


def _csv_field(value: Any) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text


def _epoch(instant: float, epoch_ns: int) -> int | None:
    return None if isnan(instant) else epoch_ns + round(instant * _NANOSECONDS)
