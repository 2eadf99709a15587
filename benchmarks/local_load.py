"""Compare the requests per second of `smrt local` with those of Python's own HTTP server.

    python -m benchmarks.local_load

Each server runs on one processor, the client on another. They are measured alternately, with
signed requests of 1 KB over keep-alive connections, beside idle ones. smrt verifies the signatures,
its peer (`plain_server.py`) does not. Prints rates and latencies, and the ratio of the rates, the
median over pairs; the exit status is 1 if it is below AT_LEAST.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from smrt.protocol.messages import Url

from .load_client import Load, Result, measure
from .summary import median

AT_LEAST = 0.5
ROUNDS = 5
SERVERS: Mapping[str, Sequence[str]] = {
    "smrt local": ("smrt", "local", "start", "--port", "0"),
    "http.server": ("benchmarks.plain_server",),
}
"""The arguments of `python -m`; each server prints its URL."""
_URL = re.compile(r"http://(127\.0\.0\.1):([0-9]+)")


def main() -> int:
    """Print the results; return 1 if smrt is too slow."""
    load = _load()
    server_processor, client_processor = _processors()
    _pin(0, client_processor)
    results: dict[str, list[Result]] = {name: [] for name in SERVERS}
    for _ in range(ROUNDS):
        for name in SERVERS:
            with serving(name, server_processor) as url:
                results[name].append(measure(url, load))
    print(f"{load.connections} connections, {load.idle} idle")
    print(*(_line(name, some) for name, some in results.items()), sep="\n")
    ratio = median(ours.rate / theirs.rate for ours, theirs in zip(*results.values(), strict=True))
    print(f"  {ratio:.2f} of the peer's rate (at least {AT_LEAST})")
    return int(ratio < AT_LEAST)


def _line(name: str, results: Sequence[Result]) -> str:
    latencies = sorted(latency for each in results for latency in each.latencies)
    last = latencies[len(latencies) * 99 // 100]
    return (
        f"  {name:<12}{median(each.rate for each in results):>8,.0f} requests/s, "
        f"median {median(latencies) * 1e3:.2f} ms, 99% below {last * 1e3:.2f} ms"
    )


def _load() -> Load:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.local_load")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--idle", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=2.0, help="per measurement")
    return Load(**vars(parser.parse_args()))


@contextmanager
def serving(name: str, processor: int | None = None) -> Iterator[Url]:
    """Run a server of SERVERS on `processor`; yields the URL of the endpoint echo."""
    argv = [sys.executable, "-m", *SERVERS[name]]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdout=pipe, stderr=subprocess.STDOUT, text=True) as process:
        _pin(process.pid, processor)
        assert process.stdout is not None
        match = _URL.search(process.stdout.readline())
        assert match is not None
        try:
            yield Url("http", match[1], int(match[2]), "/endpoints/echo/invocations")
        finally:
            process.terminate()


def _processors() -> tuple[int | None, int | None]:
    """A processor for the server and one for the client, if there are two."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    processors = sorted(os.sched_getaffinity(0))
    return (processors[0], processors[1]) if len(processors) > 1 else (None, None)


def _pin(process: int, processor: int | None) -> None:
    if processor is not None:
        os.sched_setaffinity(process, {processor})


if __name__ == "__main__":
    sys.exit(main())
