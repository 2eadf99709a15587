"""The YAML formats, against an independent parser of YAML 1.2."""

import io
import json
import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from smrt.output.formats import Style, render, yaml_

LIKE_OTHER_TYPES = st.sampled_from(
    [
        "",
        "~",
        "null",
        "true",
        "no",
        "1_0",
        "0o7",
        "0x1F",
        "1e3",
        ".5",
        ".inf",
        "=",
        "<<",
        "2020-01-01",
    ]
)
TEXT = LIKE_OTHER_TYPES | st.text() | st.text("ab \n:-#'\"\t\xe9\u2028\x85\U0001f600", max_size=120)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=True)
    | TEXT
)
NESTED = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=12
).filter(lambda value: isinstance(value, (list, dict)) and value != {})


def printed(value: Any, name: str = "yaml", *, color: bool = False) -> str:
    return "".join(render(value, name, Style(color=color)))


def parsed(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(io.StringIO(text))


@given(NESTED)
def test_yaml_is_parsed_to_the_same_value(value: Any) -> None:
    assert parsed(printed(value)) == value
    assert parsed(printed(value, "yaml-stream")) == [value]


@given(NESTED)
def test_yaml_without_libyaml_is_parsed_to_the_same_value(value: Any) -> None:
    assert parsed(yaml_.dumped(value, yaml_.PURE)) == value


@given(NESTED | SCALARS)
def test_colors_add_nothing_but_escape_sequences(value: Any) -> None:
    assert re.sub(r"\x1b\[[\d;]+m", "", printed(value, color=True)) == printed(value)


@given(SCALARS)
def test_a_bare_scalar_is_printed_as_json(value: Any) -> None:
    assert printed(value) == json.dumps(value, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([float("inf"), float("-inf"), float("nan")], "- .inf\n- -.inf\n- .nan\n"),
        ([1e22, 1.0, 1e-07], "- 1e+22\n- 1.0\n- 1e-07\n"),
        ({"b": [], "a": {}}, "a: {}\nb: []\n"),
        (["\ud800"], '- "\\uD800"\n'),
    ],
)
def test_yaml_has_one_form_for_each_value(value: Any, expected: str) -> None:
    assert printed(value) == expected


def test_a_repeated_value_is_an_alias() -> None:
    value = {"a": [1]}
    assert printed([value, value]) == "- &id001\n  a:\n  - 1\n- *id001\n"


def test_keys_strings_numbers_and_words_differ_in_color() -> None:
    value = {"a": "x", "b": [1, 1.5, True, None, "1", "~"], "c": "", "d": "2 a"}
    assert printed(value, color=True).replace("\x1b", "^").splitlines() == [
        "^[1ma^[0m: ^[32mx^[0m",
        "^[1mb^[0m:",
        "- ^[35m1^[0m",
        "- ^[35m1.5^[0m",
        "- ^[35mtrue^[0m",
        "- ^[35mnull^[0m",
        "- ^[32m'1'^[0m",
        "- ^[32m'~'^[0m",
        "^[1mc^[0m: ^[32m''^[0m",
        "^[1md^[0m: ^[32m2 a^[0m",
    ]


def test_this_host_has_libyaml() -> None:
    assert issubclass(yaml_.FAST, yaml.CSafeDumper)
