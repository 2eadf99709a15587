"""The JSON format, without and with colors."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.output.formats import FORMATS, Style, render

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def printed(value: Any, *, color: bool = False) -> str:
    return "".join(render(value, "json", Style(color=color)))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, ""),
        ([], "[]\n"),
        ("", '""\n'),
        (None, "null\n"),
        (1.5, "1.5\n"),
        ("caf\xe9 \u65e5\u672c", '"caf\xe9 \u65e5\u672c"\n'),
        ({"b": "x", "a": None}, '{\n    "b": "x",\n    "a": null\n}\n'),
        ([[1], {}], "[\n    [\n        1\n    ],\n    {}\n]\n"),
    ],
)
def test_json_has_four_spaces_and_keeps_the_order(value: Any, expected: str) -> None:
    assert printed(value) == expected


def test_json_has_the_chunks_of_the_aws_cli() -> None:
    assert [*render("caf\xe9", "json")] == ['"caf\xe9"', "\n"]


@given(JSON.filter(lambda value: value != {}))
def test_json_is_parsed_to_the_same_value(value: Any) -> None:
    assert json.loads(printed(value)) == value


@given(JSON | st.floats())
def test_colors_add_nothing_but_escape_sequences(value: Any) -> None:
    assert re.sub(r"\x1b\[[\d;]+m", "", printed(value, color=True)) == printed(value)


def test_keys_strings_numbers_and_words_differ_in_color() -> None:
    value = {'a:"b': "c\\", "n": [-1.5e300, True, None, float("-inf"), "null"]}
    assert printed(value, color=True).replace("\x1b", "^").splitlines() == [
        "{",
        '    ^[1m"a:\\"b"^[0m: ^[32m"c\\\\"^[0m,',
        '    ^[1m"n"^[0m: [',
        "        ^[35m-1.5e+300^[0m,",
        "        ^[35mtrue^[0m,",
        "        ^[35mnull^[0m,",
        "        ^[35m-Infinity^[0m,",
        '        ^[32m"null"^[0m',
        "    ]",
        "}",
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_mapping_prints_nothing_in_any_format(name: str) -> None:
    assert [*render({}, name)] == []


def test_off_prints_nothing() -> None:
    assert [*render({"a": 1}, "off")] == []
