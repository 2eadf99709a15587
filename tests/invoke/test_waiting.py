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
from smrt.output.console import Console
from tests.conftest import Result, Smrt, Terminal, without_coverage
from tests.support.project import ROOT
from tests.support.scripted_endpoint import Endpoint, Received, response
from tests.support.storage_server import Places, bucket

RUNTIME = "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"
SEND = ("invoke-endpoint-async", "--endpoint-name", "iris", "--body", "e30=")


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    with bucket() as made:
        yield made


@pytest.fixture
def places() -> Places:
    return Places()


@pytest.fixture
def env(s3: Any) -> dict[str, str]:
    return {"AWS_ENDPOINT_URL_S3": s3.url}


def put(s3: Any, key: str, content: bytes, content_type: str = "text/csv") -> None:
    s3.put_object(Key=key, Body=content, ContentType=content_type)


def resume(err: str) -> list[str]:
    """The words of the line that goes on with the wait, after `smrt`."""
    (line,) = (line for line in err.splitlines() if "to resume waiting" in line)
    name, *words = shlex.split(line.partition("waiting: ")[2])
    assert name == "smrt"
    return words


def test_the_answer_goes_to_stdout_alone(
    smrt: Smrt, s3: Any, places: Places, env: dict[str, str]
) -> None:
    put(s3, places.output_key, b"setosa\n")
    assert smrt("wait", "--output-location", places.output, env=env) == Result(0, b"setosa\n", "")


def test_with_an_outfile_the_metadata_is_printed(
    smrt: Smrt, s3: Any, places: Places, env: dict[str, str]
) -> None:
    put(s3, places.output_key, b"\x00\xff", "image/png")
    done = smrt("wait", "--output-location", places.output, "answer.png", env=env)
    assert Path("answer.png").read_bytes() == b"\x00\xff"
    told = json.loads(done.out)
    assert told.pop("ElapsedSeconds") > 0
    assert told == {"OutputLocation": places.output, "ContentType": "image/png"}
    assert (done.code, done.err) == (0, "")


def test_the_metadata_can_be_selected(
    smrt: Smrt, s3: Any, places: Places, env: dict[str, str]
) -> None:
    put(s3, places.output_key, b"1")
    line = ("wait", "--output-location", places.output, "out")
    assert smrt(*line, "--select", "ContentType", env=env).out == b"text/csv\n"
    assert smrt(*line, "--query", "ContentType", "--output", "text", env=env).out == b"text/csv\n"
    assert smrt(*line, "--select", "Nope", env=env).code == 252


def test_a_call_waits_and_brings_its_answer(
    smrt: Smrt, endpoint: Endpoint, s3: Any, places: Places, env: dict[str, str]
) -> None:
    later = Timer(0.3, put, (s3, places.output_key, b"late"))
    places.accept(endpoint)
    accept = endpoint.script.pop()

    def accept_and_answer_later(sock: socket.socket, received: Received) -> None:
        later.start()
        accept(sock, received)

    endpoint.respond_with(accept_and_answer_later)
    done = smrt(*SEND, "--wait", "--metadata", "told.json", env=env)
    later.join()
    assert done == Result(0, b"late", "")
    told = json.loads(Path("told.json").read_bytes())
    assert told.pop("ElapsedSeconds") > 0
    assert told == {**places.reply, "ContentType": "text/csv"}
    assert list(told)[:3] == ["OutputLocation", "FailureLocation", "InferenceId"]


def test_a_failure_is_told_in_its_own_words(
    smrt: Smrt, endpoint: Endpoint, s3: Any, places: Places, env: dict[str, str]
) -> None:
    places.accept(endpoint)
    put(s3, places.failure_key, b"Received server error (500) from model\n")
    done = smrt(*SEND, "--wait", "out", env=env)
    assert (done.code, done.out) == (254, b"")
    assert done.err == (
        "smrt: [ERROR]: An error occurred (AsyncInvocationFailed) when calling the "
        "InvokeEndpointAsync operation: Received server error (500) from model\n"
        f"\nAdditional error details:\nFailureLocation: {places.failure}\n"
        f"OutputLocation: {places.output}\nInferenceId: {places.reply['InferenceId']}\n"
    )
    assert not Path("out").exists()


def test_when_time_is_up_the_line_that_is_told_goes_on(
    smrt: Smrt, endpoint: Endpoint, s3: Any, places: Places, env: dict[str, str]
) -> None:
    places.accept(endpoint)
    done = smrt(*SEND, "--wait", "--wait-timeout", "0.1", "out file", env=env)
    assert (done.code, done.out) == (255, b"")
    first = (
        f"An error occurred (WaitTimeout): no result within 0.1 s: {places.output} does not exist"
    )
    assert done.err.splitlines()[0] == f"smrt: [ERROR]: {first}"
    put(s3, places.output_key, b"late")
    assert smrt(*resume(done.err), env=env).code == 0
    assert Path("out file").read_bytes() == b"late"


def test_programs_read_the_line_too(smrt: Smrt, places: Places, env: dict[str, str]) -> None:
    line = ("wait", f"--output-location={places.output}", "--wait-timeout=0")
    done = smrt(*line, "--cli-error-format=json", env=env)
    told = json.loads(done.err)
    assert told["Code"] == "WaitTimeout"
    assert told["Resume"] == " ".join(("smrt", *line, "--cli-error-format=json"))


def test_the_line_has_what_was_given(
    smrt: Smrt, endpoint: Endpoint, places: Places, env: dict[str, str]
) -> None:
    places.accept(endpoint)
    options = ("--region", "eu-west-3", "--query", "[a, b]", "--output", "text", "--metadata", "-")
    done = smrt(*SEND, "--wait", "--wait-timeout", "0", "--no-verify-ssl", *options, "-", env=env)
    assert resume(done.err) == [
        "wait",
        f"--output-location={places.output}",
        f"--failure-location={places.failure}",
        "--wait-timeout=0",
        "--metadata=-",
        "--output=text",
        "--query=[a, b]",
        "--region=eu-west-3",
        "--no-verify-ssl",
        "-",
    ]


def test_the_runtimes_address_is_not_in_the_line(
    smrt: Smrt, endpoint: Endpoint, places: Places, env: dict[str, str]
) -> None:
    places.accept(endpoint)
    done = smrt(*SEND, "--wait", "--wait-timeout=0", "--endpoint-url", endpoint.url, env=env)
    assert "--endpoint-url" not in done.err
    done = smrt(
        "wait", "--output-location", places.output, "--wait-timeout=0", "--endpoint-url",
        env["AWS_ENDPOINT_URL_S3"], "--", "--out"
    )  # fmt: skip
    assert done.code == 255
    assert resume(done.err)[-3:] == [f"--endpoint-url={env['AWS_ENDPOINT_URL_S3']}", "--", "--out"]


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)]
)
def test_a_wait_that_is_cut_loses_nothing(
    number: signal.Signals,
    status: int,
    endpoint: Endpoint,
    environ: Mapping[str, str],
    s3: Any,
    places: Places,
) -> None:
    places.accept(endpoint)
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
            while len(endpoint.requests) < 3:
                assert started.poll() is None
            started.send_signal(number)
            out, err = started.communicate(timeout=20)
        finally:
            started.kill()
    endpoint.script.clear()
    assert (started.returncode, out) == (status, "")
    assert err.startswith("smrt: to resume waiting: smrt wait ")
    assert len(err.splitlines()) == 1
    put(s3, places.output_key, b"late")
    again = subprocess.run(
        [sys.executable, "-m", "smrt", *resume(err)],
        env={**environ, "AWS_ENDPOINT_URL_S3": s3.url},
        check=True,
        capture_output=True,
        timeout=20,
    )
    assert again.stdout.startswith(b'late{\n    "OutputLocation"')


def test_ctrl_c_says_how_to_go_on(smrt: Smrt, endpoint: Endpoint, places: Places) -> None:
    def interrupting(sock: socket.socket, received: Received) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        missing(sock, received)

    endpoint.respond_with(interrupting)
    line = ("wait", f"--output-location={places.output}", f"--failure-location={places.failure}")
    done = smrt(*line, env={"AWS_ENDPOINT_URL_S3": endpoint.url})
    assert (done.code, done.out) == (130, b"")
    assert resume(done.err) == list(line)


def missing(sock: socket.socket, _: Received) -> None:
    sock.sendall(response(404, b"<Error><Code>NoSuchKey</Code></Error>"))


def test_a_broken_transfer_leaves_the_old_outfile_and_the_line(
    smrt: Smrt, endpoint: Endpoint, places: Places
) -> None:
    whole = response(200, b"0123456789")

    def breaking_off(sock: socket.socket, _: Received) -> None:
        sock.sendall(whole[:-5])
        sock.shutdown(socket.SHUT_WR)

    endpoint.respond_with(breaking_off)
    Path("out").write_bytes(b"old")
    done = smrt(
        "wait", "--output-location", places.output, "out", env={"AWS_ENDPOINT_URL_S3": endpoint.url}
    )
    assert (done.code, done.out) == (255, b"")
    assert Path("out").read_bytes() == b"old"
    assert resume(done.err) == ["wait", f"--output-location={places.output}", "out"]


def test_the_json_that_the_call_printed_is_enough(
    smrt: Smrt, endpoint: Endpoint, s3: Any, places: Places, env: dict[str, str]
) -> None:
    places.accept(endpoint)
    printed = smrt(*SEND).out
    put(s3, places.output_key, b"1")
    done = smrt("wait", "--from", "-", "out", stdin=printed, env=env)
    assert list(json.loads(done.out)) == [*places.reply, "ContentType", "ElapsedSeconds"]
    Path("reply.json").write_bytes(printed)
    assert smrt("wait", "--from", "reply.json", env=env).out == b"1"


FAULTS = [
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


@pytest.mark.parametrize(("options", "told"), FAULTS)
def test_faults_are_found_before_anything_is_sent(
    smrt: Smrt, options: tuple[str, ...], told: str
) -> None:
    done = smrt("wait", *options, env={"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"})
    assert (done.code, done.out) == (252, b"")
    assert told in done.err


@pytest.mark.parametrize("text", [b"[]", b"{}", b'"s3://a/b"', b'{"OutputLocation": null}'])
def test_other_json_is_refused(smrt: Smrt, text: bytes) -> None:
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


@pytest.mark.parametrize(("options", "told"), BEFORE_SENDING)
def test_what_is_wrong_with_the_wait_is_found_before_the_call(
    smrt: Smrt, endpoint: Endpoint, options: tuple[str, ...], told: str
) -> None:
    done = smrt(*SEND, *options)
    assert (done.code, endpoint.requests) == (252, [])
    assert told in done.err


def test_a_bad_address_of_s3_is_found_before_the_call(smrt: Smrt, endpoint: Endpoint) -> None:
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


def test_a_terminal_sees_that_something_happens(
    s3: Any, places: Places, environ: dict[str, str], endpoint: Endpoint
) -> None:
    err, out = Terminal(), io.BytesIO()
    endpoint.respond(403, b"<Error><Code>AccessDenied</Code></Error>")
    endpoint.respond(403, b"<Error><Code>AccessDenied</Code></Error>")
    endpoint.respond(200, b"answer")
    code = main(
        ["wait", "--output-location", places.output],
        console=Console(io.BytesIO(), out, err),
        environ={**environ, "AWS_ENDPOINT_URL_S3": endpoint.url},
    )
    shown = err.getvalue().decode()
    assert (code, out.getvalue()) == (0, b"answer")
    assert f"waiting for {places.output}" in " ".join(shown.split())
    assert f"smrt: S3 returned 403 for {places.output}" in " ".join(shown.split())
    assert shown.rstrip().endswith("\x1b[2K")


def test_a_reader_that_goes_away_is_told_nothing(
    smrt: Smrt, s3: Any, places: Places, env: dict[str, str], environ: dict[str, str]
) -> None:
    class Closed(io.BytesIO):
        def write(self, _: Any) -> int:
            raise BrokenPipeError

    put(s3, places.output_key, b"1")
    err = io.BytesIO()
    code = main(
        ["wait", "--output-location", places.output],
        console=Console(io.BytesIO(), Closed(), err),
        environ={**environ, **env},
    )
    assert (code, err.getvalue()) == (141, b"")


def test_a_binary_answer_is_kept_beside_a_terminal_under_a_harmless_name(
    smrt: Smrt, s3: Any, places: Places, env: dict[str, str]
) -> None:
    put(s3, places.output_key, b"\x00\x01")
    reply = json.dumps({"OutputLocation": places.output, "InferenceId": "../../a b"}).encode()
    done = smrt("wait", "--from", "-", stdin=reply, env=env, terminal=True)
    assert (done.code, done.out) == (0, b"")
    assert Path("smrt-ab.bin").read_bytes() == b"\x00\x01"


def test_debug_says_where_s3_is(smrt: Smrt, s3: Any, places: Places, env: dict[str, str]) -> None:
    put(s3, places.output_key, b"1")
    done = smrt("wait", "--output-location", places.output, "--debug", env=env)
    assert done.out == b"1"
    assert done.err.endswith(f" S3 endpoint URL {s3.url} (us-east-1)\n")


PROBE = """
import sys
from smrt.cli.main import main
code = main(sys.argv[1:])
heavy = {"botocore", "rich", "smrt.s3", "smrt.invoke.waiting", "smrt.invoke.s3_upload"}
print(int(code), sorted(heavy & set(sys.modules)), file=sys.stderr)
"""


def test_a_plain_call_loads_nothing_of_it(
    endpoint: Endpoint, environ: dict[str, str], places: Places
) -> None:
    places.accept(endpoint)
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *SEND],
        env={**environ, RUNTIME: endpoint.url},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "0 []\n"
    assert json.loads(done.stdout) == places.reply
