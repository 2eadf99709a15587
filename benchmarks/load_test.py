"""Measure `smrt bench` itself: what a request costs, and how punctual an open loop is.

    python -m benchmarks.load_test

The client is on processor 0, the server (nginx) on processor 1. The CPU time of a request is that
of a run less that of a shorter run, so that starting Python does not count; it is compared with
boto3 in 16 threads. The exit status is 1 if a target is missed.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile

from . import many_calls, many_calls_client, nginx, workspace
from .summary import median

MOST_CPU = 0.10
"""Maximum ratio of the CPU time of a request to boto3's."""
RATE = 2000
MOST_LAG = 1.0
"""Milliseconds; the p99 of how late requests are sent at RATE per second."""
COUNTS = 1_000, 21_000
ROUNDS = 3
SMRT = "import sys; from smrt.__main__ import main; sys.exit(main())"


def main() -> int:
    if nginx.path() is None:
        print("load test: not measured, as nginx is not installed")
        return 0
    with (
        tempfile.TemporaryDirectory() as folder,
        nginx.serving(folder, tls=False, cpu=many_calls.SERVER_CPU) as urls,
    ):
        ratio, lag = _ratio(folder, urls["http"]), _lag(folder, urls["http"])
    _print("CPU of a request, of boto3's", ratio, MOST_CPU)
    _print(f"p99 send lag at {RATE}/s, ms", lag, MOST_LAG)
    return int(ratio > MOST_CPU or lag > MOST_LAG)


def _ratio(folder: str, url: str) -> float:
    ratios = []
    for _ in range(ROUNDS):
        few, many = (_cpu(folder, url, count) for count in COUNTS)
        ours = (many - few) / (COUNTS[1] - COUNTS[0])
        theirs = many_calls.call_cost("boto3", url, folder).cpu
        print(f"{ours * 1e6:7.1f} us of CPU per request, boto3 {theirs * 1e6:.1f}")
        ratios.append(ours / theirs)
    return median(ratios)


def _cpu(folder: str, url: str, count: int) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _bench(folder, url, "--concurrency", "16", "--request-count", str(count))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _lag(folder: str, url: str) -> float:
    report = os.path.join(folder, "run.json")
    lags = []
    for _ in range(ROUNDS):
        _bench(folder, url, "--request-rate", str(RATE), "--duration", "5", "--report", report)
        with open(report) as file:
            [level] = json.load(file)["levels"]
        assert level["successes"] == level["requests"]
        lags.append(level["client"]["send_lag_p99_ms"])
    print(f"p99 send lag {', '.join(f'{lag:.2f}' for lag in lags)} ms")
    return median(lags)


def _bench(folder: str, url: str, *options: str) -> None:
    body = os.path.join(folder, "input")
    with open(body, "wb") as file:
        file.write(many_calls_client.BODY)
    line = ["bench", "--endpoint-name", many_calls_client.NAME, "--endpoint-url", url]
    line += ["--content-type", "application/json", "--body", f"fileb://{body}", *options]
    subprocess.run(
        [sys.executable, "-c", SMRT, *line],
        cwd=workspace.CLONE,
        capture_output=True,
        check=True,
        preexec_fn=_on_client_cpu,
        env={
            **os.environ,
            "AWS_ACCESS_KEY_ID": many_calls_client.ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": many_calls_client.SECRET_KEY,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        },
    )


def _on_client_cpu() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {many_calls.CLIENT_CPU})


def _print(what: str, value: float, at_most: float) -> None:
    verdict = "met" if value <= at_most else "MISSED"
    print(f"load test {verdict}: {what} {value:.3f} (at most {at_most:g})")


if __name__ == "__main__":
    sys.exit(main())
