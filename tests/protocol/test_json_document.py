"""JSON is parsed as Python does, up to a depth that every step of smrt can process."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.protocol.json_document import MAX_DEPTH, TooDeepError, parse_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_a_value_is_parsed_as_by_python(value: Any) -> None:
    text = json.dumps(value)
    for source in (text, text.encode(), text.encode("utf-16")):
        assert parse_json(source) == value


def nested(depth: int, start: str, end: str) -> str:
    return start * depth + "1" + end * depth


@pytest.mark.parametrize(("start", "end"), [("[", "]"), ('{"a":', "}"), ('[0,{"a":', "}]")])
def test_the_depth_is_limited(start: str, end: str) -> None:
    allowed = MAX_DEPTH // (start.count("[") + start.count("{"))
    parse_json(nested(allowed, start, end))
    for depth in (allowed + 1, 900, 2000, 100_000):
        for text in (nested(depth, start, end), nested(depth, start, end).encode()):
            with pytest.raises(TooDeepError, match="nested too deeply"):
                parse_json(text)


@pytest.mark.parametrize("text", ["", "[", "[" * 100_000, "nul", "[1,]", "9" * 5000])
def test_other_text_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_json(text)


def test_width_is_no_depth() -> None:
    text = json.dumps([[[i] for i in range(10_000)], "[" * 10_000])
    assert parse_json(text) == json.loads(text)
