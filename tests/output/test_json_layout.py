"""JSON is indented without a change to its tokens."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.output.json_layout import indented_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", "[]"),
        ("{ }", "{}"),
        ("[1, 2.50,3E5]", "[1, 2.50, 3E5]"),
        ('{"b":1,"a":"x","b":"\\u00e9"}', '{\n    "b": 1,\n    "a": "x",\n    "b": "\\u00e9"\n}'),
        (
            '{"a":[{"b":[]},[1,2]]}',
            '{\n    "a": [\n        {\n            "b": []\n        },\n        [1, 2]\n    ]\n}',
        ),
        ('[" ,:[{"]', '[" ,:[{"]'),
        ("[" + ",".join("1" * 10) + "]", "[\n    1, 1, 1, 1, 1,\n    1, 1, 1, 1, 1\n]"),
        ('["a","b","c","dddddddd"]', '[\n    "a",\n    "b",\n    "c",\n    "dddddddd"\n]'),
        ("[" + "9" * 30 + ",1]", "[\n    " + "9" * 30 + ",\n    1\n]"),
        ("[[1,2,3,4,5,6],7]", "[\n    [\n        1, 2, 3, 4,\n        5, 6\n    ],\n    7\n]"),
    ],
)
def test_json_is_indented_for_twenty_columns(text: str, expected: str) -> None:
    assert indented_json(text, 20) == expected + "\n"


@given(VALUES, st.integers(1, 100), st.sampled_from([None, 1]))
def test_only_the_white_space_between_tokens_changes(value: Any, width: int, indent: int) -> None:
    text = json.dumps(value, indent=indent)
    assert _tokens(indented_json(text, width)) == _tokens(text)


def _tokens(text: str) -> str:
    return re.sub(r'("(?:[^"\\]|\\.)*")|\s+', lambda match: match[1] or "", text)


@given(st.lists(st.integers()), st.integers(30, 100))
def test_numbers_fit_the_width(numbers: list[int], width: int) -> None:
    shortened = [number % 10**9 for number in numbers]
    assert all(
        len(line) <= width for line in indented_json(json.dumps(shortened), width).split("\n")
    )


@pytest.mark.parametrize("text", ["", "{", '{"a":1}{"b":2}', "[" * 200 + "]" * 200, "[1" * 5000])
def test_other_text_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        indented_json(text, 80)
