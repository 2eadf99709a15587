"""smrt local check: what breaks SageMaker's contract fails, with its remedy."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Event, Thread
from time import sleep
from typing import NamedTuple

import pytest
from websockets.sync.server import ServerConnection, serve

from smrt.cli.main import main
from smrt.local.checks import contract
from smrt.local.checks.check_result import CheckOutcome, CheckResult
from smrt.local.checks.checked_process import CheckedProcess
from smrt.local.checks.contract import Limits
from smrt.local.checks.contract_run import check_running, check_started
from smrt.local.checks.folder_container import FolderContainer
from smrt.local.checks.http_checks import ContainerTarget, SampleRequest
from smrt.local.checks.websocket_check import check_websocket
from smrt.local.container import container_location
from smrt.local.endpoint import Invocation, ModelFailure, Prediction, echo
from smrt.local.server import serving
from smrt.local.server_response import ServerResponse
from smrt.output.console import Console
from smrt.protocol.messages import Request
from tests.conftest import Result
from tests.support.local_server import EXAMPLES
from tests.support.polling import LIMIT

SMALL = Limits(connect=5.0, ping=5.0, call=5.0, largest=2048, calls_at_once=2)
SAMPLE = SampleRequest(b"[1]", "application/json")
CALLS_ALONE = 5
"""Calls before those at the same time."""


class Container(NamedTuple):
    """A container that follows the contract, but for what `change` does to a response."""

    change: Callable[[Request, ServerResponse], ServerResponse] = lambda _, response: response

    def rejection(self, head: Request) -> ServerResponse | None:  # noqa: ARG002
        return None

    def respond(self, request: Request) -> ServerResponse:
        return self.change(request, FolderContainer(echo).respond(request))


def results(
    container: Container, sample: SampleRequest = SAMPLE, limits: Limits = SMALL
) -> dict[str, CheckResult]:
    with serving(container) as url:
        target = ContainerTarget(*container_location(url), sample, limits)
        return {each.rule.name: each for each in check_running(target)}


def outcomes(checked: dict[str, CheckResult]) -> dict[str, str]:
    return {name: result.outcome.value for name, result in checked.items()}


FINE = {
    "Connect": "passed",
    "Ping": "passed",
    "Invocation": "passed",
    "Payload": "passed",
    "Headers": "passed",
    "Stream": "skipped",
    "Concurrency": "passed",
    "WebSocket": "skipped",
    "Sigterm": "skipped",
}


def test_a_container_that_follows_the_contract_passes() -> None:
    checked = results(Container())
    assert outcomes(checked) == FINE
    assert checked["Payload"].detail.startswith("2,048 bytes: returned 200 in ")


def on(target: str, **changed: object) -> Callable[[Request, ServerResponse], ServerResponse]:
    """Change the fields of the responses at `target`."""

    def change(request: Request, response: ServerResponse) -> ServerResponse:
        return response._replace(**changed) if request.url.target == target else response  # type: ignore[arg-type]

    return change


def fails_beside_others() -> Callable[[Request, ServerResponse], ServerResponse]:
    """All but one of the calls at the same time fail: each waits until both are there."""
    both, turns = Barrier(2, timeout=LIMIT), iter((200, 503))

    def change(request: Request, response: ServerResponse) -> ServerResponse:
        if request.url.target != "/invocations" or next(alone, None) is not None:
            return response
        both.wait()
        return response._replace(status=next(turns))

    alone = iter(range(CALLS_ALONE))
    return change


def rejects_large(request: Request, response: ServerResponse) -> ServerResponse:
    return response._replace(status=413) if request.payload.length > 1024 else response


BROKEN = [
    (on("/ping", status=503), {"Ping": "returned 503", "Concurrency": "/ping during 2 calls"}),
    (on("/invocations", status=404), {"Invocation": "returned 404 in "}),
    (
        on("/invocations", status=500, body=b"\n no such\tmodel \nTraceback"),
        {"Invocation": " ms: no such model"},
    ),
    (fails_beside_others(), {"Concurrency": "2 calls returned [200, 503]"}),
    (rejects_large, {"Payload": "returned 413"}),
    (on("/invocations", headers=()), {"Headers": "Content-Type is missing"}),
    (
        on("/invocations", headers=(("X-Amzn-SageMaker-Custom-Attributes", "a" * 1025),)),
        {"Headers": "X-Amzn-SageMaker-Custom-Attributes is not valid: 'aaa"},
    ),
]


@pytest.mark.parametrize(("change", "expected"), BROKEN)
def test_what_breaks_the_contract_fails(
    change: Callable[[Request, ServerResponse], ServerResponse], expected: dict[str, str]
) -> None:
    checked = results(Container(change))
    failed = {name for name, each in checked.items() if each.outcome is CheckOutcome.FAILED}
    assert failed == set(expected)
    assert all(text in checked[name].detail for name, text in expected.items())


def test_a_response_in_chunks_is_a_stream() -> None:
    def in_chunks(_: Request, response: ServerResponse) -> ServerResponse:
        return response._replace(body=iter([b"one", b"two"]))

    checked = results(Container(in_chunks))
    assert outcomes(checked) == {**FINE, "Stream": "passed"}
    assert "chunks, the first after " in checked["Stream"].detail


def test_slow_responses_fail() -> None:
    finished = Event()

    def slow(request: Request, response: ServerResponse) -> ServerResponse:
        if request.url.target in ("/ping", "/invocations"):
            finished.wait()
        return response

    try:
        checked = results(Container(slow), limits=SMALL._replace(ping=0.05, call=0.05))
    finally:
        finished.set()
    assert outcomes(checked)["Ping"] == outcomes(checked)["Invocation"] == "failed"
    assert checked["Ping"].detail == "no complete response within 0.05 s"


def test_without_a_container_only_the_connection_is_checked() -> None:
    target = ContainerTarget(*container_location("http://127.0.0.1:1"), SAMPLE, SMALL)
    assert [each.rule for each in check_running(target)] == [contract.CONNECT, contract.PING]


def test_an_example_may_be_rejected_by_the_model() -> None:
    sample = SampleRequest(b"{}", "application/json", is_own=False)
    change = on("/invocations", status=400, body=b"no")
    checked = results(Container(change), sample)
    assert outcomes(checked) == {**FINE, "Headers": "skipped"}
    assert "returned 400" in checked["Invocation"].detail
    assert "send your own with --data" in checked["Invocation"].detail


def test_rows_of_csv_are_repeated() -> None:
    assert SampleRequest(b"1,2\n", "text/csv").enlarged(9) == b"1,2\n1,2\n"
    assert SampleRequest(b"1,2", "text/csv").enlarged(9) == b"1,2\n1,2\n"
    assert SampleRequest(b"[1]", "application/json").enlarged(5) == b"[1]  "


def test_a_container_may_accept_a_websocket() -> None:
    def receive(connection: ServerConnection) -> None:
        list(connection)

    with serve(receive, "127.0.0.1", 0) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        checked = check_websocket(ContainerTarget(*container_location(url), SAMPLE, SMALL))
        server.shutdown()
    assert (checked.outcome, checked.detail) == (CheckOutcome.PASSED, "the WebSocket was accepted")


SERVER = """
import http.server, signal, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self): self.respond(b"")
    def do_POST(self): self.respond(self.rfile.read(int(self.headers["Content-Length"])))
    def respond(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
if sys.argv[2:]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def started(port: int, *words: str, limits: Limits = SMALL) -> list[CheckResult]:
    target = ContainerTarget(*container_location(f"http://127.0.0.1:{port}"), SAMPLE, limits)
    argv = [sys.executable, "-c", SERVER, str(port), *words]
    process = CheckedProcess(argv, {}, lambda _: sleep(0.01))
    return list(check_started(target, process))


def test_a_container_that_smrt_starts_is_checked_to_its_end(free_port: int) -> None:
    checked = started(free_port)
    assert checked[0].rule is contract.START
    assert [each.outcome for each in checked if each.outcome is CheckOutcome.FAILED] == []
    assert checked[-1].rule is contract.SIGTERM
    assert checked[-1].detail.startswith("exited with -15 after ")


def test_a_container_that_ignores_sigterm_fails_and_is_killed(free_port: int) -> None:
    *_, last = started(free_port, "ignore", limits=SMALL._replace(stop=0.05))
    assert (last.rule, last.outcome) == (contract.SIGTERM, CheckOutcome.FAILED)
    assert last.detail == "still running after 0.05 s"


def test_a_command_that_ends_at_once_fails() -> None:
    target = ContainerTarget(*container_location("http://127.0.0.1:1"), SAMPLE, SMALL)
    process = CheckedProcess(["sh", "-c", "exit 3"], {}, lambda _: sleep(0.01))
    (only,) = check_started(target, process)
    assert (only.rule, only.detail) == (contract.START, "the command exited with 3")


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def check(*argv: str) -> Result:
    out, err = io.BytesIO(), io.BytesIO()
    code = main(["local", "check", *argv], console=Console(io.BytesIO(), out, err), environ={})
    return Result(code, out.getvalue(), err.getvalue().decode())


def test_the_command_prints_a_line_for_each_check() -> None:
    ran = check(f"iris={EXAMPLES / 'iris'}", "--data", "[5.1, 3.5, 1.4, 0.2]")
    lines = ran.out.decode().splitlines()
    assert ran.code == 0
    assert lines[1].startswith("passed   GET /ping returns 200 within 2 s: ")
    assert lines[-1].startswith("6 passed, 0 failed, 3 skipped; the contract: https://docs.aws.")


def test_a_failed_check_ends_with_1_and_prints_remedy_and_page() -> None:
    ran = check("a=http://127.0.0.1:1")
    assert ran.code == 1
    lines = ran.out.decode().splitlines()
    assert lines[0] == "failed   connections are accepted within 250 ms: connection refused"
    assert lines[1].startswith("         remedy: listen on port 8080")
    assert lines[2].startswith("         https://docs.aws.amazon.com/sagemaker/latest/dg/")


def test_the_output_can_be_json() -> None:
    ran = check("a=http://127.0.0.1:1", "--output", "json")
    report = json.loads(ran.out)
    assert ran.code == 1
    assert (report["EndpointName"], report["Passed"]) == ("a", False)
    assert report["Checks"][1] == {
        "Name": "Ping",
        "Outcome": "failed",
        "Title": contract.PING.title,
        "Detail": "connection refused",
        "Remedy": contract.PING.remedy,
        "Page": contract.PING.page,
    }


INVALID = [
    (("echo",), 252, "expected NAME=FOLDER or NAME=URL, received: echo"),
    (("a",), 252, "expected NAME=FOLDER or NAME=URL, received: a"),
    ((f"a={EXAMPLES / 'iris'}", "--", "true"), 252, "a model folder needs no command"),
    (("a=http://127.0.0.1:1", "--data", "@/no/such"), 252, "cannot read /no/such (--data)"),
    (("a=http://127.0.0.1:1", "--", "/no/such"), 127, "cannot run /no/such"),
]


@pytest.mark.parametrize(("argv", "code", "message"), INVALID)
def test_an_invalid_line_is_an_error(argv: tuple[str, ...], code: int, message: str) -> None:
    ran = check(*argv)
    assert (ran.code, ran.out) == (code, b"")
    assert message in ran.err


def test_a_folder_of_several_models_cannot_be_checked(tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").touch()
    ran = check(f"models={tmp_path}", "--data", "1")
    failed = next(line for line in ran.out.decode().splitlines() if line.startswith("failed"))
    assert "returned 400 in " in failed
    assert "multi-model endpoints. smrt local serves a.tar.gz" in failed
    assert (ran.code, ran.err) == (1, "")


def test_a_model_that_fails_is_a_container_that_returns_its_status() -> None:
    def model(call: Invocation) -> Prediction:
        raise ModelFailure(415, f"not {call.parameters['ContentType']}")

    with serving(FolderContainer(model)) as url:
        target = ContainerTarget(*container_location(url), SAMPLE, SMALL)
        checked = {each.rule.name: each for each in check_running(target, is_folder=True)}
    assert checked["Invocation"].detail.startswith("returned 415 in ")
    assert outcomes(checked)["Invocation"] == "failed"
