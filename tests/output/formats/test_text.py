"""The text format: lines of tab-separated values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.output.formats import render


def text(value: Any) -> str:
    return "".join(render(value, "text"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "None\n"),
        (True, "True\n"),
        (1.5, "1.5\n"),
        ("", "\n"),
        ("abc", "abc\n"),
        ([], ""),
        ({}, ""),
        ([1, None, "x"], "1\tNone\tx\n"),
        ({"b": 1, "a": None}, "None\t1\n"),
        ([[1, 2], [3, 4]], "1\t2\n3\t4\n"),
        ([1, [2, 3], 4], "1\t4\n2\t3\n"),
        ([[], [1]], "1\n"),
        ({"a": {"b": [1, 2]}}, "B\t1\nB\t2\n"),
        ({"k": {"z": 1, "a": 2}}, "K\t2\t1\n"),
        ({"k": {"z": 1, "n": {"y": 2}}}, "K\t1\nN\t2\n"),
        ([{"a": 1, "b": [1]}, {"c": 2}], "1\t\nB\t1\n\t2\n"),
        ([{"a": 1}, {"a": [2]}], "1\n[2]\n"),
        ({"k": [{"a": 1}, {"b": 2}]}, "K\t1\t\nK\t\t2\n"),
        ({"k": [[1, 2], [3]]}, "K\t1\nK\t2\nK\t3\n"),
        ({"k": [[{"a": 1}], 2]}, "K\t2\nK\t1\n"),
        ([{}, {}], ""),
    ],
)
def test_values_are_printed_as_lines(value: Any, expected: str) -> None:
    assert text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([1, {"a": 2}], "1\n2\n"),
        ([{"a": 2}, 1, [3, 4]], "1\n2\n3\t4\n"),
        ({"k": [1, {"a": 2}]}, "K\t1\nK\t2\n"),
    ],
)
def test_scalars_mixed_with_mappings_come_first(value: Any, expected: str) -> None:
    assert text(value) == expected


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
)


@given(JSON)
def test_every_value_can_be_printed(value: Any) -> None:
    printed = text(value)
    assert printed == "" or printed.endswith("\n")


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers()), min_size=1))
def test_the_mappings_of_a_list_share_their_columns(rows: list[dict[str, int]]) -> None:
    keys = sorted({key for row in rows for key in row})
    expected = [[str(row.get(key, "")) for key in keys] for row in rows] if keys else []
    assert [line.split("\t") for line in text(rows).split("\n")[:-1]] == expected
