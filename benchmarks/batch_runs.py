"""Compare `smrt batch` with boto3 in 16 threads, JSON lines to JSON lines, and measure its memory.

    python -m benchmarks.batch_runs [RECORDS]

Both send 1 KB and receive 1 KB per record, alternately, on processor 0; the server is nginx on
processor 1, or the server of the other benchmarks if nginx is not installed. Prints the medians of
five pairs, and the peak of memory for RECORDS rows (100,000 by default); the exit status is 1 if a
target is missed.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager
from typing import NamedTuple

from . import nginx, workspace
from .summary import median

AT_MOST = {"http": 0.10, "https": 0.13}
"""Maximum ratio of smrt's CPU time for a record to boto3's, by scheme."""
AT_LEAST = 8.0
"""Minimum ratio of smrt's records per second to boto3's."""
MOST_MEMORY = 64.0
"""Megabytes of resident memory at the peak."""
COUNTS = {"smrt": 20_000, "boto3": 1_500}
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
    """The CPU seconds and the seconds of one record among many, and megabytes at the peak."""

    cpu: float
    wall: float
    memory: float = 0.0


def main() -> int:
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        has_tls = workspace.create(folder)
        with _serving(folder, tls=has_tls) as urls:
            are_met = [_compared(scheme, url, folder) for scheme, url in urls.items()]
            are_met.append(_measured(records, urls["http"], folder))
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
    print(f"{scheme:<6} {_verdict(is_met)}: {ratio:.3f} of boto3's CPU (at most {AT_MOST[scheme]})")
    print(f"{'':<6} {faster:.1f} x its records per second (at least {AT_LEAST:g})")
    return is_met


def _measured(records: int, url: str, folder: str) -> bool:
    """Print the peak of memory of a run."""
    cost = _batch(records, url, folder)
    is_met = cost.memory <= MOST_MEMORY
    print(f"memory {_verdict(is_met)}: {cost.memory:.1f} MB at the peak (at most {MOST_MEMORY:g})")
    print(f"       {records} records, {1 / cost.wall:.0f} per second")
    return is_met


def _verdict(is_met: bool) -> str:  # noqa: FBT001 - it is what is printed
    return "met" if is_met else "MISSED"


def _batch(records: int, url: str, folder: str) -> Cost:
    """The cost of a record in a whole run, its start included."""
    rows, result = os.path.join(folder, "rows.jsonl"), os.path.join(folder, "cost")
    line = b'{"x":"%s"}\n' % (b"x" * (SIZE - 9))
    with open(rows, "wb") as file:
        file.writelines(line for _ in range(records))
    argv = ["batch", "--endpoint-name", "small", "--endpoint-url", url, "--region", "us-east-1"]
    if url.startswith("https"):
        argv += ["--ca-bundle", os.path.join(folder, "ca.pem")]
    argv += ["--progress", "none", rows, os.path.join(folder, "results.jsonl")]
    _run([sys.executable, "-c", RUN, str(CLIENT_CPU), result, *argv])
    with open(result) as file:
        cpu, wall, kilobytes = map(float, file.read().split())
    return Cost(cpu / records, wall / records, kilobytes / 1024)


def _boto3(url: str, folder: str) -> Cost:
    ca_bundle = [os.path.join(folder, "ca.pem")] if url.startswith("https") else []
    argv = [sys.executable, "-m", "benchmarks.many_calls_client", "boto3", str(CLIENT_CPU), url]
    cpu, wall = map(float, _run([*argv, str(COUNTS["boto3"]), *ca_bundle]).split())
    return Cost(cpu, wall)


def _run(argv: list[str]) -> str:
    keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secretEXAMPLE"}
    done = subprocess.run(
        argv,
        cwd=workspace.CLONE,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **keys, "AWS_EC2_METADATA_DISABLED": "true"},
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
