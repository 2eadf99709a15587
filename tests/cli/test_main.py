"""The entry point: exit statuses, and the output of help, version and errors."""

import io
import re
from typing import Any

import pytest

from smrt import __version__
from smrt.cli.help.differences import DIFFERENCES
from smrt.cli.main import COMMANDS, main
from smrt.output.console import Console
from tests.conftest import Smrt

VERSION = re.compile(rf"smrt/{re.escape(__version__)} Python/\S+ \w+/\S+\n")


class Failing(io.BytesIO):
    """A stream that raises `error` when it is used."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self._error = error

    def read(self, *_: Any) -> bytes:
        raise self._error

    def write(self, _: Any) -> int:
        raise self._error


def _run(*argv: str, stdin: Any = None, stdout: Any = None) -> tuple[int, str]:
    """The exit status and standard error; a stream can be a failing one."""
    stderr = io.BytesIO()
    console = Console(stdin or io.BytesIO(), stdout or io.BytesIO(), stderr)
    return main(argv, console=console), stderr.getvalue().decode()


@pytest.mark.parametrize(
    "line",
    [
        "--version",
        "sagemaker-runtime --version",
        "invoke-endpoint --version",
        "--version invoke-endpoint --bogus",
        "invoke-endpoint-async --endpoint-name x --version",
        "bogus --version",
        "--help --version",
    ],
)
def test_the_version_option_works_anywhere_on_the_line(line: str, smrt: Smrt) -> None:
    result = smrt(*line.split())
    assert (result.code, result.err) == (0, "")
    assert VERSION.fullmatch(result.out.decode())


def test_a_version_option_after_two_dashes_is_an_argument(smrt: Smrt) -> None:
    result = smrt("invoke-endpoint", "--endpoint-name", "x", "--", "--version")
    assert result.code == 252


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_every_command(flag: str, smrt: Smrt) -> None:
    result = smrt(flag)
    assert (result.code, result.err) == (0, "")
    assert [name for name in COMMANDS if name not in result.out.decode()] == []


@pytest.mark.parametrize("line", ["help differences", "sagemaker-runtime help differences"])
def test_help_lists_the_differences_from_the_aws_cli(line: str, smrt: Smrt) -> None:
    result = smrt(*line.split())
    assert (result.code, result.err) == (0, "")
    text = " ".join(result.out.decode().split())
    for topic, aws, own, reason in DIFFERENCES:
        assert f"{topic[1:]} aws {aws} smrt {own} reason {reason}" in text


def test_the_topic_of_the_differences_is_not_a_command(smrt: Smrt) -> None:
    assert smrt("differences").code == 252
    assert smrt("help", "differences", "invoke-endpoint").code == 252


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("command", ["invoke-endpoint", "invoke-endpoint-async"])
def test_help_of_a_command_overrides_its_errors(flag: str, command: str, smrt: Smrt) -> None:
    result = smrt(command, "--bogus", flag)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"Usage: smrt {command} --endpoint-name".encode())


def test_an_unexpected_error_is_one_line_with_255() -> None:
    line = ("invoke-endpoint", "--endpoint-name", "x", "--body", "-")
    code, err = _run(*line, stdin=Failing(ZeroDivisionError("by zero")))
    assert code == 255
    assert err == (
        "smrt: [ERROR]: An error occurred (General): ZeroDivisionError: by zero\n"
        "smrt: hint: this is a bug in smrt; --debug prints the traceback\n"
    )


def test_debug_shows_the_traceback_of_an_unexpected_error() -> None:
    line = ("invoke-endpoint", "--endpoint-name", "x", "--body", "-", "--debug")
    code, err = _run(*line, stdin=Failing(ZeroDivisionError("by zero")))
    assert code == 255
    assert "Traceback (most recent call last)" in err
    assert "raise self._error" in err


def test_an_interrupt_is_130_without_a_message() -> None:
    line = ("invoke-endpoint", "--endpoint-name", "x", "--body", "-")
    assert _run(*line, stdin=Failing(KeyboardInterrupt())) == (130, "")


@pytest.mark.parametrize(
    "line", [["--version"], ["-h"], ["invoke-endpoint", "--generate-cli-skeleton"]]
)
def test_a_closed_pipe_is_141_without_a_message(line: list[str]) -> None:
    assert _run(*line, stdout=Failing(BrokenPipeError())) == (141, "")


def test_a_full_disk_is_255_with_a_message() -> None:
    code, err = _run("--version", stdout=Failing(OSError(28, "No space left on device")))
    assert code == 255
    assert err.endswith("cannot write to standard output: No space left on device\n")


def test_a_closed_stderr_does_not_change_the_exit_status() -> None:
    console = Console(io.BytesIO(), io.BytesIO(), Failing(BrokenPipeError()))
    assert main(["bogus"], console=console) == 252


def test_an_error_of_click_has_the_requested_format(smrt: Smrt) -> None:
    result = smrt("local", "--cli-error-format", "json", "bogus")
    assert (result.code, result.out) == (252, b"")
    assert '"Code": "ParamValidation"' in result.err


@pytest.mark.parametrize("environ", [{}, {"AWS_PROFILE": "default"}])
def test_an_empty_profile_option_is_no_profile(smrt: Smrt, environ: dict[str, str]) -> None:
    line = ("invoke-endpoint", "--endpoint-name", "x", "--body", "e30=", "--dry-run")
    assert smrt(*line, "--profile", "", env=environ).code == smrt(*line, env=environ).code


def test_a_missing_profile_of_the_environment_is_an_error_beside_an_empty_option(
    smrt: Smrt,
) -> None:
    line = ("invoke-endpoint", "--endpoint-name", "x", "--body", "e30=", "--profile=")
    result = smrt(*line, env={"AWS_PROFILE": "missing"})
    assert result.code == 253
    assert "The config profile (missing) could not be found" in result.err


@pytest.mark.parametrize(
    ("command", "words", "code"),
    [
        ("invoke-endpoint", ("out", ""), 0),
        ("invoke-endpoint", ("out", "", ""), 252),
        ("invoke-endpoint", ("out", "", "--unknown"), 252),
        ("invoke-endpoint-async", ("",), 0),
    ],
)
def test_one_empty_extra_argument_is_ignored(
    smrt: Smrt, command: str, words: tuple[str, ...], code: int
) -> None:
    location = ("--input-location", "s3://b/k") if command.endswith("async") else ("--body", "e30=")
    result = smrt(command, "--endpoint-name", "x", *location, *words)
    assert result.code == code
