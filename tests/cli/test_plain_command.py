"""What the commands that call no endpoint say of a wrong line: the same as all others."""

import json

import pytest

from smrt.cli import plain_command
from smrt.invoke import option_table
from tests.conftest import Smrt

REFUSED = {
    "local": (
        "the following arguments are required: command",
        ["choose from start, run", "see smrt local --help"],
    ),
    "local bogus": (
        "argument command: Found invalid choice 'bogus'",
        ["choose from start, run"],
    ),
    "local strat": ("argument command: Found invalid choice 'strat'", ["did you mean start?"]),
    "local --quiet=1": ("Unknown options: --quiet=1", []),
    "--region us-east-1 local start": ("Unknown options: --region", []),
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
        "argument --port: port 65536 is out of range",
        ["--port takes a whole number from 0 to 65535"],
    ),
    "local start --port -1": (
        "argument --port: port -1 is out of range",
        ["--port takes a whole number from 0 to 65535"],
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


@pytest.mark.parametrize(("line", "said"), REFUSED.items(), ids=REFUSED)
def test_a_wrong_line_is_told_with_what_to_do(
    smrt: Smrt, line: str, said: tuple[str, list[str]]
) -> None:
    ran = smrt(*line.split())
    message, hints = said
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
def test_a_wrong_line_is_told_in_the_format_that_is_chosen(smrt: Smrt, line: str) -> None:
    ran = smrt(*line.split())
    assert (ran.code, ran.out) == (252, b"")
    told = json.loads(ran.err)
    assert list(told) == ["Code", "Message"]
    assert told["Code"] == "ParamValidation"
    assert "cli-error-format" not in told["Message"]


def test_the_profile_may_choose_the_format_too(smrt: Smrt) -> None:
    ran = smrt("local", "strat", env={"AWS_CLI_ERROR_FORMAT": "json"})
    assert json.loads(ran.err)["Code"] == "ParamValidation"


def test_an_unknown_format_is_refused(smrt: Smrt) -> None:
    ran = smrt("local", "start", "--cli-error-format", "jsn")
    assert ran.code == 252
    assert "argument --cli-error-format: Found invalid choice 'jsn'" in ran.err
    assert "did you mean json?" in ran.err


def test_options_may_stand_before_the_command_of_a_group(smrt: Smrt) -> None:
    ran = smrt("local", "--verbose", "--debug", "run", "--", "true")
    assert (ran.code, ran.out, ran.err) == (0, b"", "")


@pytest.mark.parametrize("line", ["local --debug --help", "--debug local -h", "local help"])
def test_help_may_be_asked_for_behind_options(smrt: Smrt, line: str) -> None:
    ran = smrt(*line.split())
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(b"Usage: smrt local COMMAND")


def test_the_shared_options_are_those_of_every_command() -> None:
    everywhere = {row.flag: row for row in option_table.GLOBALS}
    for row in plain_command.Command.shared:
        assert row == everywhere[row.flag]
