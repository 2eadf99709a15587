"""Indents JSON text: only the white space between its tokens changes."""

import re
from collections.abc import Iterator, Sequence

from smrt.protocol.json_document import parse_json

INDENT = "    "
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_OPEN = ("{", "[")
_CLOSE = ("}", "]")


def indented_json(text: str, width: int) -> str:
    """JSON with a line per item, of `width` columns where items fit; raises ValueError for no JSON.

    An array of numbers fills its lines; another array without arrays or objects is one line, if it
    fits.
    """
    parse_json(text)
    return "".join(_layout(_TOKEN.findall(text), width)) + "\n"


def _layout(tokens: Sequence[str], width: int) -> Iterator[str]:
    depth = index = column = 0
    while index < len(tokens):
        text, end = tokens[index], _end_of_row(tokens, index)
        if end:
            yield _row(tokens[index + 1 : end : 2], depth, width, column)
            index = end
        elif text in _CLOSE:
            depth -= 1
            yield _line(depth) + text
        elif text in _OPEN and tokens[index + 1] in _CLOSE:
            index += 1
            yield text + tokens[index]
        elif text in (*_OPEN, ","):
            depth += text != ","
            column = len(INDENT) * depth
            yield text + _line(depth)
        else:
            text = ": " if text == ":" else text
            column += len(text)
            yield text
        index += 1


def _end_of_row(tokens: Sequence[str], start: int) -> int:
    """The index of the ] of an array whose items are no arrays or objects; 0 for other tokens."""
    if tokens[start] != "[":
        return 0
    end = start + 1
    while tokens[end] not in (*_OPEN, "]"):
        end += 1
    return end if tokens[end] == "]" else 0


def _row(items: Sequence[str], depth: int, width: int, column: int) -> str:
    """An array on one line if it fits behind `column`; else numbers fill lines, strings do not."""
    line = f"[{', '.join(items)}]"
    if column + len(line) < width:  # a comma can follow
        return line
    space = 0 if any(item.startswith('"') for item in items) else width - len(INDENT) * (depth + 1)
    lines = map(", ".join, _filled(items, space))
    return f"[{_line(depth + 1)}{f',{_line(depth + 1)}'.join(lines)}{_line(depth)}]"


def _filled(items: Sequence[str], width: int) -> Iterator[list[str]]:
    """The items in lines of at most `width` columns, at least one on each."""
    row: list[str] = []
    used = 0
    for item in items:
        if row and used + len(item) + 1 > width:
            yield row
            row, used = [], 0
        row.append(item)
        used += len(item) + len(", ")
    yield row


def _line(depth: int) -> str:
    return "\n" + INDENT * depth
