"""Text from a service, a model or a program cannot control the terminal."""

import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from smrt.cli.main import main
from smrt.output.console import Console
from tests.conftest import Terminal
from tests.support.scripted_endpoint import MODEL_HEADERS, Endpoint, response
from tests.support.scripted_endpoint import error as service_error
from tests.support.streams import BROKEN, part, stream
from tests.support.terminal import on_terminal

CLIPBOARD = "\x1b]52;c;cHduZWQ=\x07"
EVIL = f"a{CLIPBOARD}\x1b[2J\x7f\x9b31m\rz"
ESCAPED = (
    r"a\u001b]52;c;cHduZWQ=\u0007\u001b[2J\u007f\u009b31m\u000dz"  # as it stands on a terminal
)
CALL = ("invoke-endpoint", "--endpoint-name", "e", "--body", "e30=")
STREAM = ("invoke-endpoint-with-response-stream", *CALL[1:])
HARMLESS = {"\n", "\t"}


class Streams(NamedTuple):
    out: bytes
    err: bytes


Run = Callable[..., Streams]


@pytest.fixture
def run(
    endpoint: Endpoint, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Run:
    """Run a line on streams of which those that `terminals` names are terminals."""
    monkeypatch.chdir(tmp_path)

    def made(
        *argv: str, terminals: str = "out err", env: Mapping[str, str] | None = None
    ) -> Streams:
        out, err = (Terminal() if name in terminals else io.BytesIO() for name in ("out", "err"))
        where = {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": endpoint.url, "AWS_PAGER": ""}
        main(
            argv,
            console=Console(io.BytesIO(), out, err),
            environ={**environ, **where, **(env or {})},
        )
        return Streams(out.getvalue(), err.getvalue())

    return made


def controls(shown: bytes) -> set[str]:
    """What of the screen could steer a terminal."""
    text = shown.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    for own in ("\x1b[1;31m[ERROR]:\x1b[0m", "\x1b[1mhint:\x1b[0m"):
        text = text.replace(own, "")
    matches = {c for c in text if ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or 0xDC80 <= ord(c) < 0xDD00}
    return matches - HARMLESS


@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
@pytest.mark.parametrize(
    ("words", "styled"),
    [
        (["--no-such-option"], b"smrt: \x1b[1;31m[ERROR]:\x1b[0m An error occurred"),
        (["--endpoint", "e"], b"smrt: \x1b[1mhint:\x1b[0m did you mean"),
        (["--include"], b"\r\n\x1b[1mContent-Type\x1b[0m: text/csv\r\n"),
        (["--verbose"], b"> POST /endpoints/e/invocations HTTP/1.1\n> \x1b[1mHost\x1b[0m: 127"),
        (["--verbose"], b"\n< \x1b[1mContent-Type\x1b[0m: text/csv\n"),
        (["--dry-run"], b"\n\x1b[1mHost\x1b[0m: 127.0.0.1"),
    ],
)
def test_names_and_hints_stand_out_where_the_user_and_the_terminal_allow_it(
    words: list[str], styled: bytes, env: dict[str, str], run: Run, endpoint: Endpoint
) -> None:
    if words in (["--include"], ["--verbose"]):
        endpoint.respond(200, b"1,2", [("Content-Type", "text/csv")])
    shown = b"".join(run(*CALL, *words, env=env))
    plain = re.sub(rb"\x1b\[[0-9;]*m", b"", styled)
    assert (styled in shown, plain in shown, b"\x1b" in shown) == (not env, bool(env), not env)


def failing(endpoint: Endpoint, code: str = "ValidationError", **fields: str) -> None:
    data = service_error(400, code, EVIL, **fields)
    endpoint.respond_with(lambda sock, _: sock.sendall(data))


# A header may hold C1 controls, DEL and tabs; others no HTTP client lets in.
IN_HEADER = "b\x9b31m\x7fz"
HEADER_ESCAPED = r"b\u009b31m\u007fz"


@pytest.mark.parametrize("name", ["enhanced", "legacy", "json", "yaml", "text", "table"])
def test_an_error_has_no_control_sequences(run: Run, endpoint: Endpoint, name: str) -> None:
    failing(endpoint, "ModelError", OriginalMessage=EVIL, LogStreamArn=EVIL)
    err = run(*CALL, "--cli-error-format", name, "--color", "off").err
    assert b"cHduZWQ=" in err
    assert controls(err) == set()


def test_an_error_is_still_readable(run: Run, endpoint: Endpoint) -> None:
    failing(endpoint)
    assert ESCAPED in run(*CALL).err.decode()


def test_an_error_is_written_to_a_file_unchanged(run: Run, endpoint: Endpoint) -> None:
    failing(endpoint)
    assert EVIL in run(*CALL, terminals="out").err.decode()


@pytest.mark.parametrize(
    "reply",
    [
        response(400, b"{}", [("x-amzn-errortype", f"Bad{IN_HEADER}".encode("latin-1"))]),
        response(400, b"{}", [("x-amzn-RequestId", IN_HEADER.encode("latin-1"))]),
        response(302, b"", [("Location", IN_HEADER.encode("latin-1"))]),
        response(400, EVIL.encode()),
    ],
    ids=["code", "request id", "location", "a body that is no JSON"],
)
def test_no_field_of_a_response_has_control_sequences(
    run: Run, endpoint: Endpoint, reply: bytes
) -> None:
    endpoint.respond_with(lambda sock, _: sock.sendall(reply))
    err = run(*CALL, "--debug").err
    assert controls(err) == set()
    assert HEADER_ESCAPED in err.decode() or ESCAPED in err.decode()


def test_debug_has_no_control_sequences(run: Run, endpoint: Endpoint) -> None:
    endpoint.respond(headers=(*MODEL_HEADERS, ("X-Note", IN_HEADER.encode("latin-1"))))
    err = run(*CALL, "out", "--debug").err
    assert f"  X-Note: {HEADER_ESCAPED}\n" in err.decode()
    assert controls(err) == set()


def _metadata(endpoint: Endpoint) -> None:
    custom = ("X-Amzn-SageMaker-Custom-Attributes", IN_HEADER.encode("latin-1"))
    endpoint.respond(headers=[*MODEL_HEADERS, custom])


FORMATS = ["json", "yaml", "yaml-stream", "text", "table"]
PRINTING = [*(("--output", name) for name in FORMATS), ("--select", "CustomAttributes")]


@pytest.mark.parametrize("options", PRINTING, ids=" ".join)
@pytest.mark.parametrize("place", [("out",), ("out", "--metadata", "-")], ids=["stdout", "stderr"])
def test_metadata_has_no_control_sequences(
    run: Run, endpoint: Endpoint, options: tuple[str, ...], place: tuple[str, ...]
) -> None:
    _metadata(endpoint)
    shown = b"".join(run(*CALL, *place, *options, "--color", "off"))
    assert b"31m" in shown
    assert controls(shown) == set()


@pytest.mark.parametrize("name", FORMATS)
def test_only_smrts_own_colors_are_printed(run: Run, endpoint: Endpoint, name: str) -> None:
    _metadata(endpoint)
    out = run(*CALL, "out", "--output", name, "--color", "on").out
    assert controls(out) == ({"\x1b"} if name != "text" else set())
    assert b"31m" in out
    assert b"\x1b[31m" not in out


def test_formats_without_colors_have_no_color_sequences(run: Run, endpoint: Endpoint) -> None:
    endpoint.respond()
    out = run(*CALL, "out", "--output", "text", "--color", "on", "--query", '`"\\u001b[31mx"`')
    assert out.out == b"\\u001b[31mx\n"


def test_json_on_a_terminal_is_still_json(run: Run, endpoint: Endpoint) -> None:
    _metadata(endpoint)
    assert json.loads(run(*CALL, "out").out)["CustomAttributes"] == IN_HEADER


def test_a_table_stays_aligned(run: Run, endpoint: Endpoint) -> None:
    _metadata(endpoint)
    lines = run(*CALL, "out", "--output", "table", "--color", "off").out.splitlines()
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize("name", ["json", "text", "table"])
def test_metadata_in_a_pipe_or_a_file_is_unchanged(
    run: Run, endpoint: Endpoint, tmp_path: Path, name: str
) -> None:
    for options in (("--metadata", "meta"), ()):
        _metadata(endpoint)
        shown = run(*CALL, "out", "--output", name, *options, terminals="err")
        data = (tmp_path / "meta").read_bytes() if options else shown.out
        assert IN_HEADER.encode() in data


def test_each_stream_is_checked_separately(run: Run, endpoint: Endpoint) -> None:
    for terminals, expected in (("out", IN_HEADER), ("err", HEADER_ESCAPED)):
        _metadata(endpoint)
        shown = run(*CALL, "out", "--metadata", "-", "--output", "text", terminals=terminals)
        assert expected in shown.err.decode()


def chat(*texts: str) -> list[bytes]:
    events = ({"choices": [{"delta": {"content": text}}]} for text in texts)
    return [b"data: " + json.dumps(event).encode() + b"\n\n" for event in events]


EVENTS = [f"data: {json.dumps(EVIL)}\n\n".encode(), "data: \x9b31m\n\n".encode()]
TEXTS: list[tuple[list[str], list[bytes], str]] = [
    (["--chat"], chat(EVIL), ESCAPED),
    (["--chat"], chat("one\r", "\ntwo\r"), "one\r\ntwo\\u000d"),
    (["--text", "choices[0].delta.content"], chat("a\x1b", "[31mb"), r"a\u001b[31mb"),
    (["--stream", "lines"], [b"a\x1b[3", b"1m\xc2", b"\x9bz\nb\x9b\r\nc"], ""),
    (["--stream", "lines"], [b"\x9b31m\n"], "\\x9b31m\n"),
    (["--stream", "sse"], [b"data: \x1b[2J\n\n"], "\\u001b[2J\n"),
    (["--stream", "json"], ['"\x7f\x9b"'.encode()], '"\\u007f\\u009b"\n'),
]


@pytest.mark.parametrize(("options", "chunks", "expected"), TEXTS)
def test_generated_text_has_no_control_sequences(
    run: Run, endpoint: Endpoint, options: list[str], chunks: list[bytes], expected: str
) -> None:
    endpoint.respond_with(stream(map(part, chunks)))
    out = run(*STREAM, *options).out
    assert controls(out) == set()
    if expected:
        assert out.decode().removesuffix("\n") == expected.removesuffix("\n")
    else:
        assert out.decode() == "a\\u001b[31m\\u009bz\nb\\x9b\nc\n"


@pytest.mark.parametrize(("options", "chunks", "_"), TEXTS)
def test_generated_text_in_a_pipe_or_a_file_is_unchanged(
    run: Run,
    endpoint: Endpoint,
    tmp_path: Path,
    options: list[str],
    chunks: list[bytes],
    _: str,
) -> None:
    for place in ((), ("out",)):
        endpoint.respond_with(stream(map(part, chunks)))
        shown = run(*STREAM, *options, *place, terminals="err out" if place else "err")
        data = (tmp_path / "out").read_bytes() if place else shown.out
        assert controls(data) != set()


def test_a_raw_body_is_raw_on_a_terminal(run: Run, endpoint: Endpoint) -> None:
    painted = b"\x1b[31mred\x1b[0m"
    endpoint.respond(body=painted)
    endpoint.respond(body=painted)
    assert run(*CALL).out == painted + b"\n"
    assert run(*CALL, "--pretty", "off").out == painted
    endpoint.respond_with(stream([part(painted)]))
    assert run(*STREAM).out == painted + b"\n"


def test_the_chunks_before_a_broken_stream_are_shown(run: Run, endpoint: Endpoint) -> None:
    endpoint.respond_with(stream([part(b"caf\xc3"), BROKEN]))
    assert run(*STREAM, "--stream", "lines").out == b"caf\\xc3\n"


def test_a_failing_credential_process_prints_no_control_sequences(
    run: Run, aws_home: Any, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(f"import sys\nsys.exit({EVIL!r})", encoding="ascii")
    config = tmp_path / "config.ini"
    config.write_text(f"[default]\ncredential_process={sys.executable} {program}\nregion=r\n")
    unset = {"AWS_ACCESS_KEY_ID": "", "AWS_CONFIG_FILE": str(config)}
    aws_home.set(AWS_CONFIG_FILE=str(config))
    err = run(*CALL, env=unset).err
    assert ESCAPED in err.decode()
    assert controls(err) == set()


def test_a_file_name_has_no_control_sequences(run: Run) -> None:
    err = run(*CALL, f"no/\x1b[2J{IN_HEADER}").err
    assert rf"no/\u001b[2J{HEADER_ESCAPED}" in err.decode()
    assert controls(err) == set()


def test_a_wait_prints_no_control_sequences(run: Run, endpoint: Endpoint) -> None:
    endpoint.respond(403, b"<Error><Code>AccessDenied</Code></Error>")
    endpoint.respond(403, b"<Error><Code>AccessDenied</Code></Error>")
    endpoint.respond(200, b"answer")
    where = "s3://bucket/\x1b]52;c;cHduZWQ=\x07\x9b31m"
    err = run("wait", "--output-location", where, env={"AWS_ENDPOINT_URL_S3": endpoint.url}).err
    assert b"\x1b]52" not in err
    assert "\x9b".encode() not in err
    assert rb"\u001b]52" in b"".join(err.split())


def test_a_pager_receives_no_control_sequences(
    endpoint: Endpoint, environ: dict[str, str], tmp_path: Path
) -> None:
    _metadata(endpoint)
    env = {**environ, "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": endpoint.url, "AWS_PAGER": "cat"}
    shown = on_terminal([*CALL, "out", "--output", "text"], env=env, folder=tmp_path)
    assert HEADER_ESCAPED.encode() in shown.screen
    assert controls(shown.screen) == set()


def test_a_device_that_is_a_terminal_counts_as_one(
    endpoint: Endpoint, environ: dict[str, str], tmp_path: Path
) -> None:
    env = {**environ, "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": endpoint.url, "AWS_PAGER": ""}
    _metadata(endpoint)
    line = [*CALL, "out", "--metadata", "/dev/tty", "--output", "table", "--color", "on"]
    shown = on_terminal(line, env=env, folder=tmp_path)
    assert HEADER_ESCAPED.encode() in shown.screen
    assert controls(shown.screen) == {"\x1b"}
    endpoint.respond_with(stream(map(part, chat(EVIL))))
    shown = on_terminal([*STREAM, "--chat", "/dev/stdout"], env=env, folder=tmp_path)
    assert ESCAPED.encode() in shown.screen
    assert controls(shown.screen) == set()


def test_split_control_sequences_are_escaped(run: Run, endpoint: Endpoint) -> None:
    data = f"{EVIL}\n".encode() + b"\x9b31m\n"

    def cut(at: int) -> Iterable[bytes]:
        return map(part, filter(None, (data[:at], data[at:])))

    shown = set()
    for at in range(len(data)):
        endpoint.respond_with(stream(cut(at)))
        shown.add(run(*STREAM, "--stream", "lines").out)
    assert shown == {f"{ESCAPED}\n\\x9b31m\n".encode()}
