"""The benchmarks measure correctly: runs, targets, charts and the server."""

import os
import socket
import subprocess
import sys
from itertools import count
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from botocore.eventstream import EventStreamBuffer

from benchmarks import installation, load_client, local_load, responses, workspace
from benchmarks.chart import chart
from benchmarks.measure import FailedError, Run, run
from benchmarks.scenarios import SCENARIOS
from benchmarks.summary import Row, median, row, table
from benchmarks.targets import MB, TARGETS, verdicts

ROW = Row("http", "smrt", median=0.04, minimum=0.03, ratio=1, cpu=0.03, memory=20 * MB, runs=3)


def _run(code: str, folder: Path) -> Run:
    return run([sys.executable, "-c", code], {"PATH": ""}, str(folder / "stderr"))


def test_a_run_is_measured_up_to_its_first_byte_and_its_end(tmp_path: Path) -> None:
    ticks = count(100)
    argv = [sys.executable, "-c", "print(1, flush=True); print(2)"]
    result = run(argv, {"PATH": ""}, str(tmp_path / "stderr"), lambda: next(ticks))
    assert (result.first, result.wall) == (1, 2)
    assert result.cpu > 0


def test_peak_memory_is_in_bytes(tmp_path: Path) -> None:
    assert _run("bytearray(200 << 20)", tmp_path).memory > 200 * MB


def test_an_error_of_a_command_has_its_last_line(tmp_path: Path) -> None:
    with pytest.raises(FailedError, match="last words"):
        _run("import sys; sys.exit('first\\nlast words')", tmp_path)
    with pytest.raises(FailedError, match="status 3"):
        _run("import os; os._exit(3)", tmp_path)


@pytest.mark.parametrize(
    ("values", "middle"), [([3.0], 3.0), ([4.0, 1.0], 2.5), ([9.0, 1.0, 2.0], 2.0)]
)
def test_the_median_is_the_middle_value(values: list[float], middle: float) -> None:
    assert median(values) == middle


def test_a_ratio_compares_alternating_runs() -> None:
    ours = [Run(wall, wall, wall, 1) for wall in (1.0, 10.0, 100.0)]
    theirs = [Run(wall, wall, wall, 2) for wall in (2.0, 20.0, 400.0)]
    result = row("http", "aws v1", theirs, beside=ours, figure="wall")
    assert (result.ratio, result.median, result.minimum, result.memory) == (0.5, 20.0, 2.0, 2)


@pytest.mark.parametrize(
    ("ratio", "memory", "missed"),
    [(0.1, 50, []), (0.2, 50, ["time"]), (0.1, 40, ["memory"]), (0.2, 40, ["time", "memory"])],
)
def test_a_target_is_missed_if_the_result_exceeds_it(
    ratio: float, memory: int, missed: list[str]
) -> None:
    theirs = ROW._replace(peer="aws v1", ratio=ratio, memory=memory * MB)
    results = verdicts([ROW, theirs])
    assert [each.target.figure for each in results if each.is_missed] == missed
    assert sum(each.measured is None for each in results) == len(TARGETS) - 2


def test_a_memory_target_needs_no_peer() -> None:
    results = verdicts([ROW._replace(scenario="down", memory=41 * MB)])
    assert [str(each).split() for each in results if each.is_missed] == [
        ["MISSED", "down", "memory", "41.00", "(at", "most", "40)", "MB"]
    ]


def test_every_target_names_a_scenario_and_a_peer_that_exist() -> None:
    lines = {each.name: each.lines for each in SCENARIOS}
    assert all(not each.peer or each.peer in lines[each.scenario] for each in TARGETS)


def test_the_chart_is_xml_with_a_bar_for_each_peer() -> None:
    root = ET.fromstring(chart([ROW, ROW._replace(peer="a<b")], {"http": "one call"}))
    bars = [each.get("class") for each in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert bars == ["s", "o"]


def test_the_table_has_the_ratios_to_the_peers() -> None:
    text = table([ROW, ROW._replace(peer="curl", ratio=8.25)])
    assert [line.split()[0] for line in text.splitlines()[1:]] == ["smrt", "curl"]
    assert text.endswith("8.25")


def test_the_server_accepts_request_bodies_of_any_size(tmp_path: Path) -> None:
    with (
        workspace.serving(str(tmp_path), tls=False) as urls,
        socket.create_connection(("127.0.0.1", int(urls["http"].rpartition(":")[2]))) as sock,
    ):
        for size in (0, 10, 5 * MB):
            head = f"POST /endpoints/small/invocations HTTP/1.1\r\nContent-Length: {size}\r\n\r\n"
            sock.sendall(head.encode() + bytes(size))
            assert sock.recv(1 << 16).endswith(responses.SMALL)


@pytest.mark.parametrize("name", local_load.SERVERS)
def test_every_response_of_a_server_under_load_is_counted(name: str) -> None:
    with local_load.serving(name) as url:
        result = load_client.measure(url, load_client.Load(connections=2, idle=2, seconds=0.05))
    assert result.rate > 0
    assert list(result.latencies) == sorted(result.latencies)


def test_the_recorded_stream_is_an_event_stream(tmp_path: Path) -> None:
    with open(responses.record(str(tmp_path))["paced"].path, "rb") as file:
        body = file.read().partition(b"\r\n\r\n")[2]
    buffer = EventStreamBuffer()
    while body and not body.startswith(b"0\r\n"):
        size, _, rest = body.partition(b"\r\n")
        buffer.add_data(rest[: int(size, 16)])
        body = rest[int(size, 16) + 2 :]
    events = list(buffer)
    assert [event.payload for event in events] == [responses.EVENT] * 2
    assert {event.headers[":event-type"] for event in events} == {"PayloadPart"}


def test_a_peer_does_not_inherit_the_environment_of_the_benchmark(tmp_path: Path) -> None:
    environ = workspace.environment(str(tmp_path), "")
    assert {name for name in environ if name.startswith("PYTHON")} == set()
    assert "AWS_ACCESS_KEY_ID" not in workspace.environment(str(tmp_path), "profile")
    assert environ["HOME"] == os.path.join(tmp_path, "home")


def test_an_installation_is_measured_without_bytecode(tmp_path: Path) -> None:
    packages = tmp_path / "lib" / "python3.x" / "site-packages"
    for name, content in (("a/a.py", b"12"), ("a/a.pyc", b"345"), ("a-1.dist-info/RECORD", b"6")):
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).write_bytes(content)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "a").write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/runs\n')
    (tmp_path / "bin" / "a").chmod(0o700)
    result = installation.measured(tmp_path, ("a", "--version"))
    assert (result.packages, result.size) == (1, 3)
    assert min(result.first, result.later) > 0
    assert (tmp_path / "runs").read_text() == "--version\n" * (1 + installation.RUNS)


def test_the_client_of_many_calls_measures_one_of_them(tmp_path: Path) -> None:
    with workspace.serving(str(tmp_path), tls=False) as urls:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "benchmarks.many_calls_client",
                "engine",
                "0",
                urls["http"],
                "20",
            ],
            cwd=workspace.CLONE,
            capture_output=True,
            text=True,
            check=True,
        )
    cpu, wall = map(float, done.stdout.split())
    assert 0 < cpu < 1
    assert wall > 0
