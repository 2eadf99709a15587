"""Tables drawn with lines, as AWS CLI draws them.

A value becomes sections, one above the other, each with a title, a header and rows. A mapping is a
section of one row under its keys; what is nested in it follows as sections one frame further in.
Where the whole is wider than the terminal, sections of one row are turned to stand upright: a row
for each key. A scalar is only a title, and what is empty is nothing.

Where AWS CLI gives up, we go on: a row that has not the length of those before it begins a section
of its own, and so does what is not a mapping in a list of mappings. (Of a mapping in a list that
begins otherwise AWS draws the keys alone; so do we, unless it is one of those that AWS gives up.)
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
    """Rows below a title, `depth` frames in."""

    def __init__(self, title: str, depth: int) -> None:
        self.title = title
        self.depth = depth
        self.header: list[str] = []
        self.rows: list[list[str]] = []

    def fits(self, cells: Sequence[Any]) -> bool:
        """Whether a row of so many cells belongs here."""
        if self.rows:
            return len(self.rows[0]) == len(cells)
        return not self.header or len(self.header) == len(cells)

    @property
    def widths(self) -> list[int]:
        """The columns' own widths, with padding."""
        present = (self.header, *self.rows) if self.header else self.rows
        return [max(map(_columns, column)) + _PADDING for column in zip(*present, strict=True)]

    @property
    def width(self) -> int:
        """What the section needs, from the left edge to the right."""
        inner = max(sum(self.widths), _columns(self.title))
        return inner + _BORDER + 2 * self.depth

    def write(self, shown: Callable[[str], str]) -> None:
        """Write all texts as `shown` has them, before they are measured."""
        self.title = shown(self.title)
        self.header = [shown(text) for text in self.header]
        self.rows = [[shown(text) for text in row] for row in self.rows]

    def stand_upright(self) -> None:
        """Turn a single row: a line for each key."""
        if self.header and len(self.rows) == 1:
            self.rows = [list(pair) for pair in zip(self.header, self.rows[0], strict=True)]
            self.header = []


class _Table:
    """The sections of a value; `ragged` once a row did not fit where the AWS CLI would put it."""

    def __init__(self, title: str, value: Any, *, ragged: bool = False) -> None:
        self.sections: list[_Section] = []
        self.ragged = ragged
        self.add(value, title, 0)

    def add(self, value: Any, title: str, depth: int) -> None:
        """`value` as a section with a title; an empty one is left out."""
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
            self._begin()
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
                self._begin()
                self._mapping(item, self.sections[-1].depth)
            else:
                self._row(list(item))

    def _header(self, header: list[str]) -> None:
        if not self.sections[-1].fits(header):
            self._begin()
        self.sections[-1].header = header

    def _row(self, cells: Sequence[Any]) -> None:
        if not self.sections[-1].fits(cells):
            self._begin()
        self.sections[-1].rows.append([str(cell) for cell in cells])

    def _begin(self) -> None:
        self.ragged = True
        self.sections.append(_Section("", self.sections[-1].depth))


def chunks(value: Any, look: Style) -> Iterator[str]:
    """`value` as the lines of a table."""
    return map(Painted, _lines(value, look))


def _lines(value: Any, look: Style) -> Iterator[str]:
    sections = _sections(value, look.title)
    if not sections:
        return
    for section in sections:
        section.write(look.visible)
    width = max(section.width for section in sections)
    if width > look.width:
        for section in sections:
            section.stand_upright()
        width = max(section.width for section in sections)
    yield "-" * width + "\n"
    for section in sections:
        margin = _painted("|", _FRAME, look) * section.depth
        for line in _drawn(section, width - 2 * section.depth, look):
            yield f"{margin}{line}{margin}\n"


def _sections(value: Any, title: str) -> list[_Section]:
    table = _Table(title, value)
    return _Table(title, value, ragged=True).sections if table.ragged else table.sections


def _drawn(section: _Section, width: int, look: Style) -> Iterator[str]:
    if section.title:
        yield "|" + _centred(section.title, width, _BORDER) + "|"
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
        yield _row_line(row, widths, look)
    yield rule


def _header_line(header: Sequence[str], widths: Sequence[int]) -> str:
    edges = (2, *(1 for _ in widths[1:]))
    cells = map(_centred, header, widths, edges)
    return "|" + "".join(cell + "|" for cell in cells)


def _centred(text: str, width: int, edges: int) -> str:
    """`text` in the middle of a cell, whose `width` counts the edges that belong to it."""
    length = _columns(text)
    before = width // 2 - length // 2 - 1
    return " " * before + text + " " * (width - edges - before - length)


def _row_line(row: Sequence[str], widths: Sequence[int], look: Style) -> str:
    line = "|"
    for text, width in zip(row, (widths[0] - 1, *widths[1:]), strict=True):
        space = width - 1 - _columns(text)
        before = 2 if space >= 2 else 0  # noqa: PLR2004 - the margin of a cell
        line += " " * before + _painted(text, _CELL, look) + " " * (space - before) + "|"
    return line


def _stretched(widths: Sequence[int], total: int) -> list[int]:
    """The columns in proportion, so that they are `total` wide together."""
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
    """The keys of scalars and the keys of what is nested; where both happen, a key is in both."""
    pairs = [(key, _is_nested(value)) for each in mappings for key, value in each.items()]
    return (
        sorted({key for key, nested in pairs if not nested}),
        sorted({key for key, nested in pairs if nested}),
    )


def _is_nested(value: Any) -> bool:
    return isinstance(value, (dict, list))


def _columns(text: str) -> int:
    """How wide `text` is on a terminal, where ambiguous characters count as wide too."""
    if text.isascii():
        return len(text)
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)


def _painted(text: str, rendition: str, look: Style) -> str:
    return f"\x1b[{rendition}m{text}\x1b[0m" if look.color else text
