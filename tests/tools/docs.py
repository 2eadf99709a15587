"""The parts of the docs that are made from tables, between comments that name them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from smrt.cli.help.differences import DIFFERENCES
from smrt.cli.help.page import Page
from smrt.cli.help.reference import ENVIRONMENT, FILES, OWN_LIMITS, STATUSES
from smrt.invoke.option_table import Row
from tests.support.project import ROOT


def filled(pages: Sequence[Page]) -> dict[str, str]:
    """The text of each page of the docs that has such parts, by its path."""
    return {
        "docs/options.md": _filled(
            "docs/options.md",
            {
                "options": options(pages),
                "environment": _table(("variable", "meaning"), _cells(ENVIRONMENT.items())),
                "files": _table(("file", "content"), _cells(FILES.items())),
                "limits": _table(("what", "limit"), _cells(OWN_LIMITS.items())),
            },
        ),
        "docs/exit-statuses.md": _filled("docs/exit-statuses.md", {"statuses": statuses()}),
        "docs/differences.md": _filled("docs/differences.md", {"differences": differences()}),
    }


def statuses() -> str:
    """The exit statuses."""
    return _table(
        ("status", "meaning"), _cells((str(int(code)), text) for code, text in STATUSES.items())
    )


def differences() -> str:
    """The differences from the AWS CLI, without their reasons."""
    return _table(("", "`aws`", "`smrt`"), _cells(row[:3] for row in DIFFERENCES))


def options(pages: Sequence[Page]) -> str:
    """Every option once, with the commands that take it; a global one with its general default."""
    takers: dict[str, list[str]] = {}
    rows = {row.flag: row for page in pages for row in page.anywhere}
    for page in pages:
        for row in page.rows:
            if row.flag.startswith("-"):
                rows.setdefault(row.flag, row)
                takers.setdefault(row.flag, []).append(page.name.removeprefix("smrt "))
    every = len(
        {page.name for page in pages if any(row.flag == "--endpoint-name" for row in page.rows)}
    )
    lines = (
        (f"`{rows[flag].label}`", _cell(_meaning(rows[flag])), _commands(names, every))
        for flag, names in takers.items()
    )
    return _table(("option", "meaning", "commands"), lines)


def _meaning(row: Row) -> str:
    return f"{row.help} {row.terms[0].upper()}{row.terms[1:]}." if row.terms else row.help


def _commands(names: Sequence[str], every: int) -> str:
    calls = [name for name in names if name.startswith("invoke-endpoint")]
    others = [name for name in names if name not in calls]
    shown = ["every call"] if len(calls) == every else [f"`{name}`" for name in calls]
    return ", ".join([*shown, *(f"`{name}`" for name in others)])


def _cells(rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    return ([_cell(text) for text in row] for row in rows)


def _cell(text: str) -> str:
    """A cell of a table; what looks like code is marked."""
    marked = re.sub(
        r"(?<![\w`/])(--?[a-z][\w-]*(?: (?:-|on|auto)(?![\w-]))?|~/[^\s,]+|fileb?://[\w/]*"
        r"|[A-Z]{2,}(?:_[A-Z0-9]+)+(?:=\w+)?)",
        r"`\1`",
        text,
    )
    return marked.replace("|", "\\|")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n".replace("|  |", "| |") for line in lines)


def _filled(path: str, parts: Mapping[str, str]) -> str:
    text = (ROOT / path).read_text(encoding="utf-8")
    for name, part in parts.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, found, rest = text.partition(begin)
        assert found, f"{path} has no {begin}"
        text = before + begin + part + end + rest.partition(end)[2]
    return text
