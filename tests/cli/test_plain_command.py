"""Commands that call no endpoint report an invalid line as all others do."""

import json

import pytest

from smrt.cli import plain_command
from smrt.invoke import option_table
from tests.conftest import Smrt

INVALID = {
    "local": (
        "the following arguments are required: command",
        ["choose from start, run, status, stop, env, check", "see smrt local --help"],
    ),
    "local bogus": (
        "argument command: Found invalid choice 'bogus'",
        ["choose from start, run, status, stop, env, check"],
    ),
    "local strat": ("argument command: Found invalid choice 'strat'", ["did you mean start?"]),
    "local --quiet=1": (
        "Unknown options: --quiet=1",
        ["did you mean --unset instead of --quiet=1?"],
    ),
    "--region us-east-1 local start": (
        "Unknown options: --region",
        ["did you mean --reload instead of --region?"],
    ),
    "local start --prot 1": (
        "Unknown options: --prot",
        ["did you mean --port instead of --prot?"],
    ),
    "local start --port": ("argument --port: expected one argument", []),
    "local start --port x": (
        "invalid literal for int() with base 10: 'x' (--port)",
        ["--port takes a whole number"],
    ),
    "local start --port 65536": (
        "argument --port: 65536 is not a port",
        ["use a whole number from 0 to 65535"],
    ),
    "local start --port -1": (
        "argument --port: -1 is not a port",
        ["use a whole number from 0 to 65535"],
    ),
    "local start --verbose=1": ("argument --verbose: ignored explicit argument '1'", []),
    "local start a=": (
        "expected NAME=FOLDER or NAME=URL, received: a=",
        ["for example: a=FOLDER"],
    ),
    "local start a=/nowhere": (
        "no such folder: /nowhere",
        ["specify the folder that contains inference.py"],
    ),
    "local run --": (
        "the following arguments are required: COMMAND",
        ["usage: smrt local run [NAME=FOLDER|URL]... -- COMMAND"],
    ),
    "local run --verbos -- true": (
        "Unknown options: --verbos",
        ["did you mean --verbose instead of --verbos?"],
    ),
    "completion": ("the following arguments are required: SHELL", ["choose from bash, zsh, fish"]),
    "completion tcsh": (
        "argument SHELL: Found invalid choice 'tcsh'",
        ["choose from bash, zsh, fish"],
    ),
    "completion bash zsh": ("Unknown options: zsh", []),
}


@pytest.mark.parametrize(("line", "expected"), INVALID.items(), ids=INVALID)
def test_an_invalid_line_is_reported_with_hints(
    smrt: Smrt, line: str, expected: tuple[str, list[str]]
) -> None:
    ran = smrt(*line.split())
    message, hints = expected
    assert (ran.code, ran.out) == (252, b"")
    assert ran.err.splitlines() == [
        f"smrt: [ERROR]: An error occurred (ParamValidation): {message}",
        *(f"smrt: hint: {hint}" for hint in hints),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "--cli-error-format json local strat",
        "local --cli-error-format json",
        "local --cli-error-format=json start --port x",
        "local start --port x --cli-error-format json",
        "local run --cli-error-format json",
        "completion --cli-error-format json",
        "--debug --cli-error-format json completion tcsh",
    ],
)
def test_an_invalid_line_is_reported_in_the_requested_format(smrt: Smrt, line: str) -> None:
    ran = smrt(*line.split())
    assert (ran.code, ran.out) == (252, b"")
    error = json.loads(ran.err)
    assert list(error) == ["Code", "Message"]
    assert error["Code"] == "ParamValidation"
    assert "cli-error-format" not in error["Message"]


def test_the_environment_can_choose_the_format(smrt: Smrt) -> None:
    ran = smrt("local", "strat", env={"AWS_CLI_ERROR_FORMAT": "json"})
    assert json.loads(ran.err)["Code"] == "ParamValidation"


def test_an_unknown_format_is_a_usage_error(smrt: Smrt) -> None:
    ran = smrt("local", "start", "--cli-error-format", "jsn")
    assert ran.code == 252
    assert "argument --cli-error-format: Found invalid choice 'jsn'" in ran.err
    assert "did you mean json?" in ran.err


def test_options_can_precede_the_command_of_a_group(smrt: Smrt) -> None:
    ran = smrt("local", "--verbose", "--debug", "run", "--", "true")
    assert (ran.code, ran.out, ran.err) == (0, b"", "")


@pytest.mark.parametrize("line", ["local --debug --help", "--debug local -h", "local help"])
def test_help_can_follow_options(smrt: Smrt, line: str) -> None:
    ran = smrt(*line.split())
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(b"Usage: smrt local COMMAND")


def test_the_shared_options_are_those_of_every_command() -> None:
    rows = {row.flag: row for row in option_table.GLOBALS}
    for row in plain_command.Command.shared:
        assert row == rows[row.flag]
