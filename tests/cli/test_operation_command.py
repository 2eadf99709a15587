"""Command lines, and the values to which they are parsed."""

import io
from collections.abc import Mapping
from contextlib import ExitStack
from importlib import import_module
from typing import Any

import pytest

from smrt.cli.main import COMMANDS
from smrt.cli.operation_command import OperationCommand, leading_option_names
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
    """The parameters that the words set."""
    app = App(Console(io.BytesIO(), io.BytesIO(), io.BytesIO()), {}, ExitStack())
    params = _command(operation).make_context("x", list(words), obj=app).params
    return {name: value for name, value in params.items() if value not in (None, False)}


@pytest.mark.parametrize(
    ("words", "expected"),
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
        (["--metadata", "-", "--dry-run"], {"metadata": "-", "dry_run": "request"}),
    ],
)
def test_words_are_parsed_to_values(words: list[str], expected: dict[str, Any]) -> None:
    assert _parsed(INVOKE_ENDPOINT, *words) == expected


@both
def test_every_member_is_an_option_with_its_name(operation: Operation) -> None:
    for member in operation.members:
        assert _parsed(operation, member.flag, "v") == {member.name: "v"}


@both
@pytest.mark.parametrize("row", GLOBALS, ids=lambda each: each.flag)
def test_every_command_has_every_global_option(operation: Operation, row: Any) -> None:
    value = row.choices[0] if row.choices else "v"
    words = [row.flag, value] if row.takes_value else [row.flag]
    expected = value if row.takes_value else (*row.attached, True)[0]
    assert _parsed(operation, *words) == {row.dest: expected}
    if row.short:
        assert _parsed(operation, row.short) == {row.dest: expected}


@both
@pytest.mark.parametrize("row", [row for row in GLOBALS if row.choices], ids=lambda each: each.flag)
def test_a_choice_accepts_only_its_values(operation: Operation, row: Any) -> None:
    for choice in row.choices:
        assert _parsed(operation, row.flag, choice) == {row.dest: choice}
    with pytest.raises(
        UsageError, match=f"argument {row.flag}: Found invalid choice 'zz'"
    ) as caught:
        _parsed(operation, row.flag, "zz")
    assert caught.value.hints == (f"choose from {', '.join(row.choices)}",)


def test_the_nearest_choice_is_suggested() -> None:
    with pytest.raises(UsageError) as caught:
        _parsed(INVOKE_ENDPOINT, "--output", "tex")
    assert caught.value.hints == ("did you mean text?",)


def test_a_second_outfile_is_an_unknown_option() -> None:
    with pytest.raises(UsageError, match=r"Unknown options: b, c"):
        _parsed(INVOKE_ENDPOINT, "a", "b", "c")


@both
def test_every_option_has_a_line_of_help(operation: Operation) -> None:
    rows = _command(operation).rows
    assert [row.flag for row in rows if not row.help] == []
    assert len(rows) > len(operation.members)


def test_every_option_can_precede_the_command() -> None:
    names = leading_option_names()
    known = {*names.valued, *names.flags}
    for operation in (INVOKE_ENDPOINT, INVOKE_ENDPOINT_ASYNC):
        command = _command(operation)
        assert {*command.names.valued, *command.names.flags, *command.names.optional} <= known


def test_every_command_has_a_summary() -> None:
    assert all(COMMANDS.values())
