"""The short help of a command, as text of a given width."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from textwrap import wrap

from smrt.invoke.option_table import Row

from .page import Page, grouped

INDENT = 2
NARROWEST = 20
WIDEST = 100
"""Columns: a narrower text is printed below its label; wider lines are hard to read."""

_WORD = r"(?:'[^']*'|[^\s'])+"
"""A word of a shell's line, of which a part can be in single quotes."""
_UNIT = rf"(?:--[\w-]+ (?![\\-]))?{_WORD}"
"""A word, or an option and its value, which stay on one line."""

Paint = Callable[[str], str]


def help_text(page: Page, width: int, *, bold: bool = False) -> str:
    """The help in lines of at most `width` columns, except for words that are longer."""
    return _text(_lines(page, min(width, WIDEST), _paint(bold=bold)), bold=bold)


def differences_text(
    rows: Iterable[tuple[str, str, str, str]], summary: str, width: int, *, bold: bool = False
) -> str:
    """The differences from the AWS CLI; `rows` have topic, aws, smrt and reason."""
    return _text(_differences(rows, summary, min(width, WIDEST), _paint(bold=bold)), bold=bold)


def definitions(pairs: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    """The lines of labels with a text each, wrapped to `width` columns."""
    column = _column([label for label, _ in pairs], width)
    for label, text in pairs:
        yield from _pair(label, _wrapped(text, width - column), column, str)


def _differences(
    rows: Iterable[tuple[str, str, str, str]], summary: str, width: int, paint: Paint
) -> Iterator[str]:
    labels = ("aws", "smrt", "reason")
    column = _column(list(labels), width)
    yield from _wrapped(summary, width)
    for topic, *texts in rows:
        yield ""
        yield from (paint(line) for line in _wrapped(topic[0].upper() + topic[1:], width))
        for label, text in zip(labels, texts, strict=True):
            yield from _pair(label, _wrapped(text, width - column), column, str)


def _paint(*, bold: bool) -> Paint:
    return (lambda word: f"\x1b[1m{word}\x1b[0m") if bold else str


def _text(lines: Iterable[str], *, bold: bool) -> str:
    text = "".join(f"{line}\n" for line in lines)
    if not bold:
        return text
    from smrt.protocol.visible import Painted

    return Painted(text)


def _lines(page: Page, width: int, paint: Paint) -> Iterator[str]:
    yield from _usage(page, width, paint)
    for paragraph in (page.summary, *page.text):
        yield ""
        yield from _wrapped(paragraph, width)
    sections = list(_sections(page))
    column = _column([label for _, pairs in sections for label, _ in pairs], width)
    for title, pairs in sections:
        yield from ("", paint(f"{title.capitalize()}:"))
        for label, text in pairs:
            yield from _pair(label, _wrapped(text, width - column), column, paint)
    if page.examples:
        yield from ("", paint("Examples:"))
    for number, (title, line) in enumerate(page.examples):
        yield from ([""] if number else [])
        yield from (" " * INDENT + wrapped for wrapped in _wrapped(f"{title}:", width - INDENT))
        for command in line.split("\n"):
            yield from _command_lines(command, width)


def _command_lines(command: str, width: int) -> Iterator[str]:
    """A line of an example, indented; a long one continues on the next line, as in a shell."""
    start = " " * (len(command) - len(command.lstrip()) + 2 * INDENT)
    indent = start + " " * INDENT
    longest = width - len(indent) - len(" \\")
    first, *units = re.findall(_UNIT, command)
    line = start + first
    for unit in units:
        for words in [unit] if len(unit) <= longest else unit.split(" ", 1):
            if words != "\\" and len(f"{line} {words} \\") > width:
                yield f"{line} \\"
                line = indent + words
            else:
                line += f" {words}"
    yield line


def _sections(page: Page) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The titles of the sections, each with pairs of labels and texts."""
    if page.commands:
        yield "commands", list(page.commands.items())
    for title, rows in grouped(row for row in page.rows if row.help):
        yield title, [(row.label, _description(row)) for row in rows]


def _description(row: Row) -> str:
    return f"{row.help} [{row.terms}]" if row.terms else row.help


def _usage(page: Page, width: int, paint: Paint) -> Iterator[str]:
    """The usage, wrapped between words; further lines are indented."""
    lines = [["Usage:", page.name]]
    for word in page.usage:
        if len(" ".join(lines[-1])) + 1 + len(word) > width:
            lines.append([" " * (2 * INDENT - 1)])
        lines[-1].append(word)
    first, *others = (" ".join(line) for line in lines)
    yield first.replace("Usage:", paint("Usage:"), 1)
    yield from others


def _pair(label: str, lines: list[str], column: int, paint: Paint) -> Iterator[str]:
    """A label with its text beside it, or below it if the label is too long."""
    name = " " * INDENT + paint(label)
    if len(label) + 2 * INDENT <= column:
        yield name + " " * (column - INDENT - len(label)) + lines.pop(0)
    else:
        yield name
    yield from (" " * column + line for line in lines)


def _column(labels: list[str], width: int) -> int:
    """The column of the texts: after the longest label that takes at most two fifths of `width`."""
    max_column = width * 2 // 5
    columns = (len(label) + 2 * INDENT for label in labels)
    column = max((column for column in columns if column <= max_column), default=2 * INDENT)
    return column if width - column >= NARROWEST else 3 * INDENT


def _wrapped(paragraph: str, width: int) -> list[str]:
    return wrap(
        paragraph, max(width, NARROWEST), break_long_words=False, break_on_hyphens=False
    ) or [""]
