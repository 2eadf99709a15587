"""smrt invoke-endpoint-with-bidirectional-stream against smrt local: messages, ends and errors."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from textwrap import dedent
from time import time
from typing import BinaryIO, NamedTuple, cast

import pytest

from smrt.local.endpoint import ModelFailure, echo
from smrt.local.model import load_model
from smrt.local.server import serving
from smrt.local.service import Service
from smrt.local.streams.stream_endpoint import StreamCall, StreamEndpoint, echo_stream
from smrt.protocol.bidirectional.parts import UTF8, Part, text
from tests.conftest import Smrt, without_coverage
from tests.support.memory import measured
from tests.support.polling import LIMIT
from tests.support.terminal import on_terminal

COMMAND = "invoke-endpoint-with-bidirectional-stream"
ECHO = (COMMAND, "--endpoint-name", "echo", "--linger", "0")
REPORTED: list[str] = []


def closing(code: str) -> StreamEndpoint:
    def endpoint(call: StreamCall) -> Iterator[Part]:
        yield next(call.parts)
        raise ModelFailure(0, "goodbye", stream_code=code)

    return endpoint


def counting(call: StreamCall) -> Iterator[Part]:
    """How many messages there were, after all of them."""
    yield text(str(sum(1 for _ in call.parts)))


def divided(call: StreamCall) -> Iterator[Part]:
    yield Part(b"caf\xc3", UTF8, is_complete=False)
    yield Part(b"\xa9", "", is_complete=True)
    yield Part(b"\x00\xff")


STREAMS: Mapping[str, StreamEndpoint] = {
    "echo": echo_stream,
    "count": counting,
    "divided": divided,
    "normal": closing("1000"),
    "failing": closing("1011"),
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    endpoints = dict.fromkeys([*STREAMS, "plain"], echo)
    service = Service(endpoints, clock=time, report_error=REPORTED.append, streams=STREAMS)
    with serving(service) as served:
        yield served


CONFIG = """
[profile services]
services = local
region = us-east-1
aws_access_key_id = local
aws_secret_access_key = local-secret
[services local]
sagemaker_runtime_http2 =
  endpoint_url = {url}
"""


@pytest.mark.parametrize(
    ("env", "options", "origin"),
    [
        ({"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME_HTTP2": "{url}"}, (), "from AWS_ENDPOINT_URL_SAGE"),
        ({"AWS_ENDPOINT_URL": "{url}"}, (), "from AWS_ENDPOINT_URL\n"),
        ({"AWS_CONFIG_FILE": "config"}, ("--profile", "services"), "from config"),
        ({}, ("--endpoint-url", "{url}"), "from --endpoint-url"),
    ],
)
def test_the_service_has_an_endpoint_url_of_its_own(
    smrt: Smrt, url: str, env: dict[str, str], options: tuple[str, ...], origin: str
) -> None:
    Path("config").write_text(CONFIG.format(url=url))
    variables = {name: value.format(url=url) for name, value in env.items()}
    words = [word.format(url=url) for word in options]
    done = smrt(*ECHO, *words, "--debug", stdin=b"hi\n", env=variables)
    assert (done.code, done.out) == (0, b"hi\n")
    assert f"endpoint URL {url}: {origin}" in done.err


def test_verbose_prints_the_heads_of_the_stream(smrt: Smrt, local: dict[str, str]) -> None:
    done = smrt(*ECHO, "-v", stdin=b"hi\n", env=local)
    assert (done.code, done.out) == (0, b"hi\n")
    lines = done.err.splitlines()
    assert lines[0] == "> POST /endpoints/echo/invocations-bidirectional-stream HTTP/2"
    assert "> x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-EVENTS" in lines
    assert "< HTTP/2 200" in lines
    assert "local-secret" not in done.err


@pytest.mark.parametrize(
    ("options", "stdin"),
    [
        (("--data", "one\ntwo"), b"unread"),
        (("--data", "@-"), b"one\ntwo"),
        (("--data", "@in.txt"), b"unread"),
        (("--body", "b25lCnR3bw=="), b"unread"),
        (("--body", "-"), b"one\ntwo"),
    ],
)
def test_input_comes_from_the_options_of_every_call(
    smrt: Smrt, local: dict[str, str], options: tuple[str, ...], stdin: bytes
) -> None:
    Path("in.txt").write_text("one\ntwo")
    profile = {**local, "AWS_CONFIG_FILE": "config"}
    Path("config").write_text("[default]\nsmrt_content_type = text/csv\n")
    done = smrt(*ECHO, *options, stdin=stdin, env=profile)
    assert (done.code, done.out, done.err) == (0, b"one\ntwo\n", "")


@pytest.fixture
def local(url: str, environ: dict[str, str]) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local-secret"}
    return {**environ, **keys, "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME_HTTP2": url}


@pytest.mark.parametrize(
    ("stdin", "options", "output"),
    [
        (b"one\ntwo\n", (), b"one\ntwo\n"),
        (b"one\r\n\r\ntwo", (), b"one\n\ntwo\n"),
        (b"", (), b""),
        (b"x\n", ("--first", "a", "--first", "b", "--at-end", "z"), b"a\nb\nx\nz\n"),
        (b"\0\xff" * 5, ("--input-format", "binary", "--chunk", "4"), b"\0\xff" * 5),
        (b"one\ntwo\n", ("--stream", "raw"), b"onetwo"),
        (b'{"a": "x"}\n{"b": 1}\n{"a": "y"}\n', ("--text", "a"), b"x\ny\n"),
    ],
)
def test_messages_are_sent_and_printed(
    smrt: Smrt, local: dict[str, str], stdin: bytes, options: tuple[str, ...], output: bytes
) -> None:
    done = smrt(*ECHO, *options, stdin=stdin, env=local)
    assert (done.code, done.out, done.err) == (0, output, "")


def test_text_that_matches_no_message_is_an_error(smrt: Smrt, local: dict[str, str]) -> None:
    done = smrt(*ECHO, "--text", "b", stdin=b'{"a": 1}\n', env=local)
    assert (done.code, done.out) == (255, b"")
    assert "--text matches nothing in 1 event" in done.err


def test_lines_of_json_describe_parts_in_both_directions(smrt: Smrt, local: dict[str, str]) -> None:
    lines = [
        {"Text": "he", "DataType": "UTF8", "CompletionState": "PARTIAL"},
        {"Text": "llo", "DataType": "UTF8", "CompletionState": "COMPLETE"},
        {"Bytes": "AP8=", "DataType": "BINARY", "CompletionState": "COMPLETE"},
    ]
    stdin = "".join(json.dumps(line) + "\n" for line in lines).encode()
    options = ("--input-format", "json", "--stream", "json")
    done = smrt(*ECHO, *options, stdin=stdin, env=local)
    assert [json.loads(line) for line in done.out.splitlines()] == lines


def test_parts_are_joined_and_a_continuation_needs_no_type(
    smrt: Smrt, local: dict[str, str]
) -> None:
    done = smrt(COMMAND, "--endpoint-name", "divided", env=local)
    assert (done.code, done.out) == (0, "café\n".encode() + b"\x00\xff")


def test_binary_data_is_not_printed_on_a_terminal(smrt: Smrt, local: dict[str, str]) -> None:
    done = smrt(COMMAND, "--endpoint-name", "divided", env=local, terminal=True)
    assert done.code == 255
    assert done.out.startswith("café".encode())
    assert "specify an outfile" in done.err


def test_the_outfile_gets_the_messages_and_standard_output_the_metadata(
    smrt: Smrt, local: dict[str, str], tmp_path: Path
) -> None:
    done = smrt(*ECHO, "out.txt", stdin=b"hello\n", env=local)
    assert json.loads(done.out) == {"InvokedProductionVariant": "AllTraffic"}
    assert (tmp_path / "out.txt").read_bytes() == b"hello\n"


def test_a_file_can_be_the_input(smrt: Smrt, local: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("from\na file\n")
    done = smrt(*ECHO, "--body", "fileb://in.txt", stdin=b"unread", env=local)
    assert (done.code, done.out) == (0, b"from\na file\n")


@pytest.mark.parametrize(
    ("stdin", "options", "message"),
    [
        (b"\xff\n", (), "a line of the input is not UTF-8"),
        (b"?\n", ("--input-format", "json"), "is not a valid message"),
        (
            b'{"Text": "a", "CompletionState": "PARTIAL"}',
            ("--input-format", "json"),
            "the input ends within a message",
        ),
    ],
)
def test_invalid_input_resets_the_stream_with_status_252(
    smrt: Smrt, local: dict[str, str], stdin: bytes, options: tuple[str, ...], message: str
) -> None:
    done = smrt(*ECHO, *options, stdin=stdin, env=local)
    assert done.code == 252
    assert message in done.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--pace", "1"), "--pace is only for --input-format binary"),
        (("--pace", "x", "--input-format", "binary"), "--pace: could not convert"),
        (("--pace", "0", "--input-format", "binary"), "--pace cannot be 0"),
        (("--chunk", "0"), "--chunk cannot be 0"),
        (("--linger", "-1"), "--linger cannot be -1"),
        (("--text", "a", "--stream", "raw"), "--text selects from messages"),
        (("--text", "["), "Bad value for --text"),
    ],
)
def test_options_are_checked_before_the_stream_is_opened(
    smrt: Smrt, options: tuple[str, ...], message: str
) -> None:
    done = smrt(*ECHO, *options, env={"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    assert done.code == 252
    assert message in done.err


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("normal", 0, ""),
        ("failing", 254, "An error occurred (ModelStreamError)"),
        ("unknown", 254, "Endpoint unknown of account 000000000000 not found"),
        ("plain", 254, "Failed to establish WebSocket connection"),
    ],
)
def test_the_end_of_a_model_decides_the_exit_status(
    smrt: Smrt, local: dict[str, str], name: str, code: int, message: str
) -> None:
    done = smrt(COMMAND, "--endpoint-name", name, stdin=b"last\n", env=local)
    assert done.code == code
    assert message in done.err
    assert done.out == (b"last\n" if name in STREAMS else b"")


def test_a_refused_signature_is_an_error_of_the_service(smrt: Smrt, local: dict[str, str]) -> None:
    done = smrt(*ECHO, env={**local, "AWS_SECRET_ACCESS_KEY": "wrong"})
    assert (done.code, "InvalidSignatureException" in done.err) == (254, True)


def test_http2_without_tls_is_only_for_this_host(smrt: Smrt, environ: dict[str, str]) -> None:
    done = smrt(*ECHO, "--endpoint-url", "http://example.com:8443", env=environ)
    assert done.code == 253
    assert "HTTP/2 without TLS is only for endpoints on this host" in done.err


def test_a_dry_run_prints_the_head_of_the_stream(smrt: Smrt, environ: dict[str, str]) -> None:
    done = smrt(COMMAND, "--endpoint-name", "e", "--dry-run", env=environ)
    lines = done.out.decode().splitlines()
    assert lines[0] == (
        "POST https://runtime.sagemaker.us-east-1.amazonaws.com:8443"
        "/endpoints/e/invocations-bidirectional-stream"
    )
    assert ":authority: runtime.sagemaker.us-east-1.amazonaws.com:8443" in lines
    assert "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-EVENTS" in lines


class Started(NamedTuple):
    """A running command, the ends of its pipes that this test uses, and its own ends."""

    process: "subprocess.Popen[bytes]"
    stdin: BinaryIO
    stdout: BinaryIO
    own: tuple[BinaryIO, BinaryIO, BinaryIO]

    def blocks(self) -> list[bool]:
        """Whether the descriptors 0 to 2 of the command block, as its shell expects."""
        return [os.get_blocking(file.fileno()) for file in self.own]


@pytest.fixture
def started(local: dict[str, str]) -> Iterator[Callable[..., Started]]:
    with ExitStack() as stack:

        def opened(descriptor: int, mode: str) -> BinaryIO:
            buffering = 0 if mode == "wb" else -1
            return cast("BinaryIO", stack.enter_context(open(descriptor, mode, buffering)))

        def start(*options: str) -> Started:
            (stdin, write), (read, stdout), (unread, stderr) = [os.pipe() for _ in range(3)]
            opened(unread, "rb")
            own = (opened(stdin, "rb"), opened(stdout, "wb"), opened(stderr, "wb"))
            words = [sys.executable, "-m", "smrt", COMMAND, *options]
            process = subprocess.Popen(
                words, env=without_coverage(local), stdin=own[0], stdout=own[1], stderr=own[2]
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            return Started(process, opened(write, "wb"), opened(read, "rb"), own)

        yield start


Start = Callable[..., Started]


def test_each_line_is_responded_to_before_the_next_is_typed(started: Start) -> None:
    running = started("--endpoint-name", "echo", "--linger", "0")
    for line in (b"one\n", b"two\n", b"three\n"):
        running.stdin.write(line)
        assert running.stdout.readline() == line
        assert running.blocks() == [True, True, True]
    running.stdin.close()
    assert running.process.wait(LIMIT) == 0


def test_ctrl_c_cancels_the_stream(started: Start) -> None:
    running = started("--endpoint-name", "echo")
    running.stdin.write(b"hello\n")
    assert running.stdout.readline() == b"hello\n"
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(LIMIT) == 130
    assert running.blocks() == [True, True, True]


@pytest.mark.parametrize(("key", "code"), [(b"\x04", 0), (b"\x03", 130)], ids=["Ctrl-D", "Ctrl-C"])
def test_the_terminal_is_intact_afterwards(
    local: dict[str, str], tmp_path: Path, key: bytes, code: int
) -> None:
    intact = (
        "os.write(1, b'%r' % [termios.tcgetattr(0) == before, *map(os.get_blocking, range(3))])"
    )
    ran = on_terminal(
        [COMMAND, "--endpoint-name", "echo", "--linger", "0"],
        env=without_coverage(local),
        folder=tmp_path,
        first=b"hello\n",
        keys={b"hello\r\nhello\r\n": key},  # typed, and responded
        afterwards=intact,
    )
    assert (ran.code, ran.err) == (code, "")
    assert ran.screen.endswith(b"[True, True, True, True]")


def test_twenty_thousand_messages_flow_both_ways_in_flat_memory(local: dict[str, str]) -> None:
    line = b"a message of a hundred bytes: ".ljust(99, b".") + b"\n"
    options = (COMMAND, "--endpoint-name", "echo", "--linger", "0")
    one, many = (measured(*options, env=local, stdin=line * count) for count in (1, 20_000))
    assert (one.code, one.out, one.err) == (0, line, "")
    assert (many.code, many.out, many.err) == (0, line * 20_000, "")
    assert many.peak - one.peak < 6 << 20  # the signed messages are 9 MB, and the responses 5 MB


def test_a_reader_that_has_enough_ends_the_command(started: Start) -> None:
    running = started("--endpoint-name", "echo")
    running.stdin.write(b"one\n")
    assert running.stdout.readline() == b"one\n"
    running.stdout.close()
    running.own[1].close()
    running.stdin.write(b"two\n")
    assert running.process.wait(LIMIT) == 141


def test_a_model_folder_talks_by_its_stream_function(
    smrt: Smrt, environ: dict[str, str], tmp_path: Path
) -> None:
    script = """
        def model_fn(model_dir): return "model"
        def stream_fn(model, messages, context):
            for message in messages:
                yield f"{model} {message!r}"
            yield b"end"
    """
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "inference.py").write_text(dedent(script))
    model = load_model(tmp_path / "model")
    service = Service(
        {"m": model.predict}, clock=time, report_error=print, streams={"m": model.stream}
    )
    with serving(service) as served:
        endpoint = {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME_HTTP2": served}
        options = (COMMAND, "--endpoint-name", "m", "--linger", "0")
        done = smrt(*options, stdin=b"hi\n", env={**environ, **endpoint})
        request = ("invoke-endpoint", "--endpoint-name", "m", "--data", "hi")
        refused = smrt(*request, "--endpoint-url", served, env=environ)
    assert (done.code, done.out) == (0, b"model 'hi'\nend")
    assert "defines only stream_fn, for streams" in refused.err
