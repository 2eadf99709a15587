"""Rows of CSV files (RFC 4180): those whose quoted fields have line breaks, and their fields.

A field keeps its quotes: what is not selected or joined stays as it is, byte for byte.
"""

import re
from collections.abc import Iterator
from enum import Enum

from .line_reader import Line, LineReader

LONGEST_ROW = 4 << 20
"""Bytes of a row with line breaks in it; a quote that does not close in so many is an error."""
_QUOTED = r'"[^"]*(?:""[^"]*)*"(?!")'
_FIELD = re.compile(rf"({_QUOTED}[^,]*|[^,]*)(,|\Z)")
_EARLIER_FIELDS = re.compile(rf'(?:(?:{_QUOTED}|[^",][^,]*)?,)*'.encode())
_LAST_QUOTED = re.compile(_QUOTED.encode() + rb"(\r?\n?\Z)?")


class RowState(Enum):
    """Whether a row ends where its line ends."""

    COMPLETE = "complete"
    OPEN = "a quoted field goes on in the next line"
    MALFORMED = "something follows a closing quote"


class RowReader(LineReader):
    """The rows of a CSV file. A row with a quote that never closes is its first line alone."""

    def until(self, end: int) -> Iterator[Line]:
        """The next rows that begin before `end`."""
        while self.offset < end and (self._ready or self._fill()):
            line = self._ready.pop()
            row = self._row(line) if line.count(b'"') % 2 else line
            yield self.offset, self.number, row
            self.offset += len(row) + self._dropped
            self.number += 1 if row is line else row.count(b"\n") or 1
            self._dropped = 0

    def _row(self, line: bytes) -> bytes:
        """`line` and the lines up to the one that closes its last quote."""
        lines, length, state = [line], len(line), row_state(line)
        while state is RowState.OPEN and length < LONGEST_ROW and (self._ready or self._fill()):
            lines.append(self._ready.pop())
            length += len(lines[-1])
            state = row_state(lines[-1], is_open=True)
        if state is RowState.COMPLETE:
            return b"".join(lines)
        self._ready += lines[:0:-1]
        return line


def row_state(row: bytes, *, is_open: bool = False) -> RowState:
    """The state at the end of `row`, or of a line that goes on with an open field."""
    if is_open:
        row = b'"' + row
    last = _EARLIER_FIELDS.match(row).end()  # type: ignore[union-attr]  # it matches b"" too
    if not row.startswith(b'"', last):
        return RowState.COMPLETE
    quoted = _LAST_QUOTED.match(row, last)
    if not quoted:
        return RowState.OPEN
    return RowState.MALFORMED if quoted[1] is None else RowState.COMPLETE


def csv_fields(row: str) -> list[str]:
    """The fields of a row without its line break, with their quotes."""
    if '"' not in row:
        return row.split(",")
    fields = []
    for match in _FIELD.finditer(row):
        fields.append(match[1])
        if not match[2]:
            break
    return fields
