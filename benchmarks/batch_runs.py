"""Compare `smrt batch` with boto3 in 16 threads, JSON lines to JSON lines, and measure its memory.

    python -m benchmarks.batch_runs [ROWS ...]

Both send 1 KB and receive 1 KB per record, alternately, on processor 0; the server is nginx on
processor 1, or the server of the other benchmarks if nginx is not installed. Prints the medians of
five pairs. Then, with nginx, smrt sends ROWS rows (100,000 and 2,000,000 by default) of up to 1 KB,
many in a request, is stopped in the middle and resumed, and the peaks of memory are printed. The
exit status is 1 if a target is missed.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager
from typing import NamedTuple

from smrt.batching.records.layout import LARGEST_PARTITION

from . import nginx, workspace
from .summary import median

AT_MOST = {"http": 0.10, "https": 0.13}
"""Maximum ratio of smrt's CPU time for a record to boto3's, by scheme."""
AT_LEAST = 8.0
"""Minimum ratio of smrt's records per second to boto3's."""
MOST_MEMORY = 64.0
"""Megabytes of resident memory at the peak."""
COUNTS = {"smrt": 60_000, "boto3": 1_500}
PAIRS = 5
CLIENT_CPU, SERVER_CPU = 0, 1
SIZE = 1024
RUN = """
import os, resource, sys, time
cpu, result, *argv = sys.argv[1:]
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {int(cpu)})
sys.argv = ["smrt", *argv]
started = time.perf_counter()
from smrt.__main__ import main
code = main()
used = resource.getrusage(resource.RUSAGE_SELF)
with open(result, "w") as file:
    print(used.ru_utime + used.ru_stime, time.perf_counter() - started, used.ru_maxrss, file=file)
sys.exit(code)
"""


class Cost(NamedTuple):
    """The CPU seconds and the seconds of a run, or of a record, and megabytes at the peak."""

    cpu: float
    wall: float
    memory: float = 0.0


def main() -> int:
    counts = [int(word) for word in sys.argv[1:]] or [100_000, 2_000_000]
    with tempfile.TemporaryDirectory() as folder:
        has_tls = workspace.create(folder)
        with _serving(folder, tls=has_tls) as urls:
            are_met = [_compared(scheme, url, folder) for scheme, url in urls.items()]
            if nginx.path() is not None:
                are_met += [_measured(rows, urls["http"], folder) for rows in counts]
    return int(not all(are_met))


def _serving(folder: str, *, tls: bool) -> AbstractContextManager[dict[str, str]]:
    if nginx.path() is not None:
        return nginx.serving(folder, tls=tls, cpu=SERVER_CPU)
    print("nginx is not installed: the times of a record are those of a slower server")
    return workspace.serving(folder, tls=tls)


def _compared(scheme: str, url: str, folder: str) -> bool:
    """Measure and print the pairs of one scheme; return whether the targets are met."""
    pairs = [(_batch(COUNTS["smrt"], url, folder), _boto3(url, folder)) for _ in range(PAIRS)]
    for index, peer in enumerate(COUNTS):
        cpu, wall, _ = (
            median(column) for column in zip(*(pair[index] for pair in pairs), strict=True)
        )
        print(f"{scheme:<6} {peer:<6} {cpu * 1e6:7.1f} us of CPU per record, {1 / wall:8.0f}/s")
    ratio = median(ours.cpu / theirs.cpu for ours, theirs in pairs)
    faster = median(theirs.wall / ours.wall for ours, theirs in pairs)
    is_met = ratio <= AT_MOST[scheme] and faster >= AT_LEAST
    print(f"{scheme:<6} {verdict(is_met)}: {ratio:.3f} of boto3's CPU (at most {AT_MOST[scheme]})")
    print(f"{'':<6} {faster:.1f} x its records per second (at least {AT_LEAST:g})")
    return is_met


def _measured(rows: int, url: str, folder: str) -> bool:
    """Print the peaks of memory of a run that is stopped in the middle, and of its second half."""
    path = os.path.join(folder, "rows.csv")
    block = b"".join(b"x" * (n * SIZE // nginx.ROWS) + b"\n" for n in range(nginx.ROWS))
    with open(path, "wb") as file:
        file.writelines(block for _ in range(rows // nginx.ROWS))
    half = rows // nginx.ROWS // 2
    words = ["rows", url, "--batch-strategy", "MultiRecord", "--max-records-per-request"]
    words += [
        str(nginx.ROWS),
        "--partition-size",
        str(LARGEST_PARTITION // len(block) * len(block)),
    ]
    words += ["--resume", path, os.path.join(folder, "results.csv")]
    halves = [
        measured_run(folder, [*words, "--max-requests", str(half)], status=1),
        measured_run(folder, words),
    ]
    peak = max(cost.memory for cost in halves)
    is_met = peak <= MOST_MEMORY
    peaks = " and ".join(f"{cost.memory:.1f}" for cost in halves)
    print(f"memory {verdict(is_met)}: {peaks} MB at the peaks (at most {MOST_MEMORY:g})")
    print(f"       {rows} rows, {rows / sum(cost.wall for cost in halves):.0f} per second")
    return is_met


def verdict(is_met: bool) -> str:  # noqa: FBT001 - it is what is printed
    return "met" if is_met else "MISSED"


def _batch(records: int, url: str, folder: str) -> Cost:
    """The cost of a record in a whole run, its start included."""
    rows = os.path.join(folder, "rows.jsonl")
    line = b'{"x":"%s"}\n' % (b"x" * (SIZE - 9))
    with open(rows, "wb") as file:
        file.writelines(line for _ in range(records))
    ca_bundle = ["--ca-bundle", os.path.join(folder, "ca.pem")] if url.startswith("https") else []
    output = os.path.join(folder, "results.jsonl")
    cpu, wall, memory = measured_run(folder, ["small", url, *ca_bundle, rows, output])
    return Cost(cpu / records, wall / records, memory)


def measured_run(folder: str, words: list[str], status: int = 0) -> Cost:
    """The cost of a whole run with an endpoint, its URL and more words."""
    endpoint, url, *more = words
    result = os.path.join(folder, "cost")
    argv = ["batch", "--endpoint-name", endpoint, "--endpoint-url", url, "--region", "us-east-1"]
    argv += ["--progress", "none", *more]
    _run([sys.executable, "-c", RUN, str(CLIENT_CPU), result, *argv], status)
    with open(result) as file:
        cpu, wall, kilobytes = map(float, file.read().split())
    return Cost(cpu, wall, kilobytes / 1024)


def _boto3(url: str, folder: str) -> Cost:
    ca_bundle = [os.path.join(folder, "ca.pem")] if url.startswith("https") else []
    argv = [sys.executable, "-m", "benchmarks.many_calls_client", "boto3", str(CLIENT_CPU), url]
    cpu, wall = map(float, _run([*argv, str(COUNTS["boto3"]), *ca_bundle]).split())
    return Cost(cpu, wall)


def _run(argv: list[str], status: int = 0) -> str:
    keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secretEXAMPLE"}
    done = subprocess.run(
        argv,
        cwd=workspace.CLONE,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **keys, "AWS_EC2_METADATA_DISABLED": "true"},
    )
    if done.returncode != status:
        sys.exit(f"status {done.returncode}: {done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
