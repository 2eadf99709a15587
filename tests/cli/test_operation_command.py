"""Command lines and the values that they become."""

import io
from collections.abc import Mapping
from contextlib import ExitStack
from importlib import import_module
from typing import Any

import pytest

from smrt.cli.main import COMMANDS
from smrt.cli.operation_command import OperationCommand, every_name
from smrt.errors import UsageError
from smrt.invoke.option_table import GLOBALS
from smrt.output.console import App, Console
from smrt.protocol.operations import INVOKE_ENDPOINT, INVOKE_ENDPOINT_ASYNC, Operation

both = pytest.mark.parametrize(
    "operation", [INVOKE_ENDPOINT, INVOKE_ENDPOINT_ASYNC], ids=lambda each: each.name
)


def _command(operation: Operation) -> OperationCommand:
    module = import_module("smrt.cli.commands." + operation.command.replace("-", "_"))
    command = module.command
    assert isinstance(command, OperationCommand)
    return command


def _parsed(operation: Operation, *words: str) -> Mapping[str, Any]:
    """What the command is given, without what it is not given."""
    app = App(Console(io.BytesIO(), io.BytesIO(), io.BytesIO()), {}, ExitStack())
    params = _command(operation).make_context("x", list(words), obj=app).params
    return {name: value for name, value in params.items() if value not in (None, False)}


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ([], {}),
        (["--endpoint-name", "e"], {"EndpointName": "e"}),
        (["--endpoint-name=e"], {"EndpointName": "e"}),
        (["--endpoint-name="], {"EndpointName": ""}),
        (["--endpoint-name", ""], {"EndpointName": ""}),
        (["--accept=a=b"], {"Accept": "a=b"}),
        (["--accept", "-"], {"Accept": "-"}),
        (["--accept", "-1.5"], {"Accept": "-1.5"}),
        (["--accept", "-a b"], {"Accept": "-a b"}),
        (["--accept=--debug"], {"Accept": "--debug"}),
        (["--accept", "a", "--accept", "b"], {"Accept": "b"}),
        (["out"], {"outfile": "out"}),
        (["-"], {"outfile": "-"}),
        (["--", "-x"], {"outfile": "-x"}),
        (["--", "--"], {"outfile": "--"}),
        (["-5"], {"outfile": "-5"}),
        ([""], {"outfile": ""}),
        (["out", "--debug"], {"outfile": "out", "debug": True}),
        (["--output", "yaml-stream"], {"output": "yaml-stream"}),
        (["--generate-cli-skeleton"], {"generate_cli_skeleton": "input"}),
        (["--generate-cli-skeleton", "output"], {"generate_cli_skeleton": "output"}),
        (["--generate-cli-skeleton=output"], {"generate_cli_skeleton": "output"}),
        (
            ["--generate-cli-skeleton", "--debug"],
            {"generate_cli_skeleton": "input", "debug": True},
        ),
        (["--metadata", "-", "--dry-run"], {"metadata": "-", "dry_run": True}),
    ],
)
def test_words_become_values(words: list[str], given: dict[str, Any]) -> None:
    assert _parsed(INVOKE_ENDPOINT, *words) == given


@both
def test_every_member_is_an_option_and_keeps_its_name(operation: Operation) -> None:
    for member in operation.members:
        assert _parsed(operation, member.flag, "v") == {member.name: "v"}


@both
@pytest.mark.parametrize("row", GLOBALS, ids=lambda each: each.flag)
def test_every_global_option_is_one_of_each_command(operation: Operation, row: Any) -> None:
    value = row.choices[0] if row.choices else "v"
    words = [row.flag, value] if row.takes_value else [row.flag]
    assert _parsed(operation, *words) == {row.dest: value if row.takes_value else True}


@both
@pytest.mark.parametrize("row", [row for row in GLOBALS if row.choices], ids=lambda each: each.flag)
def test_a_choice_is_one_of_its_words(operation: Operation, row: Any) -> None:
    for choice in row.choices:
        assert _parsed(operation, row.flag, choice) == {row.dest: choice}
    with pytest.raises(UsageError, match=f"argument {row.flag}: Found invalid choice 'zz'") as told:
        _parsed(operation, row.flag, "zz")
    assert told.value.hints == (f"choose from {', '.join(row.choices)}",)


def test_the_nearest_choice_is_told() -> None:
    with pytest.raises(UsageError) as told:
        _parsed(INVOKE_ENDPOINT, "--output", "tex")
    assert told.value.hints == ("did you mean text?",)


def test_a_second_outfile_is_a_word_too_many() -> None:
    with pytest.raises(UsageError, match=r"Unknown options: b, c"):
        _parsed(INVOKE_ENDPOINT, "a", "b", "c")


@both
def test_every_option_has_a_line_of_help(operation: Operation) -> None:
    rows = _command(operation).rows
    assert [row.flag for row in rows if not row.help] == []
    assert len(rows) > len(operation.members)


def test_every_option_may_stand_before_the_command() -> None:
    names = every_name()
    known = {*names.valued, *names.flags}
    for operation in (INVOKE_ENDPOINT, INVOKE_ENDPOINT_ASYNC):
        command = _command(operation)
        assert {*command.names.valued, *command.names.flags, *command.names.optional} <= known


def test_every_command_says_what_it_is_for() -> None:
    assert all(COMMANDS.values())
