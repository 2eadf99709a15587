"""`make bench`: compare the speed of smrt with that of other tools.

Every tool ("peer") runs on the same host with the same input, environment and server. The server
sends recorded responses over loopback, and is never the bottleneck. Runs of smrt and of a peer
alternate: A B A B ... Wall time is measured from outside, from before the process starts until it
has been reaped; CPU time and peak memory come from the operating system.

The peers are installed in `.bench`, as users would install them: smrt as a wheel of this clone,
AWS CLI 1 and boto3 in the same environment, awscurl in its own, because it installs awscrt, which
slows the others down by 25 ms. AWS CLI 2 (`aws` of Debian, or AWS's own) and curl are included if
they are installed. All modules are compiled beforehand.

The claims are ratios, not times: a ratio of 0.18 holds on a slow host too. `targets.py` has the
targets; the exit status is 1 if one of them is missed. The results go to `.bench/results.json`,
and a chart to `.bench/chart.svg`; `python -m benchmarks.speed_page
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

from . import workspace
from .chart import chart
from .measure import FailedError, Run, run
from .scenarios import SCENARIOS, Scenario
from .speed_page import CHARTED
from .summary import Row, row, table
from .targets import verdicts

MIN_ROUNDS = 3
"""Minimum number of rounds of a scenario."""
MAX_SECONDS = 18.0
"""Seconds after which a scenario starts no more rounds, so that all of them take five minutes."""


def main() -> int:
    """Run the benchmarks; return 1 if a target is missed."""
    options = _options()
    selected = [each for each in SCENARIOS if not options.only or each.name in options.only]
    workspace.check_compiled()
    tools = workspace.tools()
    about = _about(tools)
    print("\n".join(f"{name:<8} {what}" for name, what in about.items()))
    with tempfile.TemporaryDirectory() as folder:
        has_tls = workspace.create(folder)
        os.chdir(folder)
        with workspace.serving(folder, tls=has_tls) as urls:
            print(f"\n{_server_times(urls['http'])}")
            rows = [each for s in selected for each in _rows(s, tools, urls, options.rounds)]
        os.chdir(workspace.CLONE)
    names = {each.name for each in selected}
    results = [each for each in verdicts(rows) if each.target.scenario in names]
    print("\ntargets", *results, sep="\n  ")
    _write(options.out, about, rows)
    return int(any(each.is_missed for each in results))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "--rounds", type=int, default=12, help="maximum number of runs of each peer per scenario"
    )
    parser.add_argument("--only", nargs="+", choices=[each.name for each in SCENARIOS])
    parser.add_argument("--out", default=workspace.BENCH, help="folder for the results")
    return parser.parse_args()


def _about(tools: dict[str, str]) -> dict[str, str]:
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return {"machine": f"{system}, {os.cpu_count()} processors", **workspace.versions(tools)}


def _rows(
    scenario: Scenario, tools: Mapping[str, str], urls: Mapping[str, str], rounds: int
) -> list[Row]:
    """Measure a scenario and print its table."""
    print(f"\n{scenario.name}: {scenario.title}", flush=True)
    missing = _missing_requirement(scenario, tools, urls)
    if missing:
        print(f"  skipped: {missing}")
        return []
    environ = workspace.environment(os.getcwd(), scenario.home)
    peers = _working(_commands(scenario, tools, urls), environ)
    runs: dict[str, list[Run]] = {name: [] for name in peers}
    paired: dict[str, list[Run]] = {name: [] for name in peers}
    ours = peers.pop("smrt")
    for _ in _rounds(max(rounds // scenario.weight, MIN_ROUNDS)):
        for name, argv in peers.items():
            paired[name].append(run(ours, environ, "stderr"))
            runs[name].append(run(argv, environ, "stderr"))
    runs["smrt"] = paired["smrt"] = [each for some in paired.values() for each in some]
    rows = [
        row(scenario.name, name, runs[name], beside=paired[name], figure=scenario.figure)
        for name in runs
    ]
    print(table(rows), flush=True)
    return rows


def _rounds(count: int) -> Iterator[int]:
    """Up to `count` rounds, fewer if they take too long."""
    deadline = time.monotonic() + MAX_SECONDS
    for number in range(count):
        if number >= MIN_ROUNDS and time.monotonic() > deadline:
            return
        yield number


def _missing_requirement(
    scenario: Scenario, tools: Mapping[str, str], urls: Mapping[str, str]
) -> str:
    """What the scenario needs and this host or clone does not have; "" if nothing."""
    if scenario.scheme not in urls:
        return "openssl is not installed"
    if "/" in scenario.needs and not os.path.exists(os.path.join(workspace.CLONE, scenario.needs)):
        return f"this clone has no {scenario.needs}"
    if scenario.needs and "/" not in scenario.needs:
        try:
            run(
                [tools["smrt"], scenario.needs, "--help"],
                workspace.environment(os.getcwd(), ""),
                "stderr",
            )
        except FailedError:
            return f"this clone has no smrt {scenario.needs}"
    return ""


def _commands(
    scenario: Scenario, tools: Mapping[str, str], urls: Mapping[str, str]
) -> dict[str, list[str]]:
    """The command lines of the peers that are installed."""
    names = {
        **{name: shlex.quote(path) for name, path in tools.items()},
        "url": urls[scenario.scheme],
        "endpoint": scenario.endpoint,
        "credentials": ":".join(workspace.CREDENTIALS),
        "clone": shlex.quote(workspace.CLONE),
    }
    commands = {}
    for peer, line in scenario.lines.items():
        try:
            commands[peer] = shlex.split(line.format_map(names))
        except KeyError as exc:
            print(f"  {peer} is skipped: {exc.args[0]} is not installed")
    return commands


def _working(commands: Mapping[str, list[str]], environ: Mapping[str, str]) -> dict[str, list[str]]:
    """The peers whose command succeeds; each runs once, unmeasured."""
    working = {}
    for peer, argv in commands.items():
        try:
            run(argv, environ, "stderr")
            working[peer] = argv
        except FailedError as exc:
            if peer == "smrt":
                raise
            print(f"  {peer} is skipped: {exc}")
    return working


def _server_times(url: str) -> str:
    """The response times of the server itself, measured with a plain socket."""
    port = int(url.rpartition(":")[2])
    times = []
    for name, repeats in (("small", 200), ("large", 3)):
        with socket.create_connection(("127.0.0.1", port)) as sock:
            seconds = min(_exchange(sock, name) for _ in range(repeats))
        times.append(f"{seconds * 1e3:.2g} ms for {name}")
    return f"the server responds in {', '.join(times)} responses"


def _exchange(sock: socket.socket, name: str) -> float:
    size = os.path.getsize(os.path.join("responses", name))
    buffer = bytearray(1 << 20)
    start = time.perf_counter()
    sock.sendall(f"POST /endpoints/{name}/invocations HTTP/1.1\r\n\r\n".encode())
    while size > 0:
        size -= sock.recv_into(buffer)
    return time.perf_counter() - start


def _write(folder: str, about: Mapping[str, str], rows: Sequence[Row]) -> None:
    titles = {each.name: each.title for each in SCENARIOS if each.name in CHARTED}
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
