"""The pager, on a real terminal."""

import shlex
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.scripted_endpoint import Endpoint
from tests.support.terminal import TerminalResult, on_terminal

LINE = ["invoke-endpoint", "--endpoint-name", "iris", "--body", "NS4x", "out"]
METADATA = b"InvokedProductionVariant"

needs_less = pytest.mark.skipif(shutil.which("less") is None, reason="less is not installed")


@pytest.fixture
def env(endpoint: Endpoint, environ: dict[str, str]) -> dict[str, str]:
    """An environment that names the endpoint."""
    return {**environ, "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": endpoint.url}


@needs_less
def test_less_exits_if_the_text_fits_on_one_screen(env: dict[str, str], tmp_path: Path) -> None:
    shown = on_terminal(LINE, env=env, folder=tmp_path)
    assert (shown.code, shown.err) == (0, "")
    assert METADATA in shown.screen


@needs_less
def test_quitting_less_is_no_error(env: dict[str, str], tmp_path: Path) -> None:
    shown = on_terminal(LINE, env=env, folder=tmp_path, size=(2, 80), keys={b":": b"q"})
    assert (shown.code, shown.err) == (0, "")
    assert (tmp_path / "out").read_bytes() == b'{"predictions":[1]}'


STAYS = """
import os, signal, time
signal.signal(signal.SIGINT, lambda *_: os._exit(os.write(1, b"goodbye")))
os.write(1, b"ready")
time.sleep(60)
"""
ENDS = STAYS.replace('lambda *_: os._exit(os.write(1, b"goodbye"))', "signal.SIG_DFL")


@pytest.mark.parametrize(("source", "last"), [(STAYS, b"goodbye"), (ENDS, b"ready")])
def test_an_interrupt_is_for_the_pager(
    source: str, last: bytes, env: dict[str, str], tmp_path: Path
) -> None:
    pager = shlex.join([sys.executable, "-c", source])
    keys = {b"ready": b"\x03"}
    shown = on_terminal(LINE, env={**env, "AWS_PAGER": pager}, folder=tmp_path, keys=keys)
    assert (shown.code, shown.err) == (0, "")
    assert last in shown.screen


@pytest.mark.parametrize(
    ("pager", "reason"),
    [
        ("no-such-pager", "No such file or directory"),
        ("./pager", "Permission denied"),
        (".", "Permission denied"),
        ("less 'x", "No closing quotation"),
        ("  ", "the command is empty"),
    ],
)
def test_if_the_pager_cannot_start_the_text_is_printed(
    pager: str, reason: str, env: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "pager").write_text("#!/bin/sh\n", encoding="ascii")
    shown = on_terminal(LINE, env={**env, "AWS_PAGER": pager}, folder=tmp_path)
    assert shown.code == 0
    assert METADATA in shown.screen
    assert f"cannot start the pager {pager!r}: " in shown.err
    assert reason in shown.err


def _table(env: dict[str, str], folder: Path, columns: int) -> list[bytes]:
    shown: TerminalResult = on_terminal(
        [*LINE, "--output", "table", "--color", "off"],
        env={**env, "AWS_PAGER": ""},
        folder=folder,
        size=(24, columns),
    )
    return shown.screen.splitlines()


def test_a_table_is_as_wide_as_the_terminal_allows(env: dict[str, str], tmp_path: Path) -> None:
    flat, upright, default = (_table(env, tmp_path, columns) for columns in (80, 40, 0))
    assert b"|    ContentType    | InvokedProductionVariant   |" in flat
    assert b"|  ContentType              |  application/json  |" in upright
    assert upright == default


def test_characters_that_the_encoding_lacks_are_escaped(
    env: dict[str, str], endpoint: Endpoint, tmp_path: Path
) -> None:
    endpoint.respond(headers=[("X-Amzn-SageMaker-Custom-Attributes", b"caf\xe9")])
    shown = on_terminal(
        LINE, env={**env, "AWS_PAGER": "cat", "AWS_CLI_OUTPUT_ENCODING": "ascii"}, folder=tmp_path
    )
    assert shown.code == 0
    assert b'"caf\\u00e9"' in shown.screen


def test_a_body_typed_at_a_terminal_ends_with_one_end_of_file(
    env: dict[str, str], endpoint: Endpoint, tmp_path: Path
) -> None:
    line = ["invoke-endpoint", "--endpoint-name", "iris", "--body", "-"]
    shown = on_terminal(line, env=env, folder=tmp_path, first=b"5.1\n\x04")
    assert (shown.code, shown.err) == (0, "")
    assert endpoint.requests[0].body == b"5.1\n"
