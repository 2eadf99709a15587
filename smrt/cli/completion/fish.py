"""The tables of the script for fish: a `complete` line per command, option and argument."""

from collections.abc import Iterator

from smrt.cli.help.page import Page
from smrt.invoke.option_table import Row

from . import FILES, SERVICE, TYPES, CompletionData, option_rows, positional_rows

PATHS = "__smrt_paths"
INPUT = f"{PATHS} file:// fileb:// -"
VALUES = {
    "PROFILE": "__smrt_profiles",
    "REGION": 'printf "%s\\\\n" $__smrt_regions',
    "ENDPOINT": "__smrt_endpoints",
    "TYPE": f"{PATHS} {' '.join(TYPES)}",
    "INPUT": INPUT,
    "DATA": "__smrt_data",
    "JSON": INPUT,
    "YAML": INPUT,
    "[NAME=FOLDER|URL]...": PATHS,
}
"""The command that lists the values, by metavar."""


def tables(data: CompletionData) -> Iterator[str]:
    """Lists of words, and the lines of each page."""
    yield f"set -g __smrt_regions {' '.join(data.regions)}"
    rows = [row for page in data.pages for row in option_rows(page)]
    valued = dict.fromkeys(row.flag for row in rows if row.metavar and row.metavar[0] != "[")
    yield f"set -g __smrt_valued {' '.join(valued)}"
    yield f"set -g __smrt_commands {' '.join(_quoted(page.name) for page in data.pages[1:])}"
    for page in data.pages:
        yield from ("", f"# {page.name}")
        yield from _commands(page)
        yield from (line for row in option_rows(page) for line in _option(page, row))
        yield from (_positional(page, row) for row in positional_rows(page))


def _commands(page: Page) -> Iterator[str]:
    for name, summary in page.commands.items():
        yield f"{_start(page)} -a {name} -d {_quoted(summary)}"
    if page.commands and " " not in page.name:
        description = "Optional service name, as in the AWS CLI."
        yield f"{_start(page)} -a {SERVICE} -d {_quoted(description)}"


def _option(page: Page, row: Row) -> Iterator[str]:
    short = f" -s {row.short[1:]}" if row.short else ""
    unused = "" if row.is_repeatable else f" -n '__smrt_unused {row.flag}'"
    start = f"{_start(page)}{unused} -l {row.flag[2:]}{short}"
    if row.metavar.startswith("["):  # an optional value is completed as a word, too
        yield f"{_start(page)} -n '__smrt_previous_is {row.flag}'{_value(row)}"
    value = _value(row) if row.takes_value and not row.metavar.startswith("[") else ""
    yield f"{start}{value} -d {_quoted(row.help)}"


def _positional(page: Page, row: Row) -> str:
    return f"{_start(page)}{_value(row)}"


def _value(row: Row) -> str:
    if row.metavar in FILES:
        return " -r -F" if row.flag else " -F"
    exclusive = " -x" if row.flag and not row.metavar.startswith("[") else ""
    if row.choices:
        return f"{exclusive} -a {_quoted(' '.join(row.choices))}"
    return f"{exclusive} -a {_quoted(f'({VALUES.get(row.metavar, PATHS)})')}"


def _start(page: Page) -> str:
    return f"complete -c smrt -n '__smrt_command_is {_double(page.name)}'"


def _double(text: str) -> str:
    return f'"{text}"'


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
