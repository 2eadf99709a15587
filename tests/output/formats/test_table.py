"""The table format: what holds for every table, and the shapes that the AWS CLI cannot draw."""

import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.output.formats import Style, render

PLAIN = st.text(st.characters(min_codepoint=32, max_codepoint=126))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | PLAIN
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(PLAIN, inner), max_leaves=15
)


def table(value: Any, *, width: int = 80, color: bool = False) -> str:
    return "".join(render(value, "table", Style("Title", width, color=color)))


@given(JSON, st.sampled_from([0, 40, 80]))
def test_every_value_can_be_drawn_and_the_lines_are_equally_long(value: Any, width: int) -> None:
    assert len({len(line) for line in table(value, width=width).splitlines()}) <= 1


@given(JSON)
def test_colors_add_nothing_but_escape_sequences(value: Any) -> None:
    assert re.sub(r"\x1b\[\d*m", "", table(value, color=True)) == table(value)


@given(st.lists(st.dictionaries(PLAIN, SCALARS, min_size=1), min_size=1))
def test_every_scalar_of_a_list_of_mappings_is_in_the_table(rows: list[dict[str, Any]]) -> None:
    drawn = table(rows, width=10_000)
    for row in rows:
        for value in row.values():
            assert str(value) in drawn


@pytest.mark.parametrize("value", [None, "", 0, False, [], {}])
def test_empty_values_are_not_drawn(value: Any) -> None:
    assert table(value) == ""


def test_wide_and_ambiguous_characters_take_two_columns() -> None:
    assert table(["\u65e5\u672c", "\xa1", "abcd"]) == (
        "----------\n|  Title |\n+--------+\n"
        "|  \u65e5\u672c  |\n|  \xa1    |\n|  abcd  |\n+--------+\n"
    )


RAGGED = """\
------------
|   Title  |
+----------+
|  1       |
+----------+
+----+-----+
|  2 |  3  |
+----+-----+
+----+-----+
|  a |  b  |
+----+-----+
|  4 |  5  |
+----+-----+
+----------+
|  6       |
+----------+
"""
MIXED = """\
------------
|   Title  |
+----------+
|     a    |
+----------+
|  1       |
+----------+
||    b   ||
|+--------+|
||  2     ||
|+--------+|
+----------+
|  3       |
+----------+
+----+-----+
|  4 |  5  |
+----+-----+
"""
HEADERS = """\
------------
|   Title  |
+----------+
|  1       |
+----------+
+----+-----+
|  a |  b  |
+----+-----+
|  2 |  3  |
+----+-----+
"""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([1, [2, 3], {"a": 4, "b": 5}, [], 6], RAGGED),
        ([{"a": 1, "b": [2]}, 3, [4, 5]], MIXED),
        ([1, [{"a": 2, "b": 3}]], HEADERS),
        ([1, {"a": 2, "b": 3}], HEADERS),
    ],
)
def test_rows_of_another_length_start_a_new_section(value: Any, expected: str) -> None:
    assert table(value) == expected


def test_unicodedata_is_only_imported_for_text_that_needs_it() -> None:
    program = (
        "import sys; from smrt.output.formats import Style, render\n"
        "''.join(render({'a': 'b'}, 'table', Style('T')))\n"
        "print([name for name in ('unicodedata', 'rich', 'yaml') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"
