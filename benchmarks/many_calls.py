"""Compare the CPU time of many calls on the engine with that of boto3 in 16 threads.

    python -m benchmarks.many_calls

Both make calls of 1 KB in and out, alternately, on processor 0; the server is nginx on processor 1,
or the server of the other benchmarks if nginx is not installed. Prints the medians of five pairs;
the exit status is 1 if a ratio is above its maximum.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager
from typing import NamedTuple

from . import nginx, workspace
from .summary import median

AT_MOST = {"http": 0.05, "https": 0.07}
"""Maximum ratio of the engine's CPU time for a call to boto3's, by scheme."""
COUNTS = {"engine": 20_000, "boto3": 1_500}
PAIRS = 5
CLIENT_CPU, SERVER_CPU = 0, 1


class Cost(NamedTuple):
    """The CPU time and the time of one call among many, in seconds."""

    cpu: float
    wall: float


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        has_tls = workspace.create(folder)
        with _serving(folder, tls=has_tls) as urls:
            ratios = {scheme: _compared(scheme, url, folder) for scheme, url in urls.items()}
    return int(any(ratio > AT_MOST[scheme] for scheme, ratio in ratios.items()))


def _serving(folder: str, *, tls: bool) -> AbstractContextManager[dict[str, str]]:
    if nginx.path() is not None:
        return nginx.serving(folder, tls=tls, cpu=SERVER_CPU)
    print("nginx is not installed: the times of a call are those of a slower server")
    return workspace.serving(folder, tls=tls)


def _compared(scheme: str, url: str, folder: str) -> float:
    """Measure and print the pairs of one scheme; return the ratio of the CPU times."""
    pairs = [
        (call_cost("engine", url, folder), call_cost("boto3", url, folder)) for _ in range(PAIRS)
    ]
    ratio = median(ours.cpu / theirs.cpu for ours, theirs in pairs)
    for index, peer in enumerate(COUNTS):
        cpu, wall = (
            median(column) for column in zip(*(pair[index] for pair in pairs), strict=True)
        )
        print(f"{scheme:<6} {peer:<7} {cpu * 1e6:7.1f} us of CPU per call, {1 / wall:8.0f} calls/s")
    faster = median(theirs.wall / ours.wall for ours, theirs in pairs)
    verdict = "met" if ratio <= AT_MOST[scheme] else "MISSED"
    print(f"{scheme:<6} {verdict}: {ratio:.3f} of boto3's CPU (at most {AT_MOST[scheme]}), "
          f"{faster:.1f} x its calls per second")  # fmt: skip
    return ratio


def call_cost(peer: str, url: str, folder: str) -> Cost:
    """The cost of a call by one of the two, in a process of its own."""
    ca_bundle = [os.path.join(folder, "ca.pem")] if url.startswith("https") else []
    argv = [sys.executable, "-m", "benchmarks.many_calls_client", peer, str(CLIENT_CPU), url]
    done = subprocess.run(
        [*argv, str(COUNTS[peer]), *ca_bundle],
        cwd=workspace.CLONE,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "AWS_EC2_METADATA_DISABLED": "true"},
    )
    cpu, wall = map(float, done.stdout.split())
    return Cost(cpu, wall)


if __name__ == "__main__":
    sys.exit(main())
