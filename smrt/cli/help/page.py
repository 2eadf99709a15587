"""What there is to know of a command: help, man pages and completions are made from it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from smrt.invoke.option_table import Row

Example = tuple[str, str]
"""A title, and the command lines to copy."""

GROUPS = ("required", "arguments", "options", "request")
LAST_GROUPS = ("output", "connection", "other")
"""The groups of options in the order in which people read them; any other stands between."""


class Page(NamedTuple):
    """A command by its whole name: `usage` in pieces, `text` in paragraphs.

    `anywhere` are options of all commands, which may stand before them; `fields` are the members
    of the metadata that it prints.
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


TITLES = {"other": "other options"}


def grouped(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """The rows by the titles of their groups, the groups in order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.group, []).append(row)
    between = [name for name in found if name not in (*GROUPS, *LAST_GROUPS)]
    names = [name for name in (*GROUPS, *between, *LAST_GROUPS) if name in found]
    return [(TITLES.get(name, name), found[name]) for name in names]
