"""The tables of the script for zsh: the specs of each command for `_arguments` and `_describe`."""

import re
from collections.abc import Iterator

from smrt.cli.help.page import Page
from smrt.invoke.option_table import Row

from . import FILES, SERVICE, TYPES, CompletionData, option_rows, positional_rows, single_quoted

ACTIONS = {
    **dict.fromkeys(FILES, "_files"),
    "PROFILE": "_smrt_profiles",
    "REGION": "compadd -a _smrt_regions",
    "ENDPOINT": "_smrt_endpoints",
    "TYPE": "_smrt_types",
    "INPUT": "_smrt_input",
    "DATA": "_smrt_data",
    "JSON": "_smrt_input",
    "YAML": "_smrt_input",
    "[NAME=FOLDER|URL]...": "_smrt_models",
}
"""The zsh function that completes a value, by metavar."""


def tables(data: CompletionData) -> Iterator[str]:
    """Lists of words, a function per group of commands, and one for the options of commands."""
    yield f"typeset -ga _smrt_regions=({' '.join(data.regions)})"
    yield f"typeset -ga _smrt_mime_types=({' '.join(TYPES)})"
    yield "typeset -ga _smrt_global_options=("
    yield from (f"  {spec}" for row in option_rows(data.pages[0]) for spec in _option(row))
    yield ")"
    for page in data.pages:
        if page.commands:
            yield from _commands(page)
    yield from ("", "# Complete the rest of a line after the command $1.", "_smrt_arguments() {")
    yield '  case "$1 $words[1]" in'
    for page in data.pages[1:]:
        yield from _group(page) if page.is_group else _arguments(page)
    yield from ("  esac", "}", "")


def _commands(page: Page) -> Iterator[str]:
    yield from ("", f"{_function(page)}() {{", "  local -a subcommands=(")
    for name, summary in page.commands.items():
        yield f"    {single_quoted(f'{name}:{summary}')}"
    if " " not in page.name:
        service = f"{SERVICE}:Optional service name, as in the AWS CLI."
        yield f"    {single_quoted(service)}"
    yield from ("  )", "  _describe command subcommands", "}")


def _group(page: Page) -> Iterator[str]:
    name = single_quoted(page.name)
    yield f"    {name}) _smrt_group {name} {_function(page)} ;;"


def _arguments(page: Page) -> Iterator[str]:
    yield f"    {single_quoted(page.name)})"
    yield from (
        ("      local state", "      _arguments -C \\")
        if page.commands
        else ("      _arguments \\",)
    )
    specs = [spec for row in option_rows(page) for spec in _option(row)]
    specs += [_positional(row) for row in positional_rows(page)]
    if page.commands:
        specs += [f"'1: :{_function(page)}'", "'*:: :->rest'"]
    yield from (f"        {spec} \\" for spec in specs[:-1])
    yield f"        {specs[-1]}"
    if page.commands:
        yield f"      [[ $state == rest ]] && _smrt_arguments {single_quoted(page.name)}"
    yield "      ;;"


def _function(page: Page) -> str:
    return f"_{page.name.replace(' ', '_')}_commands"


def _option(row: Row) -> Iterator[str]:
    description = f"[{_escaped(row.help)}]"
    if row.short:
        yield f"'({row.short} {row.flag})'{{{row.short},{row.flag}}}{single_quoted(description)}"
    elif not row.takes_value:
        yield single_quoted(row.flag + description)
    else:
        colon = "::" if row.metavar.startswith("[") else ":"
        repeated = "*" if row.is_repeatable else ""
        yield single_quoted(
            f"{repeated}{row.flag}={description}{colon}{_escaped(row.metavar)}:{_action(row)}"
        )


def _positional(row: Row) -> str:
    prefix = "*" if row.metavar.endswith("...") else ":"
    return single_quoted(f"{prefix}:{_escaped(row.metavar)}:{_action(row)}")


def _action(row: Row) -> str:
    if row.choices:
        return f"({' '.join(row.choices)})"
    return ACTIONS.get(row.metavar, f"_smrt_text {row.metavar}")


def _escaped(text: str) -> str:
    return re.sub(r"([\[\]:\\])", r"\\\1", text)
