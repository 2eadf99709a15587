"""`smrt bench` on a command line."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import Any

import pyte
import pytest

from smrt.bench.load.level_run import LevelProgress
from smrt.bench.load.load_options import Level
from smrt.bench.report.live_table import TableWatcher, watching
from smrt.output.console import Console
from tests.bench.conftest import delta, sse, stream
from tests.bench.test_thresholds import of
from tests.conftest import Result, Smrt, Terminal, without_coverage
from tests.support.polling import LIMIT, until
from tests.support.scripted_endpoint import Endpoint, error, hang, raw

BENCH = ("bench", "--endpoint-name", "e")
BODY = ("--body", "aGVsbG8=")
FEW = (*BENCH, *BODY, "--request-count", "5", "--warmup-requests", "0")


def text(result: Result) -> str:
    return result.out.decode()


def test_a_benchmark_prints_a_row_for_each_level(smrt: Smrt, endpoint: Endpoint) -> None:
    result = smrt(*FEW, "--concurrency", "1,2")
    assert result.code == 0
    head, one, two = text(result).splitlines()[:3]
    assert head.split()[:3] == ["concurrency", "requests", "errors"]
    assert [one.split()[:3], two.split()[:3]] == [["1", "5", "0.0%"], ["2", "5", "0.0%"]]
    assert len(endpoint.requests) == 10
    assert {each.body for each in endpoint.requests} == {b"hello"}


def test_it_announces_how_many_requests_it_sends_at_most(smrt: Smrt, endpoint: Endpoint) -> None:
    result = smrt(*BENCH, *BODY, "--request-count", "3", "--warmup-requests", "2", "--seed", "7")
    assert result.err.splitlines()[0] == "smrt: concurrency 1: at most 5 requests; seed 7"
    assert len(endpoint.requests) == 5


def test_requests_are_signed_and_sent_once(smrt: Smrt, endpoint: Endpoint) -> None:
    endpoint.respond_with(raw(error(500, "InternalFailure", "no")))
    result = smrt(*FEW)
    assert result.code == 0
    assert len(endpoint.requests) == 5
    assert all("authorization" in each.headers for each in endpoint.requests)
    assert "concurrency 1: 1 x InternalFailure (20.0%)" in text(result)


@pytest.mark.parametrize(
    ("condition", "code"), [("latency:max<60s", 0), ("errors<0.1%", 0), ("latency:max<0.001ms", 99)]
)
def test_a_missed_threshold_is_the_exit_status(
    smrt: Smrt, endpoint: Endpoint, condition: str, code: int
) -> None:
    result = smrt(*FEW, "--threshold", condition)
    assert result.code == code
    assert f"threshold {condition} at 1: {'MISSED' if code else 'met'}" in text(result)


def test_a_suppressed_percentile_misses_its_threshold(smrt: Smrt, endpoint: Endpoint) -> None:
    result = smrt(*FEW, "--threshold", "latency:p(99)<60s")
    assert result.code == 99
    assert "MISSED: too few samples (5)" in text(result)


def test_an_endpoint_that_fails_all_ends_with_254_and_a_report(
    smrt: Smrt, endpoint: Endpoint, tmp_path: Path
) -> None:
    for _ in range(5):
        endpoint.respond_with(raw(error(424, "ModelError", "no", OriginalStatusCode=500)))
    result = smrt(*FEW, "--report", "run.json", "--threshold", "errors<1%")
    assert result.code == 254
    [level] = json.loads((tmp_path / "run.json").read_text())["levels"]
    assert (level["successes"], level["errors"], level["metrics"]) == (0, {"ModelError": 5}, {})
    assert "concurrency 1: 5 x ModelError (100.0%)" in text(result)
    assert "concurrency 1: the first ModelError: An error occurred (ModelError)" in text(result)


def test_an_endpoint_that_is_down_ends_with_254(smrt: Smrt) -> None:
    result = smrt(*FEW, "--endpoint-url", "http://127.0.0.1:9")
    assert result.code == 254
    assert "5 x EndpointConnectionError" in text(result)


def test_without_credentials_nothing_is_sent(smrt: Smrt, endpoint: Endpoint) -> None:
    result = smrt(*FEW, env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
    assert result.code == 253
    assert endpoint.requests == []


def test_requests_that_are_not_signed_need_no_credentials(smrt: Smrt, endpoint: Endpoint) -> None:
    without_keys = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    assert smrt(*FEW, "--no-sign-request", env=without_keys).code == 0
    assert not any("authorization" in each.headers for each in endpoint.requests)


def test_the_figures_of_a_report_are_those_of_its_requests(
    smrt: Smrt, endpoint: Endpoint, tmp_path: Path
) -> None:
    arguments = ("--request-count", "120", "--request-rate", "600", "--seed", "1")
    reports = ("--report", "run.json", "--report", "run.csv", "--report", "run.jsonl")
    assert smrt(*BENCH, *BODY, *arguments, *reports).code == 0
    [level] = json.loads((tmp_path / "run.json").read_text())["levels"]
    rows = list(csv.DictReader((tmp_path / "run.csv").read_text().splitlines()))
    assert len(rows) == 120
    latencies = sorted(float(row["latency_ms"]) for row in rows)
    shown = level["metrics"]["latency"]
    assert [shown[name] for name in ("min", "p50", "p90", "p99", "max")] == pytest.approx(
        [latencies[index] for index in (0, 59, 107, 118, 119)], abs=1e-9
    )
    assert shown["p99.9"] is None
    assert shown["uncertain"] == ["p99"]
    by_second = [each for second in level["seconds"] for each in second["samples"]["latency"]]
    assert sorted(by_second) == pytest.approx(latencies)
    lines = (tmp_path / "run.jsonl").read_text().splitlines()
    assert [json.loads(line)["latency_ms"] for line in lines] == [
        float(row["latency_ms"]) for row in rows
    ]
    for row in rows:
        instants = [int(row[f"request_{name}_ns"]) for name in ("start", "ack", "end")]
        assert instants == sorted(instants)


def test_the_report_names_the_command_without_secrets(
    smrt: Smrt, endpoint: Endpoint, tmp_path: Path
) -> None:
    url = endpoint.url.replace("//", "//user:secret@")
    assert smrt(*FEW, "--endpoint-url", url, "--report", "run.json").code == 0
    report = (tmp_path / "run.json").read_text()
    assert "secret" not in report
    document = json.loads(report)
    assert (document["schema"], document["version"]) == ("smrt-bench", 1)
    assert document["command"].startswith("smrt bench --endpoint-name e --body aGVsbG8=")


def test_response_streams_are_measured_to_their_first_token(smrt: Smrt, endpoint: Endpoint) -> None:
    usage = sse({"choices": [], "usage": {"completion_tokens": 2}})
    for _ in range(5):
        endpoint.respond_with(stream([delta(content="a"), delta(content="b"), usage]))
    result = smrt(*FEW, "--streaming", "--goodput", "time_to_first_token:60000")
    assert result.code == 0
    assert "first token p50 ms" in text(result).splitlines()[0]
    assert text(result).splitlines()[1].split()[-1] == "100.0%"
    assert "concurrency 1: 10 tokens" in text(result)
    assert endpoint.requests[0].target.endswith("/invocations-response-stream")


def test_records_are_sent_in_turn(smrt: Smrt, endpoint: Endpoint, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("1,2\n3,4\n")
    result = smrt(*BENCH, "--input", "rows.csv", "--request-count", "4", "--warmup-requests", "0")
    assert result.code == 0
    assert [each.body for each in endpoint.requests] == [b"1,2", b"3,4", b"1,2", b"3,4"]


def test_the_body_can_be_text_or_json(smrt: Smrt, endpoint: Endpoint) -> None:
    for options in (("--data", "5.1,3.5", "--content-type", "text/csv"), ("--json", '{"x": 1}')):
        assert smrt(*BENCH, *options, "--request-count", "1", "--warmup-requests", "0").code == 0
    sent = [(each.body, each.headers["content-type"]) for each in endpoint.requests]
    assert sent == [(b"5.1,3.5", "text/csv"), (b'{"x": 1}', "application/json")]


@pytest.mark.parametrize(
    ("lines", "content_type"),
    [(b'{"x": 1}\n', "application/json"), (b"a row\n", "text/plain")],
)
def test_records_have_the_content_type_of_their_format(
    smrt: Smrt, endpoint: Endpoint, lines: bytes, content_type: str
) -> None:
    assert smrt(*BENCH, "--input", "-", "--request-count", "2", stdin=lines).code == 0
    assert {each.headers["content-type"] for each in endpoint.requests} == {content_type}


def test_the_endpoint_can_be_that_of_the_configuration(
    smrt: Smrt, endpoint: Endpoint, tmp_path: Path
) -> None:
    line = ("bench", *BODY, "--request-count", "1", "--report", "run.json")
    assert smrt(*line).code == 252
    assert smrt(*line, env={"SMRT_ENDPOINT_NAME": "mine"}).code == 0
    assert {each.target for each in endpoint.requests} == {"/endpoints/mine/invocations"}
    assert json.loads((tmp_path / "run.json").read_text())["endpoint"]["name"] == "mine"


def test_records_of_standard_input_have_their_own_parameters(
    smrt: Smrt, endpoint: Endpoint
) -> None:
    lines = b'{"Body": {"n": 1}, "InferenceId": "a"}\n{"Body": {"n": 2}, "InferenceId": "b"}\n'
    result = smrt(
        *BENCH, "--input", "-", "--format", "calls", "--content-type", "application/json",
        "--request-count", "2", "--warmup-requests", "0", stdin=lines,
    )  # fmt: skip
    assert result.code == 0, result.err
    sent = [
        (each.body, each.headers["x-amzn-sagemaker-inference-id"]) for each in endpoint.requests
    ]
    assert sent == [(b'{"n": 1}', "a"), (b'{"n": 2}', "b")]
    assert {each.headers["content-type"] for each in endpoint.requests} == {"application/json"}


def test_the_files_of_a_folder_are_records(smrt: Smrt, endpoint: Endpoint, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / "photos" / name).write_bytes(name.encode())
    assert smrt(*BENCH, "--input", "photos", "--request-count", "2", "--shuffle").code == 0
    assert {each.body for each in endpoint.requests} == {b"a.jpg", b"b.jpg"}
    assert {each.headers["content-type"] for each in endpoint.requests} == {"image/jpeg"}


def test_the_highest_concurrency_is_searched(smrt: Smrt, tmp_path: Path) -> None:
    line = ("--find-max-concurrency", "--e2e-sla-ms", "0.001", "--duration", "0.2")
    result = smrt(*BENCH, *BODY, *line, "--report", "run.json")
    assert result.code == 99  # not even one caller
    assert text(result).splitlines()[-1] == (
        "maximum concurrency with latency:p(95)<=0.001ms, errors<=1%: none"
    )
    assert json.loads((tmp_path / "run.json").read_text())["max_concurrency"] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*BODY, "--e2e-sla-ms", "5"), "--e2e-sla-ms needs --find-max-concurrency"),
        ((*BODY, "--find-max-concurrency", "--concurrency", "2"), "cannot be used with"),
        ((*BODY, "--find-max-concurrency", "--ttft-sla-ms", "5"), "needs --streaming"),
        ((*BODY, "--find-max-concurrency", "--e2e-sla-ms", "x"), "argument --e2e-sla-ms: 'x'"),
        ((*BODY, "--find-max-concurrency", "--sla-percentile", "100"), "cannot be 100"),
        ((), "one of --body, --data, --json and --input is required"),
        ((*BODY, "--input", "x"), "--body and --input cannot be used together"),
        ((*BODY, "--json", "{}"), "--body and --json cannot be used together"),
        ((*BODY, "--shuffle"), "--shuffle needs --input"),
        ((*BODY, "--concurrency", "0"), "argument --concurrency: '0' is not a whole number"),
        ((*BODY, "--concurrency", "1,x"), "argument --concurrency: 'x' is not a whole number"),
        ((*BODY, "--request-rate", "-1"), "argument --request-rate: '-1' is not a number"),
        ((*BODY, "--request-rate", "nan"), "argument --request-rate: 'nan' is not a number"),
        ((*BODY, "--request-rate", "1", "--concurrency", "1"), "cannot be used together"),
        ((*BODY, "--max-concurrency", "1"), "--max-concurrency needs --request-rate"),
        ((*BODY, "--arrival", "poisson"), "--arrival needs --request-rate"),
        ((*BODY, "--arrival", "bursty", "--request-rate", "1"), "Found invalid choice 'bursty'"),
        ((*BODY, "--duration", "1", "--request-count", "1"), "cannot be used together"),
        ((*BODY, "--threshold", "p99<1s"), "Bad value for --threshold p99<1s"),
        ((*BODY, "--goodput", "speed:1"), "Bad value for --goodput speed:1"),
        ((*BODY, "--tokens", "a["), "Bad value for --tokens a["),
        ((*BODY, "--report", "run.txt"), "Bad value for --report run.txt"),
        ((*BODY, "--report", "no/run.json"), "--report"),
        ((*BODY, "out.json"), "Unknown options: out.json"),
        (("--input", "missing.jsonl"), "missing.jsonl cannot be read"),
    ],
)
def test_a_wrong_line_sends_nothing(
    smrt: Smrt, endpoint: Endpoint, arguments: tuple[str, ...], message: str
) -> None:
    result = smrt(*BENCH, *arguments)
    assert result.code == 252
    assert message in result.err
    assert endpoint.requests == []


def test_a_record_that_cannot_be_sent_is_an_error_before_the_first_request(
    smrt: Smrt, endpoint: Endpoint
) -> None:
    result = smrt(*BENCH, "--input", "-", "--format", "openai", stdin=b'{"custom_id": 1}\n')
    assert result.code == 252
    assert "record 1: " in result.err
    assert endpoint.requests == []


def test_ctrl_c_writes_the_report_and_ends_with_130(
    endpoint: Endpoint, environ: dict[str, str], tmp_path: Path
) -> None:
    for _ in range(3):
        endpoint.respond()
    endpoint.respond_with(hang)
    env = {**without_coverage(environ), "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": endpoint.url}
    words = [sys.executable, "-m", "smrt", *FEW, "--report", "run.json"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, cwd=tmp_path, env=env, stdout=pipe, stderr=pipe) as process:
        until(lambda: len(endpoint.requests) == 4)
        os.kill(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 130
    document = json.loads((tmp_path / "run.json").read_text())
    assert document["interrupted"] is True
    assert document["levels"][0]["successes"] == 3
    assert b"1 requests were in flight at Ctrl-C" in out


def test_a_terminal_shows_the_levels_while_they_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    err = Terminal()
    with watching(Console(Terminal(), Terminal(), err)) as watcher:
        assert isinstance(watcher, TableWatcher)
        watcher.progressed(_progress())
    shown = err.getvalue().decode()
    assert "3 of 4 responses" in shown
    assert "1.5/s" in shown


def test_the_live_table_leaves_nothing_on_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    err = Terminal()
    with watching(Console(Terminal(), Terminal(), err)) as watcher:
        for concurrency in (1, 2, 4):
            watcher.progressed(_progress())
            watcher.finished(of(level=Level(concurrency=concurrency)))
    screen = pyte.Screen(60, 24)
    screen.set_mode(pyte.modes.LNM)
    pyte.ByteStream(screen).feed(err.getvalue())
    assert not "".join(screen.display).strip()


def _progress() -> Any:
    return LevelProgress(Level(concurrency=4), 2.0, 4, 3, 0, 0, deque([0.1, 0.2]))


def test_help_lists_the_options(smrt: Smrt) -> None:
    result = smrt("bench", "--help")
    assert result.code == 0
    assert all(flag in text(result) for flag in ("--request-rate", "--threshold", "--report"))
    assert "OUTFILE" not in text(result)
