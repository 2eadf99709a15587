"""The help page of a command: the source of its help, man page and completions."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from smrt.invoke.option_table import Row

Example = tuple[str, str]
"""A title and command lines."""

GROUPS = ("required", "arguments", "options", "request")
LAST_GROUPS = ("output", "connection", "other")
"""The groups of options in reading order; any other group is between these two lists."""


class Page(NamedTuple):
    """The help of a command by its full name: `usage` in words, `text` in paragraphs.

    `anywhere` are options of all commands, which can precede them; `fields` are the members of the
    metadata that the command prints.
    """

    name: str
    summary: str
    usage: tuple[str, ...]
    text: tuple[str, ...] = ()
    commands: Mapping[str, str] = {}
    rows: tuple[Row, ...] = ()
    examples: tuple[Example, ...] = ()
    fields: Mapping[str, str] = {}
    anywhere: tuple[Row, ...] = ()

    @property
    def is_group(self) -> bool:
        """Whether the command runs only with the name of a subcommand."""
        return self.usage[:1] == ("COMMAND",)


TITLES = {"other": "other options"}


def grouped(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """Group the rows: the titles in order, each with its rows."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    between = [name for name in groups if name not in (*GROUPS, *LAST_GROUPS)]
    names = [name for name in (*GROUPS, *between, *LAST_GROUPS) if name in groups]
    return [(TITLES.get(name, name), groups[name]) for name in names]
