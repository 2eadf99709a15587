"""Runs of `smrt batch` from input to output, whatever the endpoint does."""

import io
import json
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from smrt.cli.main import main
from smrt.output.console import Console
from tests.batching.conftest import Batch, ModelServer, results, rows, write_rows
from tests.support.polling import LIMIT
from tests.support.scripted_endpoint import Received, Responder, drop, error, reset, response

THROTTLED = error(400, "ThrottlingException", "slow down")
BAD = error(424, "ModelError", "bad row", OriginalStatusCode=400, OriginalMessage="bad")


@pytest.fixture
def lines(tmp_path: Path) -> list[bytes]:
    return write_rows(tmp_path / "in.jsonl", 40)


def test_every_record_has_one_result_in_the_order_of_the_input(
    batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    done = batch("in.jsonl", "out.jsonl")
    assert (done.code, done.err) == (0, "")
    assert (tmp_path / "out.jsonl").read_bytes() == results(40)
    assert model.counts == Counter(lines)
    assert done.summary["successRecordCount"] == done.summary["requestCount"] == 40
    assert not (tmp_path / "out.jsonl.job").exists()
    [name] = {request.headers["content-type"] for request in model.requests}
    assert name == "application/json"


def throttle_once(received: Received, times: int) -> bytes:
    return THROTTLED if times == 1 else response(200, received.body)


def reset_once(received: Received, times: int) -> bytes | Responder:
    return reset if times == 1 and received.body.endswith(b"5}") else response(200, received.body)


def fail_once(received: Received, times: int) -> bytes:
    busy = error(503, "InternalFailure", "again")
    return busy if times == 1 and received.body.endswith(b"7}") else response(200, received.body)


@pytest.mark.parametrize("behavior", [throttle_once, reset_once, fail_once])
def test_a_failure_that_passes_is_in_no_result(
    behavior: Any, batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    model.behavior = behavior
    done = batch("in.jsonl", "out.jsonl")
    assert (done.code, (tmp_path / "out.jsonl").read_bytes()) == (0, results(40))
    assert max(model.counts.values()) == 2


def bad_fives(received: Received, times: int) -> bytes:
    return BAD if b"5}" in received.body else response(200, received.body)


def test_a_failed_record_is_an_error_in_the_result_and_can_be_sent_again(
    batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    model.behavior = bad_fives
    done = batch("in.jsonl", "out.jsonl", "--errors", "failed.jsonl")
    assert done.code == 1
    assert "An error occurred (RecordsFailed): 4 of 40 records failed" in done.err
    assert "in.jsonl out.jsonl --errors failed.jsonl --retry-failed\n" in done.err
    assert done.err.endswith("hint: their lines are in failed.jsonl\n")
    values = [json.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert [value["recordId"] for value in values] == list(range(1, 41))
    assert [value["recordId"] for value in values if "error" in value] == [6, 16, 26, 36]
    assert values[5]["error"] == {"errorCode": "ModelError", "errorMessage": "bad row"}
    assert (tmp_path / "failed.jsonl").read_bytes().splitlines() == lines[5::10]
    model.behavior = lambda received, _: response(200, received.body)
    done = batch("in.jsonl", "out.jsonl", "--errors", "failed.jsonl", "--retry-failed")
    assert (done.code, (tmp_path / "out.jsonl").read_bytes()) == (0, results(40))
    assert model.counts == Counter(lines) + Counter(lines[5::10])
    assert (tmp_path / "failed.jsonl").read_bytes() == b""
    assert not (tmp_path / "out.jsonl.job").exists()


def test_results_can_be_printed(batch: Batch, model: ModelServer, lines: list[bytes]) -> None:
    model.behavior = bad_fives
    done = batch("in.jsonl", "-", "--errors", "failed")
    assert (done.code, "their lines are in failed" in done.err) == (1, True)
    assert [json.loads(line)["recordId"] for line in done.out.splitlines()] == list(range(1, 41))
    assert Path("failed").read_bytes().splitlines() == lines[5::10]
    assert done.summary["errorRecordCount"] == 4


def test_standard_input_is_an_input(batch: Batch, tmp_path: Path) -> None:
    content = b"".join(row + b"\n" for row in rows(3))
    assert batch("-", "out.jsonl", stdin=content).code == 0
    assert (tmp_path / "out.jsonl").read_bytes() == results(3)
    assert batch("-", "-", stdin=content).out == results(3)


def test_files_of_a_folder_have_results_in_a_folder(
    batch: Batch, model: ModelServer, tmp_path: Path
) -> None:
    model.behavior = lambda received, _: (
        BAD if received.body == b"bad" else response(200, received.body.upper())
    )
    (tmp_path / "in" / "b").mkdir(parents=True)
    for name, text in (("a.csv", "one"), ("b/c.jpg", "two"), ("b/d", "bad"), (".hidden", "x")):
        (tmp_path / "in" / name).write_text(text)
    done = batch("in", "out")
    assert done.code == 1
    assert "1 hidden files of in are left out" in done.err
    files = {path.name: path.read_bytes() for path in (tmp_path / "out").rglob("*.*")}
    assert files.pop("d.error").startswith(b'{"recordId":"b/d","error":')
    assert files == {"a.csv.out": b"ONE", "c.jpg.out": b"TWO"}
    types = {received.body: received.headers["content-type"] for received in model.requests}
    assert (types[b"one"], types[b"two"]) == ("text/csv", "image/jpeg")


def predict(received: Received, times: int) -> bytes:
    values = received.body.split(b"\n")
    if b"bad" in values:
        return BAD
    return response(
        200, b"\n".join(b"p" + value for value in values), (("Content-Type", "text/csv"),)
    )


MULTI = ("--batch-strategy", "MultiRecord", "--max-records-per-request", "100")


def test_one_bad_row_of_a_hundred_costs_13_more_requests(
    batch: Batch, model: ModelServer, tmp_path: Path
) -> None:
    model.behavior = predict
    values = [b"bad" if n == 37 else b"%d" % n for n in range(100)]
    (tmp_path / "in.csv").write_bytes(b"\n".join(values))
    done = batch("in.csv", "out.csv", *MULTI)
    assert done.code == 1
    assert (done.summary["requestCount"], done.summary["halvedRequestCount"]) in ((15, 7), (13, 6))
    written = (tmp_path / "out.csv").read_bytes().splitlines()
    assert [line for n, line in enumerate(written) if n != 37] == [
        b"p" + value for value in values if value != b"bad"
    ]
    assert b"ModelError" in written[37]


def test_three_requests_of_bad_rows_end_the_halving(
    batch: Batch, model: ModelServer, tmp_path: Path
) -> None:
    model.behavior = lambda *_: BAD
    (tmp_path / "in.csv").write_bytes(b"bad\n" * 40)
    done = batch("in.csv", "out.csv", *MULTI[:-1], "4", "--concurrency", "1")
    assert (done.code, done.summary["errorRecordCount"]) == (1, 40)
    assert done.summary["requestCount"] == 3 * 7 + 7


@pytest.mark.parametrize(("count", "message"), [(1, "1 results"), (5, "5 results")])
def test_another_number_of_results_is_an_error_of_each_record(
    count: int, message: str, batch: Batch, model: ModelServer, tmp_path: Path
) -> None:
    model.behavior = lambda *_: response(200, b"1\n" * count, (("Content-Type", "text/csv"),))
    (tmp_path / "in.csv").write_bytes(b"1\n2\n3\n")
    done = batch("in.csv", "out.csv", *MULTI)
    assert (done.code, done.summary["requestCount"]) == (1, 1)
    assert (tmp_path / "out.csv").read_text().count(message) == 3


def test_records_of_calls_name_their_own_parameters(
    batch: Batch, model: ModelServer, tmp_path: Path
) -> None:
    call = {"EndpointName": "other", "InferenceId": "a", "Body": {"x": 1}, "ContentType": "x/y"}
    (tmp_path / "in.jsonl").write_text(json.dumps(call) + '\n{"Body":"aGk="}\n{"Body":1}\n')
    done = batch("in.jsonl", "out.jsonl", "--format", "calls", "--content-type", "text/csv")
    assert done.code == 1
    sent = {
        received.target: (received.headers["content-type"], received.body)
        for received in model.requests
    }
    assert sent == {
        "/endpoints/other/invocations": ("x/y", b'{"x": 1}'),
        "/endpoints/e/invocations": ("text/csv", b"hi"),
    }
    assert [r.headers.get("x-amzn-sagemaker-inference-id") for r in model.requests].count("a") == 1


def test_details_of_requests_are_added(batch: Batch, lines: list[bytes], tmp_path: Path) -> None:
    assert batch("in.jsonl", "out.jsonl", "--details", "--limit", "1").code == 0
    value = json.loads((tmp_path / "out.jsonl").read_bytes())["details"]
    assert (value["statusCode"], value["attempts"], value["recordsInRequest"]) == (200, 1, 1)


def test_a_dry_run_counts_and_sends_nothing(
    batch: Batch, model: ModelServer, lines: list[bytes]
) -> None:
    done = batch("in.jsonl", "--dry-run", *MULTI[:2])
    size = sum(map(len, lines)) + 39
    assert done.code == 0
    summary = json.loads(done.out)
    assert (summary["totalRecordCount"], summary["requestCount"]) == (40, 1)
    assert (summary["requestBytes"], model.requests) == (size, [])


@pytest.mark.parametrize(("limit", "code"), [("3", 254), ("10", 1), ("1%", 1), ("50%", 1)])
def test_too_many_errors_end_the_run(
    limit: str, code: int, batch: Batch, model: ModelServer, lines: list[bytes]
) -> None:
    model.behavior = bad_fives
    done = batch("in.jsonl", "out.jsonl", "--max-errors", limit, "--concurrency", "1")
    assert done.code == code
    assert ("--resume" in done.err) == (code == 254)
    assert done.summary.get("notStartedRecordCount", 0) == (4 if code == 254 else 0)


@pytest.mark.parametrize("output", ["out.jsonl", "-"])
def test_one_error_too_many_in_the_last_record_leaves_a_whole_result(
    output: str, batch: Batch, model: ModelServer, tmp_path: Path
) -> None:
    write_rows(tmp_path / "in.jsonl", 6)
    model.behavior = bad_fives
    done = batch("in.jsonl", output, "--max-errors", "0", "--concurrency", "1")
    assert (done.code, done.summary["errorRecordCount"]) == (254, 1)
    printed = done.out if output == "-" else (tmp_path / output).read_bytes()
    assert printed.count(b"\n") == 6
    assert "1 records failed: more than --max-errors 0" in done.err
    assert ("--retry-failed" in done.err) == (output != "-")


def test_errors_of_printed_results_are_saved_in_the_order_of_the_input(
    batch: Batch, model: ModelServer, lines: list[bytes]
) -> None:
    late = threading.Event()

    def last_first(received: Received, times: int) -> bytes:
        if received.body == lines[5]:
            assert late.wait(LIMIT)
        if received.body == lines[15]:
            late.set()
        return bad_fives(received, times)

    model.behavior = last_first
    assert batch("in.jsonl", "-", "--errors", "failed").code == 1
    assert Path("failed").read_bytes().splitlines() == lines[5::10]


def test_a_percentage_of_errors_is_judged_from_100_records_on(
    batch: Batch, model: ModelServer, tmp_path: Path
) -> None:
    model.behavior = lambda *_: BAD
    write_rows(tmp_path / "in.jsonl", 400)
    done = batch("in.jsonl", "out.jsonl", "--max-errors", "50%")
    assert done.code == 254
    assert 100 <= done.summary["errorRecordCount"] < 400


def test_max_requests_counts_over_all_runs(
    batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    for maximum, total in (("15", 15), ("15", 15), ("30", 30)):
        done = batch("in.jsonl", "out.jsonl", "--resume", "--max-requests", maximum)
        assert (done.code, len(model.requests)) == (1, total)
        assert "--max-requests" in done.err
    assert batch("in.jsonl", "out.jsonl", "--resume").code == 0
    assert (tmp_path / "out.jsonl").read_bytes() == results(40)
    assert max(model.counts.values()) == 1


def test_a_connection_that_closes_before_each_response_is_an_error_of_the_record(
    batch: Batch, model: ModelServer, lines: list[bytes], tmp_path: Path
) -> None:
    model.behavior = lambda received, _: (
        drop if received.body == b'{"n":3}' else response(200, received.body)
    )
    done = batch("in.jsonl", "out.jsonl", "--in-doubt", "skip")
    assert (done.code, done.summary["inDoubtRecordCount"]) == (1, 1)
    assert max(model.counts.values()) == 1
    done = batch("in.jsonl", "other.jsonl")
    assert (done.code, done.summary["errorRecordCount"]) == (1, 1)


USAGE = [
    (("missing", "out"), "cannot be read"),
    (("in.jsonl", "in.jsonl"), "INPUT and OUTPUT are the same"),
    (("in.jsonl", "."), "OUTPUT . is a folder"),
    ((".", "-"), "cannot be printed"),
    (("in.jsonl", "-", "--workers", "2"), "--workers needs a job folder"),
    ((".", "x", "--errors", "y"), "--errors is for records that are lines"),
    (("in.jsonl", "out", "--errors", "in.jsonl"), "--errors would replace the input"),
    (("in.jsonl",), "the following arguments are required: OUTPUT_FILE"),
    (("in.jsonl", "out", "--retry-failed"), "there is no job in out.job"),
    (("in.jsonl", "out", "--max-errors", "x"), "--max-errors cannot be x"),
    (("in.jsonl", "out", "--request-rate", "0"), "--request-rate cannot be 0"),
    (("in.jsonl", "out", "--concurrency", "0"), "--concurrency cannot be 0"),
    (("in.jsonl", "out", "--partition-size", "0K"), "--partition-size cannot be 0K"),
    (("in.jsonl", "out", "--chat"), "--chat and --text require --streaming"),
    (("in.jsonl", "out", "--metadata", "m"), "--metadata"),
    (("in.jsonl", "out", "--generate-cli-skeleton"), "--generate-cli-skeleton"),
    (("in.jsonl", "out", "--csv-header", "skip"), "--header is for CSV"),
    (("in.jsonl", "out", "--input-filter", "$["), "--input-filter"),
    (("in.jsonl", "out", "--content-type", "a\nb"), "line break"),
    (("-", "out", "--cli-input-json", "-"), "standard input can be read only once"),
    (("--status", "x"), "x is not the folder of a job"),
]


@pytest.mark.parametrize(("argv", "message"), USAGE, ids=[" ".join(argv) for argv, _ in USAGE])
def test_a_wrong_line_sends_nothing_and_leaves_nothing(
    argv: tuple[str, ...],
    message: str,
    batch: Batch,
    model: ModelServer,
    lines: list[bytes],
    tmp_path: Path,
) -> None:
    done = batch(*argv)
    assert (done.code, model.requests) == (252, [])
    assert message in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_an_endpoint_is_required_by_the_name_of_the_command(variables: dict[str, str]) -> None:
    err = io.BytesIO()
    console = Console(io.BytesIO(), io.BytesIO(), err)
    assert main(("batch", "in.jsonl", "out"), console=console, environ=variables) == 252
    message = err.getvalue()
    assert b"required: --endpoint-name\nsmrt: hint: SMRT_ENDPOINT_NAME sets" in message
    assert b"smrt: hint: see smrt batch --help" in message
