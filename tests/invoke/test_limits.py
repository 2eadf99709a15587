"""Whatever smrt reads, its memory is limited."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from smrt.cli.help.reference import OWN_LIMITS
from smrt.client import caller
from smrt.errors import SmrtError
from smrt.invoke import paramfile
from smrt.output import failures, framing
from smrt.protocol import json_document
from tests.conftest import Smrt, without_coverage
from tests.support.memory import LIMIT, Measured, measured
from tests.support.scripted_endpoint import Endpoint, Received, Responder, response
from tests.support.streams import part

INVOKE = ("invoke-endpoint", "--endpoint-name", "e", "--body", "")
STREAM = ("invoke-endpoint-with-response-stream", "--endpoint-name", "e", "--body", "")
QUEUE = ("invoke-endpoint-async", "--endpoint-name", "e", "--input-location", "s3://b/k")
OUTPUT = "s3://bucket/output/1.out"
Run = Callable[..., Measured]


@pytest.fixture
def run(endpoint: Endpoint, environ: dict[str, str]) -> Run:
    """Run a command line against `endpoint` in a process whose memory is measured."""
    where = {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": endpoint.url, "AWS_MAX_ATTEMPTS": "1"}

    def run(*argv: str, stdin: bytes = b"") -> Measured:
        ran = measured(*argv, env={**without_coverage(environ), **where}, stdin=stdin)
        assert ran.peak < LIMIT
        assert "defect" not in ran.err
        return ran

    return run


def endless(status: int, headers: list[tuple[str, str]]) -> Responder:
    """A body of zeros that goes on until the client closes the connection."""
    head = response(status, b"", headers, length=False)

    def respond(sock: socket.socket, _: Received) -> None:
        sock.sendall(head)
        while True:
            sock.sendall(bytes(1 << 16))

    return respond


def test_a_large_body_of_an_asynchronous_call_loses_no_location(
    run: Run, endpoint: Endpoint
) -> None:
    endpoint.respond_with(endless(202, [("X-Amzn-SageMaker-OutputLocation", OUTPUT)]))
    ran = run(*QUEUE, "--output", "text")
    assert (ran.code, ran.out.decode()) == (0, f"{OUTPUT}\n")
    assert ran.err == "smrt: the response body is larger than 1 MiB: it is not read\n"


def test_a_body_of_exactly_the_limit_is_read(smrt: Smrt, endpoint: Endpoint) -> None:
    start = b'{"InferenceId":"id-7"'
    endpoint.respond(202, start + b" " * (caller.MAX_DOCUMENT - len(start) - 1) + b"}")
    assert smrt(*QUEUE, "--select", "InferenceId").out == b"id-7\n"


@pytest.mark.parametrize("options", [["lines"], ["sse"], ["json"]])
def test_a_frame_of_a_stream_is_limited(options: list[str], run: Run, endpoint: Endpoint) -> None:
    block = b"1" * (1 << 20)
    head = response(
        200, b"", [("Content-Type", "application/vnd.amazon.eventstream")], length=False
    )

    def respond(sock: socket.socket, _: Received) -> None:
        sock.sendall(head)
        sock.sendall(part(b"[" if options == ["json"] else b"data: "))
        while True:
            sock.sendall(part(block))

    endpoint.respond_with(respond)
    ran = run(*STREAM, "--stream", *options)
    assert (ran.code, ran.out) == (255, b"")
    assert "of the response is longer than 64 MiB" in ran.err
    assert "hint: --stream raw writes the response as it is" in ran.err


def test_the_lines_of_an_event_are_limited_together() -> None:
    lines = (b"data: " + bytes(1 << 20) + b"\n" for _ in range(65))
    with pytest.raises(SmrtError, match="longer than 64 MiB"):
        list(framing.events(lines, print))


DEVICES = ("file:///dev/zero", "fileb:///dev/zero", "file:///dev/full", "fileb:///dev/full")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("value", DEVICES)
@pytest.mark.parametrize("option", ["--accept", "--endpoint-name", "outfile"])
def test_a_text_option_from_a_file_is_limited(smrt: Smrt, value: str, option: str) -> None:
    line = (*INVOKE, *([] if option == "outfile" else [option]), value)
    ran = smrt(*line)
    assert ran.code == 252
    assert ran.err.startswith(
        f"smrt: [ERROR]: An error occurred (ParamValidation): Error parsing parameter '{option}': "
        f"Unable to load paramfile {value}: it is larger than 1 MiB"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_the_memory_for_a_text_option_is_limited(run: Run) -> None:
    assert run(*INVOKE, "--accept", "fileb:///dev/full").code == 252


def test_a_text_option_of_exactly_the_limit_is_read(smrt: Smrt, tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"x" * paramfile.MAX_TEXT)
    ran = smrt(*INVOKE, "--accept", "file://text", "--dry-run")
    assert ran.code == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("option", ["--cli-input-json", "--cli-input-yaml"])
@pytest.mark.parametrize("value", ["fileb:///dev/full", "file:///dev/full"])
def test_an_input_document_is_limited(smrt: Smrt, option: str, value: str) -> None:
    ran = smrt("invoke-endpoint", option, value)
    assert (ran.code, "it is larger than 64 MiB" in ran.err) == (252, True)


def test_a_document_on_standard_input_is_limited(smrt: Smrt) -> None:
    ran = smrt(
        "invoke-endpoint", "--cli-input-json", "-", stdin=b" " * (paramfile.MAX_DOCUMENT + 1)
    )
    assert (ran.code, "it is larger than 64 MiB" in ran.err) == (252, True)


def test_the_metadata_that_a_wait_reads_is_limited(smrt: Smrt) -> None:
    ran = smrt("wait", "--from", "-", stdin=b" " * (caller.MAX_DOCUMENT + 1))
    assert (ran.code, "--from: larger than 1 MiB" in ran.err) == (252, True)


@pytest.mark.parametrize("error_format", ["enhanced", "legacy"])
def test_a_huge_error_is_cut(error_format: str, run: Run, endpoint: Endpoint) -> None:
    endpoint.respond_with(endless(400, [("Content-Type", "text/plain")]))
    ran = run(*INVOKE, "--cli-error-format", error_format)
    assert ran.code == 254
    assert len(ran.err) < 2 * failures.MAX_MESSAGE * len("\\u0000")
    assert "more characters)\nsmrt: hint: --cli-error-format json prints all of it\n" in ran.err


def test_programs_get_the_whole_error(smrt: Smrt, endpoint: Endpoint) -> None:
    endpoint.respond(400, b"x" * 100_000)
    assert "x" * 100_000 in smrt(*INVOKE, "--cli-error-format", "json").err


def test_the_limits_are_documented() -> None:
    text = " ".join(OWN_LIMITS.values())
    for size in (
        caller.MAX_DOCUMENT,
        framing.MAX_FRAME,
        paramfile.MAX_TEXT,
        paramfile.MAX_DOCUMENT,
    ):
        assert f"{size >> 20} MiB" in text
    assert f"{failures.MAX_MESSAGE:,} characters" in text
    assert f"{json_document.MAX_DEPTH} levels" in text
