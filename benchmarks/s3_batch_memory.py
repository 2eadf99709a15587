"""Measure the memory of `smrt batch` whose input, output and job are in S3.

    python -m benchmarks.s3_batch_memory [ROWS ...]

It sends ROWS JSON lines (100,000 by default) of up to 100 bytes, one in a request, is stopped in
the middle and resumed, and prints the peaks of memory. smrt runs on processor 0; nginx, and moto as
S3, on processor 1. Needs nginx and the extra `local-async`. The exit status is 1 if the target is
missed.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from time import time

from smrt.local.s3.storage import BUCKET, running_storage
from smrt.s3.objects import Location

from . import nginx
from .batch_runs import SERVER_CPU, measured_run, verdict

MOST_MEMORY = 96.0
"""Megabytes of resident memory at the peak."""
SIZE = 100
ENVIRON = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local-secret",
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
SERVE = "serve"


def main() -> int:
    if sys.argv[1:2] == [SERVE]:
        return _serve(int(sys.argv[2]))
    os.environ.update(ENVIRON)
    are_met = [_measured(int(word)) for word in sys.argv[1:] or ["100000"]]
    return int(not all(are_met))


def _serve(rows: int) -> int:
    """S3 with an input; its URL is printed. Ends with its standard input."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {SERVER_CPU})
    block = b"".join(b'{"x":"%s"}\n' % (b"x" * n) for n in range(SIZE))
    with running_storage(time) as storage:
        storage.s3.put(Location(BUCKET, "rows.jsonl"), BytesIO(block * (rows // SIZE)))
        print(storage.url, flush=True)
        sys.stdin.read()
    return 0


@contextmanager
def _serving(rows: int) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.s3_batch_memory", SERVE, str(rows)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield server.stdout.readline().decode().strip()
        server.stdin.close()


def _measured(rows: int) -> bool:
    """Print the peaks of memory of a run that is stopped in the middle, and of its second half."""
    with (
        tempfile.TemporaryDirectory() as folder,
        nginx.serving(folder, tls=False, cpu=SERVER_CPU) as urls,
        _serving(rows) as url,
    ):
        os.environ["AWS_ENDPOINT_URL_S3"] = url
        uri = f"s3://{BUCKET}"
        words = ["small", urls["http"], "--resume", f"{uri}/rows.jsonl", f"{uri}/results.jsonl"]
        halves = [
            measured_run(folder, [*words, "--max-requests", str(rows // 2)], status=1),
            measured_run(folder, words),
        ]
    is_met = max(half.memory for half in halves) <= MOST_MEMORY
    peaks = " and ".join(f"{half.memory:.1f}" for half in halves)
    print(f"memory {verdict(is_met)}: {peaks} MB at the peaks (at most {MOST_MEMORY:g})")
    print(f"       {rows} rows, {rows / sum(half.wall for half in halves):.0f} per second")
    return is_met


if __name__ == "__main__":
    sys.exit(main())
