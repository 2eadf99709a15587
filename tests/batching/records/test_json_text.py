"""JSON is taken apart as json would, and its values keep their bytes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.batching.records.json_text import (
    JsonError,
    json_bytes,
    json_items,
    json_members,
    one_line,
    parse_value,
)

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS.filter(lambda value: value not in (float("inf"), float("-inf"))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
INDENTS = st.sampled_from([None, 1])


@given(st.dictionaries(st.text(), VALUES, max_size=4), INDENTS)
def test_members_are_those_of_the_object(value: dict[str, object], indent: int | None) -> None:
    members = json_members(f" {json.dumps(value, indent=indent)} ")
    assert {name: json.loads(text) for name, text in members.items()} == value


@given(st.lists(VALUES, max_size=4), INDENTS)
def test_items_are_those_of_the_array(value: list[object], indent: int | None) -> None:
    assert list(map(json.loads, json_items(json.dumps(value, indent=indent)))) == value


def test_values_keep_their_bytes() -> None:
    text = r'{"a": 1.10, "b":[1e400 ,  "\u00e9"],"\u0063":12345678901234567890 }'
    members = {"a": "1.10", "b": r'[1e400 ,  "\u00e9"]', "c": "12345678901234567890"}
    assert json_members(text) == members
    assert json_items(members["b"]) == ["1e400", r'"\u00e9"']


@pytest.mark.parametrize(
    "text",
    [
        *("", "1", "[1]", '"a"', "{", "{,}", "{}{}", "{1:2}", '{"a"}', '{"a":}', '{"a":1,}'),
        *('{"a":1} x', '{"a":1 "b":2}', '{"a":1}}', '{"a":[}', '{"a":1]'),
        '{"a":' + "[" * 100_000,
    ],
)
def test_what_is_no_object_is_an_error(text: str) -> None:
    with pytest.raises(JsonError):
        json_members(text)


@pytest.mark.parametrize("text", ["", "{}", "[", "[1,]", "[1 2]", "[1]]", "[1}", "[,1]", "[] 1"])
def test_what_is_no_array_is_an_error(text: str) -> None:
    with pytest.raises(JsonError):
        json_items(text)


@given(VALUES, INDENTS)
def test_a_document_on_one_line_is_the_same_document(value: object, indent: int | None) -> None:
    line = one_line(json.dumps(value, indent=indent, ensure_ascii=False).encode("utf-8"))
    assert line is not None
    assert b"\n" not in line
    assert json.loads(line) == value


@pytest.mark.parametrize(
    "body", [b"", b"x", b"NaN", b"[Infinity]", b"\xff", b"\xef\xbb\xbf1", b"[" * 100_000, b"{}{}"]
)
def test_what_strict_readers_reject_is_no_json(body: bytes) -> None:
    assert one_line(body) is None


def test_text_that_is_no_unicode_is_written_in_ascii() -> None:
    assert json_bytes("é") == '"é"'.encode()
    assert json_bytes("\udcff") == b'"\\udcff"'


@pytest.mark.parametrize("text", ["", "NaN", "[" * 100_000, "1" * 5_000])
def test_what_cannot_be_parsed_is_an_error(text: str) -> None:
    with pytest.raises(JsonError):
        parse_value(text)
