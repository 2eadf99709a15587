"""`make bench`: how fast smrt is, against what people would use instead.

Every peer gets the same input, environment and server, on this machine and in the same minutes.
The server answers on loopback with recorded replies, and is never what is waited for. Each run of
a peer follows a run of smrt: A B A B ... Wall time is taken from outside, from before the process
begins until it has been reaped; processor time and peak memory are the operating system's own.

The peers are installed in `.bench`, as users would install them: smrt as a wheel of this clone,
AWS CLI 1 and boto3 beside it, awscurl apart, because it brings awscrt, which
would slow the others down by 25 ms. AWS CLI 2 (`aws` of Debian, or AWS's own) and curl take part
where the machine has them. All modules are compiled beforehand.

Ratios are the claim, times are not: `smrt takes 0.18 of it` holds on a slow machine too. The
targets stand in `targets.py`; the exit status is 1 when one of them is missed. The figures go to
`.bench/results.json`, and a picture to `.bench/chart.svg`; `python -m benchmarks.speed_page
.bench/results.json` writes both into docs/.

    make bench
    make bench ARGS='--only http --rounds 30'
"""

import argparse
import json
import os
import platform
import shlex
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence

from . import place
from .chart import chart
from .measure import FailedError, Run, run
from .scenarios import SCENARIOS, Scenario
from .speed_page import PICTURED
from .summary import Row, row, table
from .targets import verdicts

LEAST = 3
"""Rounds that every scenario has."""
LONGEST = 18.0
"""Seconds after which a scenario begins no other round, so that all of them take five minutes."""


def main() -> int:
    """Run everything; 1 where a target is missed."""
    options = _options()
    chosen = [each for each in SCENARIOS if not options.only or each.name in options.only]
    place.check_compiled()
    tools = place.tools()
    about = _about(tools)
    print("\n".join(f"{name:<8} {what}" for name, what in about.items()))
    with tempfile.TemporaryDirectory() as folder:
        certified = place.fill(folder)
        os.chdir(folder)
        with place.serving(folder, certified=certified) as urls:
            print(f"\n{_floor(urls['http'])}")
            rows = [each for s in chosen for each in _rows(s, tools, urls, options.rounds)]
        os.chdir(place.CLONE)
    names = {each.name for each in chosen}
    found = [each for each in verdicts(rows) if each.target.scenario in names]
    print("\ntargets", *found, sep="\n  ")
    _write(options.out, about, rows)
    return int(any(each.is_missed for each in found))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "--rounds", type=int, default=12, help="runs of each peer in a scenario, at most"
    )
    parser.add_argument("--only", nargs="+", choices=[each.name for each in SCENARIOS])
    parser.add_argument("--out", default=place.BENCH, help="the folder for the results")
    return parser.parse_args()


def _about(tools: dict[str, str]) -> dict[str, str]:
    machine = f"{platform.system()} {platform.release()} {platform.machine()}"
    return {"machine": f"{machine}, {os.cpu_count()} processors", **place.versions(tools)}


def _rows(
    scenario: Scenario, tools: Mapping[str, str], urls: Mapping[str, str], rounds: int
) -> list[Row]:
    """Measure a scenario and print its table."""
    print(f"\n{scenario.name}: {scenario.title}", flush=True)
    lacking = _lacking(scenario, tools, urls)
    if lacking:
        print(f"  left out: {lacking}")
        return []
    environ = place.environment(os.getcwd(), scenario.home)
    peers = _ready(_commands(scenario, tools, urls), environ)
    runs: dict[str, list[Run]] = {name: [] for name in peers}
    beside: dict[str, list[Run]] = {name: [] for name in peers}
    ours = peers.pop("smrt")
    for _ in _turns(max(rounds // scenario.weight, LEAST)):
        for name, argv in peers.items():
            beside[name].append(run(ours, environ, "complaints"))
            runs[name].append(run(argv, environ, "complaints"))
    runs["smrt"] = beside["smrt"] = [each for some in beside.values() for each in some]
    rows = [
        row(scenario.name, name, runs[name], beside=beside[name], figure=scenario.figure)
        for name in runs
    ]
    print(table(rows), flush=True)
    return rows


def _turns(count: int) -> Iterator[int]:
    """As many rounds as that, but fewer on a machine where they take too long."""
    end = time.monotonic() + LONGEST
    for turn in range(count):
        if turn >= LEAST and time.monotonic() > end:
            return
        yield turn


def _lacking(scenario: Scenario, tools: Mapping[str, str], urls: Mapping[str, str]) -> str:
    """What a scenario lacks, if anything."""
    if scenario.scheme not in urls:
        return "openssl, to make a certificate"
    if "/" in scenario.needs and not os.path.exists(os.path.join(place.CLONE, scenario.needs)):
        return f"{scenario.needs}, which this clone does not have"
    if scenario.needs and "/" not in scenario.needs:
        try:
            run(
                [tools["smrt"], scenario.needs, "--help"],
                place.environment(os.getcwd(), ""),
                "complaints",
            )
        except FailedError:
            return f"smrt {scenario.needs}, which this clone does not have"
    return ""


def _commands(
    scenario: Scenario, tools: Mapping[str, str], urls: Mapping[str, str]
) -> dict[str, list[str]]:
    """The command lines of the peers that are here."""
    names = {
        **{name: shlex.quote(path) for name, path in tools.items()},
        "url": urls[scenario.scheme],
        "endpoint": scenario.endpoint,
        "keys": ":".join(place.KEYS),
        "clone": shlex.quote(place.CLONE),
    }
    found = {}
    for peer, line in scenario.lines.items():
        try:
            found[peer] = shlex.split(line.format_map(names))
        except KeyError as exc:
            print(f"  {peer} is left out: there is no {exc.args[0]}")
    return found


def _ready(commands: Mapping[str, list[str]], environ: Mapping[str, str]) -> dict[str, list[str]]:
    """The peers that can do it, each having done it once, uncounted."""
    ready = {}
    for peer, argv in commands.items():
        try:
            run(argv, environ, "complaints")
            ready[peer] = argv
        except FailedError as exc:
            if peer == "smrt":
                raise
            print(f"  {peer} is left out: {exc}")
    return ready


def _floor(url: str) -> str:
    """What the server itself costs, asked by the plainest of clients."""
    port = int(url.rpartition(":")[2])
    figures = []
    for name, times in (("small", 200), ("large", 3)):
        with socket.create_connection(("127.0.0.1", port)) as sock:
            taken = min(_exchange(sock, name) for _ in range(times))
        figures.append(f"{taken * 1e3:.2g} ms for {name}")
    return f"the server answers in {', '.join(figures)} replies"


def _exchange(sock: socket.socket, name: str) -> float:
    size = os.path.getsize(os.path.join("replies", name))
    buffer = bytearray(1 << 20)
    start = time.perf_counter()
    sock.sendall(f"POST /endpoints/{name}/invocations HTTP/1.1\r\n\r\n".encode())
    while size > 0:
        size -= sock.recv_into(buffer)
    return time.perf_counter() - start


def _write(folder: str, about: Mapping[str, str], rows: Sequence[Row]) -> None:
    titles = {each.name: each.title for each in SCENARIOS if each.name in PICTURED}
    present = {
        name: title for name, title in titles.items() if any(r.scenario == name for r in rows)
    }
    with open(os.path.join(folder, "results.json"), "w") as file:
        results = {"about": about, "rows": [each._asdict() for each in rows]}
        json.dump(results, file, indent=2)
    with open(os.path.join(folder, "chart.svg"), "w") as file:
        file.write(chart(rows, present))


if __name__ == "__main__":
    sys.exit(main())
