"""The process from outside: exit status, signals, closed streams, memory."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Result, without_coverage
from tests.support.loopback import reserved_port
from tests.support.polling import LIMIT, until
from tests.support.scripted_endpoint import (
    Endpoint,
    Received,
    drop,
    error,
    raw,
    reset,
    response,
    stop_accepting,
)

LINE = ("invoke-endpoint", "--endpoint-name", "e", "--body", "aGk=")
HALF = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 2000000\r\n\r\n"
BODY = b'{"predictions":[1]}'
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(endpoint: Endpoint, environ: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Start a command line against `endpoint`, without waiting for it."""
    running: list[subprocess.Popen[bytes]] = []

    def run(
        *argv: str | bytes,
        before: tuple[str, ...] = (),
        env: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> Any:
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        endpoint_url = {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": endpoint.url}
        child = subprocess.Popen(
            [*before, sys.executable, "-m", "smrt", *argv],
            cwd=tmp_path,
            env={**without_coverage(environ), **endpoint_url, **(env or {})},
            **{**pipes, **kwargs},
        )
        running.append(child)
        return child

    yield run
    for child in running:
        with child:
            child.kill()


def ended(process: subprocess.Popen[bytes]) -> Result:
    out, err = process.communicate(timeout=LIMIT)
    return Result(process.returncode, out or b"", (err or b"").decode())


@pytest.mark.parametrize(
    ("argv", "scripted", "code"),
    [
        ((*LINE, "out"), None, 0),
        (LINE, None, 0),
        ((*LINE, "-"), None, 0),
        ((*LINE, "--nonsense"), "none", 252),
        ((), "none", 252),
        ((*LINE, "nowhere/out"), "none", 252),
        ((*LINE, "--profile", "missing"), "none", 253),
        ((*LINE, "out"), raw(error(400, "ValidationError", "no")), 254),
        ((*LINE, "out"), raw(HALF + b"x", drop), 255),
        ((*LINE, "--query", "foo(@)", "out"), "none", 252),
        ((*LINE, "--query", "abs(ContentType)", "out"), None, 255),
    ],
)
def test_every_outcome_has_its_exit_status(
    process: Callable[..., Result], endpoint: Endpoint, argv: Any, scripted: Any, code: int
) -> None:
    if callable(scripted):
        endpoint.respond_with(scripted)
    ran = process(*argv)
    assert ran.code == code
    assert (ran.err == "") == (ran.code == 0)
    assert "Traceback" not in ran.err
    if scripted == "none":
        assert endpoint.requests == []
        assert ran.out == b""


def test_an_unreachable_service_exits_with_255(process: Callable[..., Result]) -> None:
    with reserved_port() as port:
        url = f"http://127.0.0.1:{port}"
        env = {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": url, "AWS_MAX_ATTEMPTS": "1"}
        ran = process(*LINE, "out", env=env)
    assert ran.code == 255
    assert "Could not connect to the endpoint URL" in ran.err


@pytest.mark.parametrize(
    "argv",
    [("--version",), (*LINE, "--version"), ("--version", *LINE), ("invoke-endpoint", "--version")],
)
def test_the_version_option_works_anywhere(process: Callable[..., Result], argv: Any) -> None:
    ran = process(*argv)
    assert ran.code == 0
    assert ran.out.startswith(b"smrt/")
    assert ran.out.count(b"\n") == 1


@pytest.mark.parametrize(
    "argv",
    [
        ("invoke-endpoint", "--endpoint-name", b"\xff", "--body", "aGk=", "out"),
        ("invoke-endpoint", "--endpoint-name", "e", "--body", b"\xff", "out"),
        (*LINE, "--accept", b"a\xff", "out"),
        (*LINE, b"--nonsense\xff", "out"),
    ],
)
def test_arguments_that_are_not_utf_8_are_usage_errors(
    start: Start, endpoint: Endpoint, argv: Any
) -> None:
    ran = ended(start(*argv))
    assert ran.code == 252
    assert ran.err.count("[ERROR]") == 1
    assert endpoint.requests == []


def test_a_file_name_can_be_other_than_utf_8(start: Start, tmp_path: Path) -> None:
    assert ended(start(*LINE, b"out\xff")).code == 0
    assert os.listdir(os.fsencode(tmp_path)) == [b"out\xff"]


def test_one_dash_is_stdin_and_the_other_stdout(process: Callable[..., Result]) -> None:
    ran = process("invoke-endpoint", "--endpoint-name", "e", "--body", "-", "-", stdin=b"hi")
    assert (ran.code, ran.out, ran.err) == (0, BODY, "")


def waiting(sock: socket.socket, received: Received) -> None:
    sock.recv(1)


def partial_files(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if name.endswith(".smrt")]


@pytest.mark.parametrize(("number", "status"), [("SIGINT", 130), ("SIGTERM", -15), ("SIGHUP", -1)])
@pytest.mark.parametrize("stage", ["waiting", "reading"])
def test_a_signal_leaves_no_partial_file(
    start: Start, endpoint: Endpoint, tmp_path: Path, stage: str, number: str, status: int
) -> None:
    out = tmp_path / "out"
    out.write_bytes(b"old")
    partial = HALF + b"x" * 1_000_000 if stage == "reading" else b""
    endpoint.respond_with(raw(partial, waiting))
    process = start(*LINE, "out")
    until(lambda: partial_files(tmp_path) if partial else endpoint.requests)
    process.send_signal(getattr(signal, number))
    ran = ended(process)
    assert ran == (status, b"", "")
    assert os.listdir(tmp_path) == ["out"]
    assert out.read_bytes() == b"old"


def test_a_second_signal_does_not_interrupt_the_cleanup(
    start: Start, endpoint: Endpoint, tmp_path: Path
) -> None:
    endpoint.respond_with(raw(HALF + b"x" * 1_000_000, waiting))
    process = start(*LINE, "out")
    until(lambda: partial_files(tmp_path))
    for _ in range(20):
        process.send_signal(signal.SIGTERM)
    assert ended(process).code == -15
    assert os.listdir(tmp_path) == []


def test_an_ignored_hangup_stays_ignored(start: Start, endpoint: Endpoint, tmp_path: Path) -> None:
    go = threading.Event()

    def scripted(sock: socket.socket, received: Received) -> None:
        go.wait(LIMIT)
        sock.sendall(response())

    endpoint.respond_with(scripted)
    process = start(*LINE, "out", before=("nohup",))
    until(lambda: endpoint.requests)
    process.send_signal(signal.SIGHUP)
    go.set()
    assert ended(process).code == 0
    assert (tmp_path / "out").read_bytes() == BODY


def test_ctrl_c_between_attempts_exits_immediately(start: Start, endpoint: Endpoint) -> None:
    endpoint.script.extend([drop] * 50)  # they take minutes, whatever the random pauses
    process = start(*LINE, "out", env={"AWS_MAX_ATTEMPTS": "50"})
    until(lambda: endpoint.requests)
    process.send_signal(signal.SIGINT)
    assert ended(process).code == 130
    endpoint.script.clear()


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("outfile", ["-", "out"])
def test_a_broken_pipe_exits_without_a_message(
    start: Start, endpoint: Endpoint, tmp_path: Path, outfile: str, big: Any
) -> None:
    """The program that reads stdout closes it before the first write, or after some bytes."""
    size = 2_000_000 if big else 10
    attributes = "x" * (100_000 if big else 10)
    headers = [("X-Amzn-SageMaker-Custom-Attributes", attributes)]
    endpoint.respond(body=b"y" * size, headers=headers)
    source, sink = os.pipe()
    process = start(*LINE, outfile, stdout=sink)
    os.close(sink)
    if big:
        assert os.read(source, 5)
    os.close(source)
    assert ended(process) == (141, b"", "")
    if outfile == "out":
        assert (tmp_path / "out").stat().st_size == size


@pytest.mark.parametrize("scripted", [drop, reset])
def test_a_connection_that_breaks_during_the_request_is_no_broken_pipe(
    start: Start, endpoint: Endpoint, tmp_path: Path, scripted: Any
) -> None:
    endpoint.read_body = False
    endpoint.respond_with(scripted)
    (tmp_path / "in").write_bytes(b"x" * 8_000_000)
    line = ("invoke-endpoint", "--endpoint-name", "e", "--body", "fileb://in", "out")
    ran = ended(start(*line, env={"AWS_MAX_ATTEMPTS": "1"}))
    assert ran.code == 255
    assert "Connection was closed before we received a valid response" in ran.err


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("scripted", "code"), [(None, 0), (error(400, "X", "no"), 254)])
def test_a_closed_stream_changes_nothing_else(
    start: Start, endpoint: Endpoint, tmp_path: Path, closed: str, scripted: Any, code: int
) -> None:
    if scripted:
        endpoint.respond_with(raw(scripted))
    ran = ended(start(*LINE, "out", before=("sh", "-c", f'"$@" {closed}', "sh")))
    assert ran.code == code
    assert (ran.out == b"") == (">&-" in closed.split() or code != 0)
    assert (ran.err == "") == ("2>&-" in closed or code == 0)
    assert os.listdir(tmp_path) == ([] if scripted else ["out"])
    if not scripted:
        assert (tmp_path / "out").read_bytes() == BODY


def test_closed_streams_provide_no_input_and_receive_no_output(
    start: Start, endpoint: Endpoint, tmp_path: Path
) -> None:
    line = ("invoke-endpoint", "--endpoint-name", "e", "--body", "-", "-")
    ran = ended(start(*line, before=("sh", "-c", '"$@" <&- >&-', "sh")))
    assert ran == (0, b"", "")
    assert endpoint.requests[0].body == b""
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
@pytest.mark.parametrize("argv", [(*LINE, "-"), (*LINE, "out"), (*LINE, "/dev/full"), ("--help",)])
def test_a_full_disk_is_a_one_line_error_with_the_metadata(start: Start, argv: Any) -> None:
    with open("/dev/full", "wb") as full:
        ran = ended(start(*argv, stdout=full))
    assert ran.code == 255
    line, _, metadata = ran.err.partition("\n\nAdditional error details:\n")
    assert "\n" not in line.rstrip("\n")
    assert ("InvokedProductionVariant: AllTraffic\n" in metadata) is (argv != ("--help",))
    assert "No space left on device" in ran.err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_a_full_standard_error_keeps_the_exit_status(start: Start) -> None:
    with open("/dev/full", "wb") as full:
        ran = ended(start(*LINE, "--nonsense", stderr=full))
    assert ran.code == 252


@pytest.fixture
def bulk() -> Iterator[tuple[str, list[int]]]:
    """A server that counts the bytes of requests, and responds to an empty one with 100 MB."""
    listener = socket.create_server(("127.0.0.1", 0))
    counts: list[int] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                sock, _ = listener.accept()
                with sock, sock.makefile("rb") as file:
                    counts.append(talk(sock, file))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", counts
    stop_accepting(listener, thread)


def talk(sock: socket.socket, file: Any) -> int:
    length = count = 0
    while (line := file.readline()) != b"\r\n":
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while count < length:
        count += len(file.read(min(1 << 18, length - count)))
    blocks = 100 if count < 100 else 0
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (blocks << 20))
    for _ in range(blocks):
        sock.sendall(b"z" * (1 << 20))
    return count


WRAPPER = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    ("body", "outfile", "up"),
    [("-", "out", 100), ("fileb://in", "out", 100), ("aGk=", "out", 0), ("aGk=", "-", 0)],
    ids=["up from stdin", "up from a file", "down to a file", "down to stdout"],
)
def test_100_mb_need_at_most_40_mb_of_memory(
    bulk: tuple[str, list[int]],
    environ: dict[str, str],
    tmp_path: Path,
    body: str,
    outfile: str,
    up: int,
) -> None:
    url, counts = bulk
    source = tmp_path / "in"
    with source.open("wb") as file:
        file.truncate(up << 20)
    line = ("invoke-endpoint", "--endpoint-name", "e", "--body", body, outfile)
    with source.open("rb") as stdin, (tmp_path / "stdout").open("wb") as stdout:
        ran = subprocess.run(
            [sys.executable, "-c", WRAPPER, sys.executable, "-m", "smrt", *line],
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env={**without_coverage(environ), "AWS_ENDPOINT_URL": url},
            check=False,
            timeout=60,
        )
    assert ran.returncode == 0, ran.stderr
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(ran.stderr) * unit <= 40 << 20
    assert counts == [up << 20 or 2]
    if not up:
        saved = tmp_path / ("stdout" if outfile == "-" else outfile)
        assert saved.stat().st_size == 100 << 20


INTERRUPTING = """
import atexit, os, signal, sys

moment = int(os.environ["MOMENT"])
counted = 0

def hook(event, args):
    global counted
    if counted or (event == "exec" and args[0].co_filename.endswith("smrt/__init__.py")):
        counted += 1
        if counted == moment:
            os.kill(os.getpid(), signal.SIGINT)

def report():
    with open("counted", "w") as file:
        file.write(str(counted))

atexit.register(report)
sys.addaudithook(hook)
"""
"""Interrupts the process at the given one of Python's audit events, counted from smrt's first."""


def test_ctrl_c_at_any_moment_ends_without_a_traceback(
    start: Start, endpoint: Endpoint, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTING)

    def run(moment: int) -> Result:
        return ended(start(*LINE, "out", env={"PYTHONPATH": str(tmp_path), "MOMENT": str(moment)}))

    assert run(0).code == 0
    events = int((tmp_path / "counted").read_text())
    for moment in range(2, events, events // 12):  # at the first, the module has not begun
        ran = run(moment)
        assert ran.code in (130, -signal.SIGINT)  # 130 in a shell, both of them
        assert ran.err == ""


@pytest.mark.parametrize("term", ["xterm-256color", "dumb", ""])
@pytest.mark.parametrize(
    "argv",
    [
        ("--help",),
        ("help",),
        ("invoke-endpoint", "help"),
        (*LINE, "out", "--output", "table"),
        (*LINE, "out", "--output", "yaml", "--color", "auto"),
        (*LINE, "--cli-error-format", "table", "--query", "["),
        ("invoke-endpoint", "--cli-auto-prompt"),
    ],
)
def test_without_a_terminal_there_is_no_control_byte_and_no_pager(
    process: Callable[..., Result], argv: tuple[str, ...], term: str
) -> None:
    force = {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "PY_COLORS": "1"}
    ran = process(*argv, env={"TERM": term, "AWS_PAGER": "false", "PAGER": "false", **force})
    printed = ran.out + ran.err.encode()
    assert printed
    assert {byte for byte in printed if byte < ord(" ")} <= set(b"\n\t")


EXIT = """
import atexit, os, sys
from smrt.__main__ import run_process

def exit_at_once(status, real=os._exit):
    os.write(1, b" at once")
    real(status)

os._exit = exit_at_once
if {registered}:
    atexit.register(print, " registered")
print("buffered", end="")
sys.argv[1:] = ["--no-such-option"]
run_process()
"""


@pytest.mark.parametrize(
    ("registered", "expected"), [(False, "buffered at once"), (True, "buffered registered\n")]
)
def test_a_process_ends_at_once_unless_anything_is_registered_to_run_at_its_end(
    expected: str, environ: dict[str, str], *, registered: bool
) -> None:
    code = EXIT.format(registered=registered)
    argv = [sys.executable, "-c", code]
    done = subprocess.run(
        argv, env=without_coverage(environ), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (252, expected)


def test_click_finds_the_module_whose_import_was_deferred(environ: dict[str, str]) -> None:
    code = (
        "import smrt.cli, sys, click; before = 'inspect' in sys.modules; "
        "import inspect; print(before, click.core.inspect.cleandoc is inspect.cleandoc)"
    )
    argv = [sys.executable, "-c", code]
    done = subprocess.run(
        argv, env=without_coverage(environ), capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]
