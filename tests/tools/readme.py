"""The parts of the README that are made from tables, between comments that name them."""

import re
from collections.abc import Iterator, Mapping, Sequence

from smrt.cli.help.differences import DIFFERENCES
from smrt.cli.help.page import Page
from smrt.invoke.option_table import Row
from tests.support.project import ROOT

PATH = ROOT / "README.md"


def filled(text: str, pages: Sequence[Page]) -> str:
    """`text` with what the tables say in its places."""
    return _put(text, {"differences": differences(), "options": options(pages)})


def differences() -> str:
    """What is not as with the AWS CLI."""
    rows = ((_cell(what), _cell(aws), _cell(ours)) for what, aws, ours, _ in DIFFERENCES)
    return _table(("", "aws", "smrt"), rows)


def options(pages: Sequence[Page]) -> str:
    """Every option once, with the commands that take it."""
    takers: dict[str, list[str]] = {}
    rows: dict[str, Row] = {}
    for page in pages:
        for row in page.rows:
            if row.flag.startswith("-"):
                rows.setdefault(row.flag, row)
                takers.setdefault(row.flag, []).append(page.name.removeprefix("smrt "))
    every = len(
        {page.name for page in pages if any(row.flag == "--endpoint-name" for row in page.rows)}
    )
    lines = (
        (f"`{flag}`", _cell(row.help), _commands(takers[flag], every)) for flag, row in rows.items()
    )
    return _table(("option", "what it does", "commands"), lines)


def _commands(names: Sequence[str], every: int) -> str:
    calls = [name for name in names if name.startswith("invoke-endpoint")]
    others = [name for name in names if name not in calls]
    shown = ["every call"] if len(calls) == every else [f"`{name}`" for name in calls]
    return ", ".join([*shown, *(f"`{name}`" for name in others)])


def _cell(text: str) -> str:
    """A cell of a table; what looks like code is marked."""
    marked = re.sub(
        r"(?<![\w`])(--?[a-z][\w-]*(?:=\w+)?|~/\S+|[A-Z]{2,}(?:_[A-Z0-9]+)+)", r"`\1`", text
    )
    return marked.replace("|", "\\|")


def _table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n".replace("|  |", "| |") for line in lines)


def _put(text: str, parts: Mapping[str, str]) -> str:
    for name, part in parts.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, _, rest = text.partition(begin)
        text = before + begin + part + end + rest.partition(end)[2]
    return text
