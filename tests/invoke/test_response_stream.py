"""smrt invoke-endpoint-with-response-stream, against a scripted endpoint."""

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Result, Smrt, without_coverage
from tests.support.polling import LIMIT, until
from tests.support.scripted_endpoint import Endpoint, error
from tests.support.streams import BROKEN, REQUEST_ID, exception, message, part, stream

COMMAND = "invoke-endpoint-with-response-stream"
CALL = (COMMAND, "--endpoint-name", "e", "--body", "e30=")
SENTENCE = (
    "smrt: [ERROR]: An error occurred (ModelStreamError) when calling the "
    "InvokeEndpointWithResponseStream operation: the model went away\n"
)
CHAT = [
    b'data: {"choices":[{"delta":{"role":"assistant"}}]}\n\n',
    'data: {"choices":[{"delta":{"content":"Caf\u00e9"}}]}\n\n'.encode(),
    b'data: {"choices":[{"delta":{"content":" noir"}}]}\n\n',
    b"data: [DONE]\n\n",
]
CHAT_METADATA = {"ContentType": "text/event-stream", "InvokedProductionVariant": "AllTraffic"}


@pytest.fixture
def run(smrt: Smrt, endpoint: Endpoint) -> Callable[..., Result]:
    """Run the command against a response of these chunks, or of the `raw` messages."""

    def run_(*options: str, chunks: Iterable[bytes] = (), raw: Any = None, **kwargs: Any) -> Result:
        whole = kwargs.pop("whole", True)
        endpoint.respond_with(stream(map(part, chunks) if raw is None else raw, whole=whole))
        return smrt(*CALL, *options, **kwargs)

    return run_


Run = Callable[..., Result]


def test_chunks_are_printed_unchanged(run: Run, endpoint: Endpoint) -> None:
    assert run(chunks=[b"\x00one\xff", b"", b"two"]) == Result(0, b"\x00one\xfftwo", "")
    assert endpoint.requests[0].target == "/endpoints/e/invocations-response-stream"
    assert endpoint.requests[0].body == b"{}"


def test_every_parameter_and_response_field_is_sent(run: Run, endpoint: Endpoint) -> None:
    names = {
        "content-type": "content-type",
        "accept": "x-amzn-sagemaker-accept",
        "custom-attributes": "x-amzn-sagemaker-custom-attributes",
        "target-variant": "x-amzn-sagemaker-target-variant",
        "target-container-hostname": "x-amzn-sagemaker-target-container-hostname",
        "inference-id": "x-amzn-sagemaker-inference-id",
        "inference-component-name": "x-amzn-sagemaker-inference-component",
        "session-id": "x-amzn-sagemaker-session-id",
        "prefix-aware-id": "x-amzn-sagemaker-prefix-aware-id",
    }
    options = [word for name in names for word in (f"--{name}", f"value-of-{name}")]
    assert run(*options, chunks=[b"1"]).code == 0
    headers = endpoint.requests[0].headers
    assert {wire: headers[wire] for wire in names.values()} == {
        wire: f"value-of-{name}" for name, wire in names.items()
    }


def test_with_an_outfile_the_metadata_is_printed_to_standard_output(
    run: Run, tmp_path: Path
) -> None:
    result = run("out", chunks=[b"one", b"two"])
    assert (result.code, result.err, json.loads(result.out)) == (0, "", CHAT_METADATA)
    assert (tmp_path / "out").read_bytes() == b"onetwo"
    assert os.listdir(tmp_path) == ["out"]


def test_metadata_can_be_written_to_standard_error_or_a_file(run: Run, tmp_path: Path) -> None:
    result = run("--metadata", "-", "--query", "ContentType", chunks=[b"1"])
    assert result == Result(0, b"1", '"text/event-stream"\n')
    assert run("--metadata", "about", chunks=[b"1"]) == Result(0, b"1", "")
    assert json.loads((tmp_path / "about").read_text()) == CHAT_METADATA


def test_timings_are_in_the_metadata(run: Run, tmp_path: Path) -> None:
    result = run("out", "--timings", "--stream", "sse", chunks=CHAT)
    timings = json.loads(result.out).pop("Timings")
    assert timings["Bytes"] == sum(map(len, CHAT))
    assert timings["Parts"] == 4
    assert 0 < timings["TimeToFirstByte"] <= timings["TotalTime"]
    assert timings["EventsPerSecond"] == pytest.approx(3 / timings["TotalTime"], rel=0.01)
    assert list(timings) == ["TimeToFirstByte", "TotalTime", "Bytes", "Parts", "EventsPerSecond"]


def test_timings_of_an_empty_response_and_of_raw_chunks(run: Run) -> None:
    empty = json.loads(run("out", "--timings", "--query", "Timings").out)
    assert list(empty) == ["TotalTime", "Bytes", "Parts", "EventsPerSecond"]
    assert (empty["Parts"], empty["EventsPerSecond"]) == (0, 0)
    raw = json.loads(run("out", "--timings", "--query", "Timings", chunks=[b"1", b"2"]).out)
    assert raw["EventsPerSecond"] == pytest.approx(2 / raw["TotalTime"], rel=0.01)


def test_timings_that_are_not_printed_are_noted(run: Run) -> None:
    result = run("--timings", chunks=[b"1"])
    assert "the metadata is not printed" in result.err
    assert result.out == b"1"


PRETTY = '{\n  "a": 1,\n  "b": "é"\n}\n{"a": 2}'.encode()


@pytest.mark.parametrize(
    ("options", "stream_", "expected"),
    [
        (["--stream", "raw"], b"one\r\ntwo", b"one\r\ntwo"),
        (["--stream", "lines"], "é\r\n\ntwo".encode(), "é\n\ntwo\n".encode()),
        (["--stream", "sse"], b": hi\ndata: a\ndata: b\n\ndata: [DONE]\n\n", b"a\nb\n"),
        (["--stream", "json"], PRETTY, '{"a":1,"b":"é"}\n{"a": 2}\n'.encode()),
        (["--stream", "json", "--text", "b"], PRETTY, "é".encode()),
        (["--text", "a"], PRETTY, b"12"),
        (["--stream", "sse", "--text", "choices[0].delta.content"], b"".join(CHAT), "Café noir"),
        (["--text", "choices[0].delta.content"], b"".join(CHAT), "Café noir"),
        (["--chat"], b"".join(CHAT), "Café noir"),
        (["--chat", "--stream", "sse"], b"".join(CHAT), "Café noir"),
        (["--chat"], b'data:{"token":{"text":" Hi"}}\n\n', b" Hi"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_text_and_events_do_not_depend_on_the_chunks(
    run: Run, options: list[str], stream_: bytes, expected: bytes | str, size: int
) -> None:
    chunks = [stream_[at : at + size] for at in range(0, len(stream_), size)]
    expected_bytes = expected.encode() if isinstance(expected, str) else expected
    assert run(*options, chunks=chunks) == Result(0, expected_bytes, "")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--text", "a", "--chat"], "--chat and --text cannot be used together"),
        (["--text", "a", "--stream", "lines"], "--stream lines has no events"),
        (["--chat", "--stream", "raw"], "--stream raw has no events"),
        (["--text", "a["], "Bad value for --text a["),
        (["--text", "lenght(a)"], "Bad value for --text lenght(a): Unknown function: lenght()"),
        (["--text", "length(a, b)"], "Bad value for --text length(a, b)"),
        (["--text", "&a"], "Bad value for --text &a"),
        (["--stream", "xml"], "--stream"),
        (["--query", "&a"], "Bad value for --query &a"),
    ],
)
def test_invalid_options_are_rejected_before_the_request(
    smrt: Smrt, endpoint: Endpoint, options: list[str], message: str
) -> None:
    result = smrt(*CALL, *options)
    assert (result.code, result.out) == (252, b"")
    assert message in result.err
    assert not endpoint.requests


@pytest.mark.parametrize(
    ("options", "chunks", "out", "message"),
    [
        (["--stream", "json"], [b'{"a": 1}{"a"'], b'{"a": 1}\n', "ends within a JSON value"),
        (["--text", "a"], [b'{"a": "x"} oops'], b"x", "is not JSON: 'oops'"),
        (["--text", "length(a)"], [b'{"a": "x"}{"a": 1}'], b"1", "invalid type"),
        (["--stream", "json"], [b"data: 1\n\n"], b"", "hint: --stream sse reads server-sent"),
        (["--chat"], [b"data: hello\n\n"], b"", "an event is not JSON: 'hello'"),
        (["--chat"], [b'data: {"error":"full"}\n\n'], b"", "the model reports an error: full"),
    ],
)
def test_a_response_in_another_format_exits_with_255(
    run: Run, options: list[str], chunks: list[bytes], out: bytes, message: str
) -> None:
    result = run(*options, chunks=chunks)
    assert (result.code, result.out) == (255, out)
    assert message in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("options", "chunks", "message"),
    [
        (["--text", "b.c"], [b'{"a":1}{"a":2}'], "--text matches nothing in 2 events (14 bytes)"),
        (["--text", "b[]"], [b'{"b":[]}'], "--text matches nothing in 1 event (8 bytes)"),
        (["--chat"], [b'data: {"x":"y"}\n\n'], "--chat matches nothing in 1 event (17 bytes)"),
        (["--chat"], [b'{"choices":[{"delta":{"reasoning":"x"}}]}'], "nothing in 1 event"),
        (["--chat"], [b"plain text"], "--chat matches nothing in 0 events (10 bytes)"),
    ],
)
def test_text_that_matches_no_event_is_an_error_with_the_first_event(
    run: Run, options: list[str], chunks: list[bytes], message: str, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("old")
    result = run(*options, "out", chunks=chunks)
    assert (result.code, result.out) == (255, b"")
    assert message in result.err
    assert ("the first event is {" in result.err) == ("0 events" not in message)
    assert "--stream raw prints the response as it is" in result.err
    assert "received before that" not in result.err
    assert (tmp_path / "out").read_text() == "old"


def test_a_long_first_event_is_shortened(run: Run) -> None:
    result = run("--text", "b", chunks=[json.dumps({"a": "x" * 10_000}).encode()])
    assert f'the first event is {{"a": "{"x" * 193}...\n' in result.err


@pytest.mark.parametrize(
    ("options", "chunks"),
    [
        (["--chat"], []),
        (["--chat"], [b'{"choices":[{"delta":{"content":null}}]}']),
        (["--chat"], [b'{"token":{"text":"</s>","special":true}}']),
        (["--text", "a"], [b'{"a":""}{"b":1}']),
        (["--text", "a"], [b'{"b":1}{"a":0}']),
    ],
)
def test_a_response_without_text_is_no_error_if_its_format_matches(
    run: Run, options: list[str], chunks: list[bytes]
) -> None:
    result = run(*options, chunks=chunks)
    assert (result.code, result.err) == (0, "")


def test_an_incomplete_event_is_reported(run: Run) -> None:
    result = run("--stream", "sse", chunks=[b"data: 1\n\ndata: 2\n"])
    assert (result.code, result.out) == (0, b"1\n")
    assert "the response ends within an event: 1 bytes are not printed" in result.err


def test_an_error_in_the_stream_prints_the_chunks_before_it(run: Run) -> None:
    result = run(raw=[part(b"one"), part(b"two"), BROKEN])
    assert (result.code, result.out) == (254, b"onetwo")
    assert SENTENCE in result.err
    assert "ErrorCode: StreamBroken\n" in result.err
    assert f"RequestId: {REQUEST_ID}\n" in result.err
    assert "received before that: 6 bytes in 2 chunks, the first 0.0 s earlier\n" in result.err


def test_an_error_before_the_first_chunk_says_that_no_data_was_received(
    run: Run, tmp_path: Path
) -> None:
    result = run("out", raw=[exception("InternalStreamFailure", "try again")])
    assert (result.code, result.out) == (254, b"")
    assert "An error occurred (InternalStreamFailure)" in result.err
    assert "no data was received before that" in result.err
    assert ".partial" not in result.err
    assert not os.listdir(tmp_path)


def test_an_unknown_error_is_reported(run: Run) -> None:
    headers = {":message-type": "exception", ":exception-type": "NewOne"}
    result = run(raw=[message(headers, b'{"Message":"?"}')])
    assert result.code == 254
    assert "An error occurred (NewOne) when calling the InvokeEndpointWith" in result.err


def test_after_an_error_the_partial_response_is_saved_beside_the_outfile(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "out").write_bytes(b"old")
    (tmp_path / "out").chmod(0o640)
    (tmp_path / "out.partial").write_bytes(b"older")
    result = run("out", raw=[part(b"one"), BROKEN])
    assert (result.code, result.out) == (254, b"")
    assert (tmp_path / "out").read_bytes() == b"old"
    assert (tmp_path / "out.partial").read_bytes() == b"one"
    assert (tmp_path / "out.partial").stat().st_mode & 0o777 == 0o640
    assert f"the incomplete response is saved in {tmp_path}/out.partial" in result.err
    assert sorted(os.listdir(tmp_path)) == ["out", "out.partial"]


def test_a_partial_response_is_saved_beside_a_file_with_two_names_too(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "out").write_bytes(b"old")
    (tmp_path / "other").hardlink_to(tmp_path / "out")
    result = run("out", raw=[part(b"one"), BROKEN])
    assert result.code == 254
    assert (tmp_path / "out").read_bytes() == b"old"
    assert (tmp_path / "out.partial").read_bytes() == b"one"
    assert sorted(os.listdir(tmp_path)) == ["other", "out", "out.partial"]


def test_a_partial_response_that_cannot_be_saved_is_reported(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out.partial").mkdir()
    result = run("out", raw=[part(b"one"), BROKEN])
    assert result.code == 254
    assert (
        f"the incomplete response could not be saved to {tmp_path}/out.partial: Is a dir"
        in result.err
    )
    assert os.listdir(tmp_path) == ["out.partial"]


def test_a_truncated_stream_exits_with_255_and_is_saved(run: Run, tmp_path: Path) -> None:
    for raw, whole in (([part(b"one"), part(b"two")[:7]], True), ([part(b"one")], False)):
        result = run("out", raw=raw, whole=whole)
        assert result.code == 255
        assert "received before that: 3 bytes in 1 chunk, the first" in result.err
        assert (tmp_path / "out.partial").read_bytes() == b"one"
        assert os.listdir(tmp_path) == ["out.partial"]
        (tmp_path / "out.partial").unlink()


def test_a_corrupt_stream_is_reported_in_one_line(run: Run) -> None:
    damaged = part(b"two").replace(b"two", b"owt")
    result = run(raw=[part(b"one"), damaged])
    assert (result.code, result.out) == (255, b"one")
    first, *details, hint = result.err.splitlines()
    assert "the response stream cannot be read: a checksum is 0x" in first
    assert "InvokedProductionVariant: AllTraffic" in details
    assert hint.startswith("smrt: hint: received before that: 3 bytes in 1 chunk, the first")


def test_an_error_of_the_service_is_reported_as_for_other_commands(
    smrt: Smrt, endpoint: Endpoint
) -> None:
    endpoint.respond_with(lambda sock, _: sock.sendall(error(424, "ModelError", "no")))
    result = smrt(*CALL, "out")
    assert result.code == 254
    assert "An error occurred (ModelError) when calling the InvokeEndpointWithResp" in result.err


def test_skeletons_and_dry_runs_send_nothing(smrt: Smrt, endpoint: Endpoint) -> None:
    skeleton = json.loads(smrt(COMMAND, "--generate-cli-skeleton").out)
    assert list(skeleton)[:3] == ["EndpointName", "Body", "ContentType"]
    sample = json.loads(smrt(*CALL, "--generate-cli-skeleton", "output").out)
    fields = ["ContentType", "InvokedProductionVariant", "CustomAttributes"]
    assert sample == {name: name for name in fields}
    shown = smrt(*CALL, "--dry-run").out.decode()
    assert shown.startswith(f"POST {endpoint.url}/endpoints/e/invocations-response-stream\n")
    assert not endpoint.requests


def test_a_document_can_replace_the_options(smrt: Smrt, endpoint: Endpoint) -> None:
    endpoint.respond_with(stream([part(b"1")]))
    document = json.dumps({"EndpointName": "d", "Body": "e30=", "Accept": "a/b"})
    assert smrt(COMMAND, "--cli-input-json", document) == Result(0, b"1", "")
    assert endpoint.requests[0].headers["x-amzn-sagemaker-accept"] == "a/b"


def test_options_can_precede_the_command(smrt: Smrt, endpoint: Endpoint) -> None:
    endpoint.respond_with(stream([part(b"data: 1\n\n")]))
    assert smrt("--stream", "sse", "sagemaker-runtime", *CALL) == Result(0, b"1\n", "")


def test_on_a_terminal_the_last_line_is_terminated(run: Run) -> None:
    assert run("--chat", chunks=CHAT, terminal=True).out == "Café noir\n".encode()
    assert run(chunks=[b"one\n"], terminal=True).out == b"one\n"
    assert run(terminal=True).out == b""
    assert run(raw=[part(b"one"), BROKEN], terminal=True).out == b"one\n"


def test_binary_data_is_not_printed_to_a_terminal(run: Run, tmp_path: Path) -> None:
    result = run(chunks=[b"\x00\x01", b"\x02"], terminal=True)
    assert (result.code, result.out) == (0, b"")
    assert (tmp_path / f"smrt-{REQUEST_ID}.bin").read_bytes() == b"\x00\x01\x02"


@pytest.fixture
def started(
    endpoint: Endpoint, environ: dict[str, str], tmp_path: Path
) -> Callable[..., subprocess.Popen[bytes]]:
    """Start the command in a process of its own."""

    def start(*options: str, stdout: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "smrt", *CALL, *options],
            stdout=stdout,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env={**without_coverage(environ), "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": endpoint.url},
        )

    return start


Started = Callable[..., subprocess.Popen[bytes]]


@pytest.mark.parametrize(
    ("options", "chunks", "expected"),
    [
        ([], [b"one", b"two"], [b"one", b"two"]),
        (["/dev/stdout"], [b"one", b"two"], [b"one", b"two"]),
        (["--chat"], CHAT[1:3], ["Café".encode(), b" noir"]),
        (["--stream", "sse"], [b"data: 1\n\n", b"data: 2\r\r"], [b"1\n", b"2\n"]),
        (["--stream", "json"], [b"{}", b"[1]"], [b"{}\n", b"[1]\n"]),
        (["--stream", "lines"], [b"a\nb", b"c\n"], [b"a\n", b"bc\n"]),
    ],
)
def test_each_chunk_is_printed_before_the_next_is_sent(
    started: Started, endpoint: Endpoint, options: list[str], chunks: Any, expected: Any
) -> None:
    was_read = threading.Semaphore(0)

    def between() -> None:
        assert was_read.acquire(timeout=LIMIT)

    endpoint.respond_with(stream(map(part, chunks), between=between))
    with started(*options) as process:
        assert process.stdout
        for expected_bytes in expected:
            assert os.read(process.stdout.fileno(), 100) == expected_bytes
            was_read.release()
        process.communicate()
    assert process.returncode == 0


def test_a_broken_pipe_ends_the_stream_without_a_message(
    started: Started, endpoint: Endpoint
) -> None:
    closed = threading.Event()

    def between() -> None:
        closed.wait(LIMIT)

    endpoint.respond_with(stream([part(b"one"), part(b"two"), part(b"three")], between=between))
    with started() as process:
        assert process.stdout
        assert process.stderr
        assert os.read(process.stdout.fileno(), 100) == b"one"
        process.stdout.close()
        closed.set()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_stream_and_the_line_on_the_terminal(
    started: Started, endpoint: Endpoint, number: signal.Signals
) -> None:
    never = threading.Event()

    def between() -> None:
        never.wait(LIMIT)

    endpoint.respond_with(stream([part(b"one"), part(b"two")], between=between))
    terminal, process_side = pty.openpty()
    with started(stdout=process_side) as process:
        os.close(process_side)
        assert process.stderr
        assert os.read(terminal, 100) == b"one"
        process.send_signal(number)
        assert os.read(terminal, 100) == b"\r\n"
        assert process.stderr.read() == b""
        status = process.wait(LIMIT)
    never.set()
    os.close(terminal)
    assert status == (130 if number == signal.SIGINT else -number)


def test_a_signal_leaves_no_file(started: Started, endpoint: Endpoint, tmp_path: Path) -> None:
    came, never = threading.Event(), threading.Event()

    def between() -> None:
        came.set()
        never.wait(LIMIT)

    endpoint.respond_with(stream([part(b"one")], between=between))
    with started("out") as process:
        assert came.wait(LIMIT)
        until(lambda: os.listdir(tmp_path))
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == 130
    never.set()
    assert not os.listdir(tmp_path)


MEMORY = """
import sys
from smrt.cli.main import main
code = main(sys.argv[1:])
lines = open("/proc/self/status").read().splitlines()
print(next(line.split()[1] for line in lines if line.startswith("VmHWM")), file=sys.stderr)
raise SystemExit(code)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize(("framing", "thousands"), [("raw", 1), ("raw", 4000), ("lines", 1000)])
def test_a_stream_of_100_mb_needs_less_than_40_mb_of_memory(
    endpoint: Endpoint, environ: dict[str, str], tmp_path: Path, framing: str, thousands: int
) -> None:
    one = part((b"x" * 999 + b"\n") * thousands)
    endpoint.respond_with(stream(one for _ in range(100_000 // thousands)))
    with (tmp_path / "out").open("wb") as file:
        ran = subprocess.run(
            [sys.executable, "-c", MEMORY, *CALL, "--stream", framing],
            stdout=file,
            stderr=subprocess.PIPE,
            env={
                **{name: value for name, value in environ.items() if "COV" not in name},
                "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": endpoint.url,
            },
            check=False,
        )
    assert ran.returncode == 0
    assert (tmp_path / "out").stat().st_size == 100_000_000
    assert int(ran.stderr) < 40_000  # the kernel's kilobytes
