"""Measure `smrt bench` itself: what a request costs, how punctual it is, and whether it is right.

    python -m benchmarks.load_test

The client is on processor 0, the servers on processor 1. nginx shows the cost and the punctuality
of requests; a server that logs its own times (`timed_server.py`) shows whether the figures are
right. The CPU time of a request is that of a run less that of a shorter run, so that starting
Python does not count; it is compared with boto3 in 16 threads. The exit status is 1 if a target is
missed.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil
from typing import Any, NamedTuple

from . import many_calls, nginx, workspace
from .bench_run import Reports, measured_load, send_load, use_processor
from .many_calls_client import BODY
from .summary import median

COUNTS = 1_000, 21_000
RATE, SECONDS = 2000, 5
ROUNDS = 3
STALL_RATE, STALL_AT, STALL_SECONDS, STALL_REQUESTS = 200, 800, 2.0, 2_000
STREAMS = 200


class Target(NamedTuple):
    """What is measured, in which unit, and the most that it may be."""

    name: str
    unit: str
    most: float


CPU = Target("CPU of a request", "of boto3's", 0.10)
LAG = Target(f"p99 of the send lag at {RATE} requests/s", "ms", 1.0)
PERCENTILES = Target("percentiles that differ from a sort of the requests", "", 0)
STALL = Target("p99 with a stall of 2 s, beside the server's log", "ms apart", 5.0)
FIRST_TOKEN = Target("p99 of the time to first token, beside the server's log", "ms apart", 1.0)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "input"), "wb") as file:
            file.write(BODY)
        results = [*_against_nginx(folder), _stall(folder), _first_token(folder)]
    for target, value in results:
        verdict = "met" if value <= target.most else "MISSED"
        print(f"load test {verdict}: {target.name}: {value:.3g} {target.unit} "
              f"(at most {target.most:g})")  # fmt: skip
    return int(any(value > target.most for target, value in results))


def _against_nginx(folder: str) -> Iterator[tuple[Target, float]]:
    if nginx.path() is None:
        print("load test: cost and punctuality are not measured, as nginx is not installed")
        return
    with nginx.serving(folder, tls=False, cpu=many_calls.SERVER_CPU) as urls:
        url = urls["http"]
        yield CPU, median(_cpu_ratio(folder, url) for _ in range(ROUNDS))
        options = ("--body", "fileb://input", "--request-rate", f"{RATE}", "--duration")
        runs = [measured_load(folder, url, *options, f"{SECONDS}") for _ in range(ROUNDS)]
        lags = [run.level["client"]["send_lag_p99_ms"] for run in runs]
        print("p99 of the send lag:", ", ".join(f"{lag:.3f}" for lag in lags), "ms; CPU:",
              ", ".join(f"{run.level['client']['cpu']:.0%}" for run in runs))  # fmt: skip
        yield LAG, median(lags)
        yield PERCENTILES, sum(map(_wrong_percentiles, runs))


def _cpu_ratio(folder: str, url: str) -> float:
    few, many = (_cpu(folder, url, count) for count in COUNTS)
    ours = (many - few) / (COUNTS[1] - COUNTS[0])
    theirs = many_calls.call_cost("boto3", url, folder).cpu
    print(f"{ours * 1e6:7.1f} us of CPU per request, boto3 {theirs * 1e6:.1f}")
    return ours / theirs


def _cpu(folder: str, url: str, count: int) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    options = ("--body", "fileb://input", "--concurrency", "16", "--request-count", f"{count}")
    send_load(folder, url, *options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _wrong_percentiles(run: Reports) -> int:
    """How many percentiles are not those of the sorted file of requests, by the nearest rank."""
    latencies = sorted(float(row["latency_ms"]) for row in run.requests)
    reported = run.level["metrics"]["latency"]
    shares = {name: float(name[1:]) / 100 for name in reported if name[1:].isdecimal()}
    expected = {name: _nearest_rank(latencies, share) for name, share in shares.items()}
    return sum(abs(reported[name] - value) > 1e-6 for name, value in expected.items())


def _stall(folder: str) -> tuple[Target, float]:
    """A server that stops for 2 s under a constant rate: how far the p99 is from its own log.

    wrk2 defines it: a response's latency is from the instant of the schedule to its end.
    """
    lines = (json.dumps({"number": number}) + "\n" for number in range(STALL_REQUESTS))
    with open(os.path.join(folder, "numbers.jsonl"), "w") as file:
        file.writelines(lines)
    options = ("--input", "numbers.jsonl", "--request-rate", f"{STALL_RATE}", "--warmup-requests")
    with _timed_server(folder, STALL_AT, STALL_SECONDS) as (url, log):
        run = measured_load(folder, url, *options, "0", "--request-count", f"{STALL_REQUESTS}")
    sent = {json.loads(entry["body"])["number"]: entry["sent"] for entry in log}
    start = int(run.requests[0]["request_planned_ns"])
    planned = (start + number * 1e9 / STALL_RATE for number in range(STALL_REQUESTS))
    latencies = sorted((sent[number] - each) / 1e6 for number, each in enumerate(planned))
    expected, reported = _nearest_rank(latencies, 0.99), run.level["metrics"]["latency"]["p99"]
    print(f"p99 with a stall of 2 s: {reported:.1f} ms; by the server's log {expected:.1f} ms")
    return STALL, abs(reported - expected)


def _first_token(folder: str) -> tuple[Target, float]:
    """How far times to first token are from those in the log of the server."""
    options = ("--streaming", "--body", "fileb://input", "--request-count", f"{STREAMS}")
    with _timed_server(folder) as (url, log):
        run = measured_load(folder, url, *options, "--warmup-requests", "0")
    ours = [_milliseconds(row, "request_start_ns", "first_token_ns") for row in run.requests]
    theirs = [_milliseconds(entry, "received", "first_token") for entry in log]
    apart = sorted(abs(one - other) for one, other in zip(ours, theirs, strict=True))
    print(f"time to first token: p50 {median(ours):.3f} ms, in the server's log "
          f"{median(theirs):.3f} ms; apart p50 {median(apart):.3f} ms, "
          f"p99 {_nearest_rank(apart, 0.99):.3f} ms")  # fmt: skip
    return FIRST_TOKEN, _nearest_rank(apart, 0.99)


@contextmanager
def _timed_server(
    folder: str, stall_at: int = 0, stall: float = 0.0
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Run the server; yields its URL, and a list that has the entries of its log afterwards."""
    path, pipe = os.path.join(folder, "log"), subprocess.PIPE
    argv = [sys.executable, "-m", "benchmarks.timed_server", path, f"{stall_at}", f"{stall}"]
    entries: list[dict[str, Any]] = []
    with subprocess.Popen(argv, cwd=workspace.CLONE, stdin=pipe, stdout=pipe, text=True) as server:
        use_processor(server.pid, many_calls.SERVER_CPU)
        assert server.stdout is not None
        yield server.stdout.readline().strip(), entries
        server.communicate()
    with open(path) as file:
        entries.extend(map(json.loads, file))


def _milliseconds(row: dict[str, Any], start: str, end: str) -> float:
    return (int(row[end]) - int(row[start])) / 1e6


def _nearest_rank(ordered: Sequence[float], share: float) -> float:
    return ordered[ceil(len(ordered) * share) - 1]


if __name__ == "__main__":
    sys.exit(main())
