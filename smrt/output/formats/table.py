"""Tables with borders, as AWS CLI draws them.

A value is drawn as sections, each with a title, a header and rows. A mapping is a section with its
keys as header and one row; nested values follow as sections that are indented by one border. If the
table is wider than the terminal, sections with one row are transposed: a row for each key. A scalar
is only a title, and an empty value is not drawn.

Where AWS CLI fails, smrt draws the table: a row with another length than those before it starts a
new section, and so does a value that is not a mapping in a list of mappings. (For a mapping in a
list that starts with another type, AWS draws only the keys, and so does smrt if AWS does not fail.)
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle, islice
from typing import Any

from smrt.protocol.visible import Painted

from . import Style

_PADDING = 4
_BORDER = 2
_CELL = "1m\x1b[34"
_FRAME = "2m\x1b[33"


class _Section:
    """Rows below a title, indented by `depth` borders."""

    def __init__(self, title: str, depth: int) -> None:
        self.title = title
        self.depth = depth
        self.header: list[str] = []
        self.rows: list[list[str]] = []

    def fits(self, cells: Sequence[Any]) -> bool:
        """Whether the section's rows have as many cells."""
        if self.rows:
            return len(self.rows[0]) == len(cells)
        return not self.header or len(self.header) == len(cells)

    @property
    def widths(self) -> list[int]:
        """The widths of the columns, with padding."""
        present = (self.header, *self.rows) if self.header else self.rows
        return [max(map(_columns, column)) + _PADDING for column in zip(*present, strict=True)]

    @property
    def width(self) -> int:
        """The width of the section, from the left border to the right one."""
        inner = max(sum(self.widths), _columns(self.title))
        return inner + _BORDER + 2 * self.depth

    def convert(self, convert: Callable[[str], str]) -> None:
        """Convert all texts, before they are measured."""
        self.title = convert(self.title)
        self.header = [convert(text) for text in self.header]
        self.rows = [[convert(text) for text in row] for row in self.rows]

    def transpose(self) -> None:
        """Change a single row to a row for each key."""
        if self.header and len(self.rows) == 1:
            self.rows = [list(pair) for pair in zip(self.header, self.rows[0], strict=True)]
            self.header = []


class _Table:
    """The sections of a value; `ragged` if a row does not fit where AWS CLI would draw it."""

    def __init__(self, title: str, value: Any, *, ragged: bool = False) -> None:
        self.sections: list[_Section] = []
        self.ragged = ragged
        self.add(value, title, 0)

    def add(self, value: Any, title: str, depth: int) -> None:
        """Add `value` as a section with a title, unless it is empty."""
        if not value:
            return
        self.sections.append(_Section(title, depth))
        if isinstance(value, dict):
            self._mapping(value, depth)
        elif isinstance(value, list):
            self._list(value, title, depth)

    def _list(self, items: Sequence[Any], title: str, depth: int) -> None:
        if not isinstance(items[0], dict):
            self._rows(items)
            return
        self._mappings([item for item in items if isinstance(item, dict)], title, depth)
        others = [item for item in items if not isinstance(item, dict)]
        if others:
            self._start_section()
            self.sections[-1].depth = depth
            self._rows(others)

    def _mapping(self, value: Mapping[str, Any], depth: int) -> None:
        header, nested = _keys([value])
        if len(header) == 1:
            self._row([header[0], value[header[0]]])
        elif header:
            self._header(header)
            self._row([value[key] for key in header])
        for key in nested:
            self.add(value[key], key, depth + 1)

    def _mappings(self, items: Sequence[Mapping[str, Any]], title: str, depth: int) -> None:
        header, nested = _keys(items)
        self._header(header)
        for index, item in enumerate(items):
            if index and nested:
                self.sections.append(_Section(title, depth))
                self._header(header)
            self._row([item.get(key, "") for key in header])
            for key in nested:
                self.add(item.get(key), key, depth + 1)

    def _rows(self, items: Sequence[Any]) -> None:
        for item in items:
            if not _is_nested(item):
                self._row([item])
            elif any(map(_is_nested, item)):
                self._list(item, "", 0)
            elif isinstance(item, dict) and self.ragged:
                self._start_section()
                self._mapping(item, self.sections[-1].depth)
            else:
                self._row(list(item))

    def _header(self, header: list[str]) -> None:
        if not self.sections[-1].fits(header):
            self._start_section()
        self.sections[-1].header = header

    def _row(self, cells: Sequence[Any]) -> None:
        if not self.sections[-1].fits(cells):
            self._start_section()
        self.sections[-1].rows.append([str(cell) for cell in cells])

    def _start_section(self) -> None:
        self.ragged = True
        self.sections.append(_Section("", self.sections[-1].depth))


def chunks(value: Any, style: Style) -> Iterator[str]:
    """`value` as the lines of a table."""
    return map(Painted, _lines(value, style))


def _lines(value: Any, style: Style) -> Iterator[str]:
    sections = _sections(value, style.title)
    if not sections:
        return
    for section in sections:
        section.convert(style.visible)
    width = max(section.width for section in sections)
    if width > style.width:
        for section in sections:
            section.transpose()
        width = max(section.width for section in sections)
    yield "-" * width + "\n"
    for section in sections:
        margin = _painted("|", _FRAME, style) * section.depth
        for line in _drawn(section, width - 2 * section.depth, style):
            yield f"{margin}{line}{margin}\n"


def _sections(value: Any, title: str) -> list[_Section]:
    table = _Table(title, value)
    return _Table(title, value, ragged=True).sections if table.ragged else table.sections


def _drawn(section: _Section, width: int, style: Style) -> Iterator[str]:
    if section.title:
        yield "|" + _centered(section.title, width, _BORDER) + "|"
        if not section.header and not section.rows:
            yield "+" + "-" * (width - _BORDER) + "+"
    widths = _stretched(section.widths, width)
    if not widths:
        return
    rule = "+" + "".join("-" * (column - 1) + "+" for column in (widths[0] - 1, *widths[1:]))
    yield rule
    if section.header:
        yield _header_line(section.header, widths)
        yield rule
    for row in section.rows:
        yield _row_line(row, widths, style)
    yield rule


def _header_line(header: Sequence[str], widths: Sequence[int]) -> str:
    edges = (2, *(1 for _ in widths[1:]))
    cells = map(_centered, header, widths, edges)
    return "|" + "".join(cell + "|" for cell in cells)


def _centered(text: str, width: int, edges: int) -> str:
    """`text` in the middle of a cell; `width` includes the cell's `edges`."""
    length = _columns(text)
    before = width // 2 - length // 2 - 1
    return " " * before + text + " " * (width - edges - before - length)


def _row_line(row: Sequence[str], widths: Sequence[int], style: Style) -> str:
    line = "|"
    for text, width in zip(row, (widths[0] - 1, *widths[1:]), strict=True):
        space = width - 1 - _columns(text)
        before = 2 if space >= 2 else 0  # noqa: PLR2004 - the margin of a cell
        line += " " * before + _painted(text, _CELL, style) + " " * (space - before) + "|"
    return line


def _stretched(widths: Sequence[int], total: int) -> list[int]:
    """The widths, scaled proportionally to the sum `total`."""
    if not widths:
        return []
    factor = total / sum(widths)
    stretched = [round(factor * width) for width in widths]
    excess = sum(stretched) - total
    step, order = (1, 1) if excess > 0 else (-1, -1)
    for index in islice(cycle(range(len(widths))[::order]), abs(excess)):
        stretched[index] -= step
    return stretched


def _keys(mappings: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """The keys with scalar values, and the keys with nested values; a key can be in both."""
    pairs = [(key, _is_nested(value)) for each in mappings for key, value in each.items()]
    return (
        sorted({key for key, nested in pairs if not nested}),
        sorted({key for key, nested in pairs if nested}),
    )


def _is_nested(value: Any) -> bool:
    return isinstance(value, (dict, list))


def _columns(text: str) -> int:
    """The width of `text` on a terminal; ambiguous characters count as wide."""
    if text.isascii():
        return len(text)
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)


def _painted(text: str, rendition: str, style: Style) -> str:
    return f"\x1b[{rendition}m{text}\x1b[0m" if style.color else text
