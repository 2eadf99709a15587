import io
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from smrt.cli.main import main
from smrt.config import configuration
from smrt.errors import SmrtError
from smrt.invoke.emulators import emulator_hint
from smrt.invoke.invocation import Call
from smrt.output.console import Console
from smrt.protocol.messages import Settings
from smrt.protocol.operations import INVOKE_ENDPOINT_ASYNC
from smrt.s3.async_results import FAILED
from tests.conftest import Result, Smrt, Terminal, without_coverage
from tests.support.polling import LIMIT, until
from tests.support.project import ROOT
from tests.support.scripted_endpoint import Endpoint, Received, response
from tests.support.storage_server import QueuedCall, bucket, cut_short, unparsable

RUNTIME = "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"
SEND = ("invoke-endpoint-async", "--endpoint-name", "iris", "--body", "e30=")


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    with bucket() as made:
        yield made


@pytest.fixture
def queued() -> QueuedCall:
    return QueuedCall()


@pytest.fixture
def env(s3: Any) -> dict[str, str]:
    return {"AWS_ENDPOINT_URL_S3": s3.url}


def put(s3: Any, key: str, content: bytes, content_type: str = "text/csv") -> None:
    s3.put_object(Key=key, Body=content, ContentType=content_type)


def resume(err: str) -> list[str]:
    """The arguments of the printed command that resumes waiting, without `smrt`."""
    (line,) = (line for line in err.splitlines() if "to resume waiting" in line)
    name, *arguments = shlex.split(line.partition("waiting: ")[2])
    assert name == "smrt"
    return arguments


def test_only_the_result_is_printed_to_standard_output(
    smrt: Smrt, s3: Any, queued: QueuedCall, env: dict[str, str]
) -> None:
    put(s3, queued.output_key, b"setosa\n")
    assert smrt("wait", "--output-location", queued.output, env=env) == Result(0, b"setosa\n", "")


def test_with_an_outfile_the_metadata_is_printed(
    smrt: Smrt, s3: Any, queued: QueuedCall, env: dict[str, str]
) -> None:
    put(s3, queued.output_key, b"\x00\xff", "image/png")
    done = smrt("wait", "--output-location", queued.output, "answer.png", env=env)
    assert Path("answer.png").read_bytes() == b"\x00\xff"
    metadata = json.loads(done.out)
    assert metadata.pop("ElapsedSeconds") > 0
    assert metadata == {"OutputLocation": queued.output, "ContentType": "image/png"}
    assert (done.code, done.err) == (0, "")


def test_the_metadata_can_be_selected(
    smrt: Smrt, s3: Any, queued: QueuedCall, env: dict[str, str]
) -> None:
    put(s3, queued.output_key, b"1")
    line = ("wait", "--output-location", queued.output, "out")
    assert smrt(*line, "--select", "ContentType", env=env).out == b"text/csv\n"
    assert smrt(*line, "--query", "ContentType", "--output", "text", env=env).out == b"text/csv\n"
    assert smrt(*line, "--select", "Nope", env=env).code == 252


def test_a_call_waits_for_its_result_and_prints_it(
    smrt: Smrt, endpoint: Endpoint, s3: Any, queued: QueuedCall, env: dict[str, str]
) -> None:
    later = Timer(0.3, put, (s3, queued.output_key, b"late"))
    queued.accept(endpoint)
    accept = endpoint.script.pop()

    def accept_and_answer_later(sock: socket.socket, received: Received) -> None:
        later.start()
        accept(sock, received)

    endpoint.respond_with(accept_and_answer_later)
    done = smrt(*SEND, "--wait", "--metadata", "metadata.json", env=env)
    later.join()
    assert done == Result(0, b"late", "")
    metadata = json.loads(Path("metadata.json").read_bytes())
    assert metadata.pop("ElapsedSeconds") > 0
    assert metadata == {**queued.response, "ContentType": "text/csv"}
    assert list(metadata)[:3] == ["OutputLocation", "FailureLocation", "InferenceId"]


def test_a_failure_is_printed_with_the_models_message(
    smrt: Smrt, endpoint: Endpoint, s3: Any, queued: QueuedCall, env: dict[str, str]
) -> None:
    queued.accept(endpoint)
    put(s3, queued.failure_key, b"Received server error (500) from model\n")
    done = smrt(*SEND, "--wait", "out", env=env)
    assert (done.code, done.out) == (254, b"")
    assert done.err == (
        "smrt: [ERROR]: An error occurred (AsyncInvocationFailed) when calling the "
        "InvokeEndpointAsync operation: Received server error (500) from model\n"
        f"\nAdditional error details:\nFailureLocation: {queued.failure}\n"
        f"OutputLocation: {queued.output}\nInferenceId: {queued.response['InferenceId']}\n"
    )
    assert not Path("out").exists()


def test_the_command_printed_on_timeout_resumes_waiting(
    smrt: Smrt, endpoint: Endpoint, s3: Any, queued: QueuedCall, env: dict[str, str]
) -> None:
    queued.accept(endpoint)
    done = smrt(*SEND, "--wait", "--wait-timeout", "0.1", "out file", env=env)
    assert (done.code, done.out) == (255, b"")
    first = (
        f"An error occurred (WaitTimeout): no result within 0.1 s: {queued.output} does not exist"
    )
    assert done.err.splitlines()[0] == f"smrt: [ERROR]: {first}"
    put(s3, queued.output_key, b"late")
    assert smrt(*resume(done.err), env=env).code == 0
    assert Path("out file").read_bytes() == b"late"


def test_errors_for_programs_contain_the_command_that_resumes_waiting(
    smrt: Smrt, queued: QueuedCall, env: dict[str, str]
) -> None:
    line = ("wait", f"--output-location={queued.output}", "--wait-timeout=0")
    done = smrt(*line, "--cli-error-format=json", env=env)
    error = json.loads(done.err)
    assert error["Code"] == "WaitTimeout"
    assert error["Resume"] == " ".join(("smrt", *line, "--cli-error-format=json"))


def test_the_resuming_command_has_the_same_options(
    smrt: Smrt, endpoint: Endpoint, queued: QueuedCall, env: dict[str, str]
) -> None:
    queued.accept(endpoint)
    options = ("--region", "eu-west-3", "--query", "[a, b]", "--output", "text", "--metadata", "-")
    done = smrt(*SEND, "--wait", "--wait-timeout", "0", "--no-verify-ssl", *options, "-", env=env)
    assert resume(done.err) == [
        "wait",
        f"--output-location={queued.output}",
        f"--failure-location={queued.failure}",
        "--wait-timeout=0",
        "--metadata=-",
        "--output=text",
        "--query=[a, b]",
        "--region=eu-west-3",
        "--no-verify-ssl",
        "-",
    ]


@pytest.mark.parametrize("options", [("--wait",), ("--stage", "s3://no-such-bucket/inputs")])
def test_a_failure_of_s3_beside_an_emulator_of_the_runtime_names_the_variable_of_s3(
    options: tuple[str, ...], smrt: Smrt, endpoint: Endpoint, queued: QueuedCall
) -> None:
    if "--wait" in options:
        queued.accept(endpoint)
    unreachable = {"HTTPS_PROXY": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
    url = ("--endpoint-url", endpoint.url)
    done = smrt(*SEND, *url, *options, env={**unreachable, "no_proxy": "127.0.0.1"})
    assert done.code == 255
    hint = f"{endpoint.url} is the endpoint URL of the runtime only; for S3, set AWS_ENDPOINT_"
    assert hint in done.err


@pytest.mark.parametrize(
    ("url", "s3_url", "code", "is_hinted"),
    [
        ("http://localhost:4566", None, "WaitTimeout", True),
        ("http://localhost:4566", None, FAILED, False),
        ("http://localhost:4566", "http://localhost:4566", "WaitTimeout", False),
        ("https://vpce-1.runtime.sagemaker.us-east-1.vpce.amazonaws.com", None, "X", False),
        ("https://runtime.sagemaker.cn-north-1.amazonaws.com.cn", None, "X", False),
        (None, None, "X", False),
    ],
)
def test_only_an_emulator_without_its_s3_has_the_hint(
    url: str | None, s3_url: str | None, code: str, *, is_hinted: bool
) -> None:
    environ = {} if s3_url is None else {"AWS_ENDPOINT_URL_S3": s3_url}
    config = configuration.load({"HOME": "/nowhere", **environ})
    runtime = Settings(region="us-east-1", endpoint_url=url)
    call = Call(INVOKE_ENDPOINT_ASYNC, {}, config, runtime)
    with pytest.raises(SmrtError) as caught, emulator_hint(call):
        raise SmrtError("no", code=code)
    assert ("AWS_ENDPOINT_URL_S3" in "".join(caught.value.hints)) is is_hinted


def test_the_endpoint_url_of_the_runtime_is_not_in_the_resuming_command(
    smrt: Smrt, endpoint: Endpoint, queued: QueuedCall, env: dict[str, str]
) -> None:
    queued.accept(endpoint)
    done = smrt(*SEND, "--wait", "--wait-timeout=0", "--endpoint-url", endpoint.url, env=env)
    assert "--endpoint-url" not in done.err
    done = smrt(
        "wait", "--output-location", queued.output, "--wait-timeout=0", "--endpoint-url",
        env["AWS_ENDPOINT_URL_S3"], "--", "--out"
    )  # fmt: skip
    assert done.code == 255
    assert resume(done.err)[-3:] == [f"--endpoint-url={env['AWS_ENDPOINT_URL_S3']}", "--", "--out"]


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)]
)
def test_an_interrupted_wait_loses_nothing(
    number: signal.Signals,
    status: int,
    endpoint: Endpoint,
    environ: Mapping[str, str],
    s3: Any,
    queued: QueuedCall,
) -> None:
    queued.accept(endpoint)
    endpoint.script += [missing] * 10_000  # the endpoint is S3, too
    where = dict.fromkeys((RUNTIME, "AWS_ENDPOINT_URL_S3"), endpoint.url)
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-m", "smrt", *SEND, "--wait", "/dev/stdout"],
        env={**without_coverage(environ), **where},
        stdout=pipe,
        stderr=pipe,
        text=True,
    ) as started:
        try:
            until(lambda: len(endpoint.requests) >= 3 or started.poll() is not None)
            started.send_signal(number)
            out, err = started.communicate(timeout=LIMIT)
        finally:
            started.kill()
    endpoint.script.clear()
    assert (started.returncode, out) == (status, "")
    assert err.startswith("smrt: to resume waiting: smrt wait ")
    assert len(err.splitlines()) == 1
    put(s3, queued.output_key, b"late")
    again = subprocess.run(
        [sys.executable, "-m", "smrt", *resume(err)],
        env={**environ, "AWS_ENDPOINT_URL_S3": s3.url},
        check=True,
        capture_output=True,
        timeout=LIMIT,
    )
    assert again.stdout.startswith(b'late{\n    "OutputLocation"')


def test_ctrl_c_prints_the_command_that_resumes_waiting(
    smrt: Smrt, endpoint: Endpoint, queued: QueuedCall
) -> None:
    def interrupting(sock: socket.socket, received: Received) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        missing(sock, received)

    endpoint.respond_with(interrupting)
    line = ("wait", f"--output-location={queued.output}", f"--failure-location={queued.failure}")
    done = smrt(*line, env={"AWS_ENDPOINT_URL_S3": endpoint.url})
    assert (done.code, done.out) == (130, b"")
    assert resume(done.err) == list(line)


def missing(sock: socket.socket, _: Received) -> None:
    sock.sendall(response(404, b"<Error><Code>NoSuchKey</Code></Error>"))


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_wait_survives_a_response_that_is_cut(
    smrt: Smrt, endpoint: Endpoint, queued: QueuedCall, status: int
) -> None:
    endpoint.respond_with(cut_short(status))
    endpoint.respond(200, b"setosa", [("Content-Type", "text/csv")])
    done = smrt(
        "wait", "--output-location", queued.output, env={"AWS_ENDPOINT_URL_S3": endpoint.url}
    )
    assert (done.code, done.out) == (0, b"setosa")
    assert done.err.startswith("smrt: polling again: An error occurred while reading from response")


def test_a_poll_that_cannot_be_read_is_no_defect(
    smrt: Smrt, endpoint: Endpoint, queued: QueuedCall
) -> None:
    endpoint.respond_with(unparsable(200, "Last-Modified", "bad"))
    line = ("wait", f"--output-location={queued.output}", "--wait-timeout=0")
    done = smrt(*line, env={"AWS_ENDPOINT_URL_S3": endpoint.url})
    assert (done.code, done.out) == (255, b"")
    assert "(ResponseParserError): the response of S3 cannot be parsed: Invalid" in done.err
    assert "defect" not in done.err
    assert resume(done.err) == list(line)


def test_a_broken_transfer_leaves_the_old_outfile_and_prints_the_resuming_command(
    smrt: Smrt, endpoint: Endpoint, queued: QueuedCall
) -> None:
    whole = response(200, b"0123456789")

    def breaking_off(sock: socket.socket, _: Received) -> None:
        sock.sendall(whole[:-5])
        sock.shutdown(socket.SHUT_WR)

    endpoint.respond_with(breaking_off)
    Path("out").write_bytes(b"old")
    done = smrt(
        "wait", "--output-location", queued.output, "out", env={"AWS_ENDPOINT_URL_S3": endpoint.url}
    )
    assert (done.code, done.out) == (255, b"")
    assert Path("out").read_bytes() == b"old"
    assert resume(done.err) == ["wait", f"--output-location={queued.output}", "out"]


def test_the_locations_can_be_read_from_the_output_of_the_call(
    smrt: Smrt, endpoint: Endpoint, s3: Any, queued: QueuedCall, env: dict[str, str]
) -> None:
    queued.accept(endpoint)
    printed = smrt(*SEND).out
    put(s3, queued.output_key, b"1")
    done = smrt("wait", "--from", "-", "out", stdin=printed, env=env)
    assert list(json.loads(done.out)) == [*queued.response, "ContentType", "ElapsedSeconds"]
    Path("response.json").write_bytes(printed)
    assert smrt("wait", "--from", "response.json", env=env).out == b"1"


INVALID = [
    ((), "the following arguments are required: --output-location"),
    (("--failure-location", "s3://a/b"), "the following arguments are required: --output-location"),
    (
        ("--from", "-", "--output-location", "s3://a/b"),
        "--from cannot be used with --output-location",
    ),
    (("--from", "no such file"), "--from: cannot read no such file: No such file"),
    (("--from", "-"), "--from: not JSON: "),
    (("--output-location", "https://a/b"), "not the S3 URI of an object: 'https://a/b'"),
    (("--output-location", "s3://a/b", "--failure-location", "c"), "FailureLocation: not the"),
    (("--output-location", "s3://a/b", "--wait-timeout", "soon"), "received: soon"),
    (("--output-location", "s3://a/b", "--wait-timeout=-1"), "received: -1"),
    (("--output-location", "s3://a/b", "--wait-timeout", "inf"), "received: inf"),
    (("--output-location", "s3://a/b", "no/such/folder/out"), "No such file or directory"),
    (("--output-location", "s3://a/b", "--query", "("), "Bad value for --query"),
    (("--output-location", "s3://a/b", "one", "two"), "Unknown options: two"),
    (("--output-location", "s3://a/b", "--body", "x"), "Unknown options: --body"),
]


@pytest.mark.parametrize(("options", "message"), INVALID)
def test_invalid_options_of_a_wait_are_reported_before_any_request(
    smrt: Smrt, options: tuple[str, ...], message: str
) -> None:
    done = smrt("wait", *options, env={"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"})
    assert (done.code, done.out) == (252, b"")
    assert message in done.err


@pytest.mark.parametrize("text", [b"[]", b"{}", b'"s3://a/b"', b'{"OutputLocation": null}'])
def test_other_json_is_rejected(smrt: Smrt, text: bytes) -> None:
    done = smrt("wait", "--from", "-", stdin=text)
    assert done.code == 252
    assert "not a JSON object with an OutputLocation" in done.err


BEFORE_SENDING = [
    (("--wait-timeout", "5"), "--wait-timeout requires --wait"),
    (("--wait", "--wait-timeout", "x"), "--wait-timeout takes a number of seconds"),
    (("--wait", "."), "is a directory"),
    (("out",), "Unknown options: out"),
    (("--wait", "one", "two"), "Unknown options: two"),
]


@pytest.mark.parametrize(("options", "message"), BEFORE_SENDING)
def test_invalid_options_of_a_wait_are_reported_before_the_call(
    smrt: Smrt, endpoint: Endpoint, options: tuple[str, ...], message: str
) -> None:
    done = smrt(*SEND, *options)
    assert (done.code, endpoint.requests) == (252, [])
    assert message in done.err


def test_an_invalid_endpoint_url_of_s3_is_reported_before_the_call(
    smrt: Smrt, endpoint: Endpoint
) -> None:
    done = smrt(*SEND, "--wait", env={"AWS_ENDPOINT_URL_S3": "nowhere"})
    assert (done.code, endpoint.requests) == (253, [])


def test_a_dry_run_waits_for_nothing(smrt: Smrt, endpoint: Endpoint) -> None:
    done = smrt(*SEND, "--wait", "--dry-run")
    assert (done.code, endpoint.requests) == (0, [])
    assert done.out.startswith(b"POST ")


def test_a_sample_of_the_output_is_printed_without_a_call(smrt: Smrt, endpoint: Endpoint) -> None:
    done = smrt(*SEND, "--wait", "--generate-cli-skeleton", "output")
    assert (done.code, endpoint.requests) == (0, [])
    assert json.loads(done.out)["OutputLocation"] == "OutputLocation"


@pytest.mark.parametrize(
    ("timeout", "limit"), [("0", "once"), ("90", "up to 90 s"), ("9000", "up to 2 h 30 min")]
)
def test_a_wait_is_announced_on_a_terminal_before_the_call(
    timeout: str, limit: str, environ: dict[str, str], endpoint: Endpoint
) -> None:
    endpoint.respond(400, b"{}")
    err = Terminal()
    code = main(
        [*SEND, "--wait", "--wait-timeout", timeout],
        console=Console(io.BytesIO(), io.BytesIO(), err),
        environ={**environ, RUNTIME: endpoint.url, "AWS_ENDPOINT_URL_S3": endpoint.url},
    )
    shown = err.getvalue().decode()
    assert code == 254
    assert shown.startswith(
        f"smrt: invoking the endpoint, then waiting for the result in S3 ({limit}; Ctrl-C shows"
    )


def test_waiting_is_shown_on_a_terminal(
    s3: Any, queued: QueuedCall, environ: dict[str, str], endpoint: Endpoint
) -> None:
    err, out = Terminal(), io.BytesIO()
    endpoint.respond(403, b"<Error><Code>AccessDenied</Code></Error>")
    endpoint.respond(403, b"<Error><Code>AccessDenied</Code></Error>")
    endpoint.respond(200, b"answer")
    code = main(
        ["wait", "--output-location", queued.output],
        console=Console(io.BytesIO(), out, err),
        environ={**environ, "AWS_ENDPOINT_URL_S3": endpoint.url},
    )
    shown = err.getvalue().decode()
    assert (code, out.getvalue()) == (0, b"answer")
    assert shown.startswith("smrt: waiting for the result in S3 (up to 7 h 1 min; Ctrl-C shows")
    assert f"waiting for {queued.output}" in " ".join(shown.split())
    assert f"smrt: S3 returned 403 for {queued.output}" in " ".join(shown.split())
    assert shown.rstrip().endswith("\x1b[2K")


def test_a_broken_pipe_is_not_reported(
    smrt: Smrt, s3: Any, queued: QueuedCall, env: dict[str, str], environ: dict[str, str]
) -> None:
    class Closed(io.BytesIO):
        def write(self, _: Any) -> int:
            raise BrokenPipeError

    put(s3, queued.output_key, b"1")
    err = io.BytesIO()
    code = main(
        ["wait", "--output-location", queued.output],
        console=Console(io.BytesIO(), Closed(), err),
        environ={**environ, **env},
    )
    assert (code, err.getvalue()) == (141, b"")


def test_on_a_terminal_a_binary_result_is_saved_under_a_safe_name(
    smrt: Smrt, s3: Any, queued: QueuedCall, env: dict[str, str]
) -> None:
    put(s3, queued.output_key, b"\x00\x01")
    response = json.dumps({"OutputLocation": queued.output, "InferenceId": "../../a b"}).encode()
    done = smrt("wait", "--from", "-", stdin=response, env=env, terminal=True)
    assert (done.code, done.out) == (0, b"")
    assert Path("smrt-ab.bin").read_bytes() == b"\x00\x01"


def test_debug_logs_the_endpoint_url_of_s3(
    smrt: Smrt, s3: Any, queued: QueuedCall, env: dict[str, str]
) -> None:
    put(s3, queued.output_key, b"1")
    done = smrt("wait", "--output-location", queued.output, "--debug", env=env)
    assert done.out == b"1"
    assert done.err.endswith(f" S3 endpoint URL {s3.url} (us-east-1)\n")


PROBE = """
import sys
from smrt.cli.main import main
code = main(sys.argv[1:])
heavy = {"botocore", "rich", "smrt.s3", "smrt.invoke.waiting", "smrt.invoke.s3_upload"}
print(int(code), sorted(heavy & set(sys.modules)), file=sys.stderr)
"""


def test_a_plain_call_imports_nothing_for_waiting(
    endpoint: Endpoint, environ: dict[str, str], queued: QueuedCall
) -> None:
    queued.accept(endpoint)
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *SEND],
        env={**environ, RUNTIME: endpoint.url},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "0 []\n"
    assert json.loads(done.stdout) == queued.response
