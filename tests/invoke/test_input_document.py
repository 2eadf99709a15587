"""Input documents in JSON and YAML: their values and errors."""

import datetime as dt
import io
import json
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from smrt.errors import UsageError
from smrt.invoke import input_document
from smrt.output.formats import yaml12


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ('{"EndpointName": "ok"}', {"EndpointName": "ok"}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ('{"a": Infinity}', {"a": float("inf")}),
        (b'\xef\xbb\xbf{"a": "\xc3\xa9"}', {"a": "\xe9"}),
        ('{"a": "\xe9"}'.encode("utf-16"), {"a": "\xe9"}),
        ("{}", {}),
    ],
)
def test_json_is_parsed_as_by_python(source: str | bytes, value: Any) -> None:
    assert input_document.parse_document(source, "json") == value


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("", "line 1, column 1: expecting value"),
        ("{bad", "line 1, column 2: expecting property name enclosed in double quotes"),
        ('{\n "a" 1\n}', "line 2, column 6: expecting ':' delimiter"),
        (
            "\ufeff{}",
            "line 1, column 1: a byte order mark: use fileb:// for a file that starts with one",
        ),
        (b"\xff\xfa", "byte 0: not UTF-8 text"),
        ("[" * 200_000, "nested too deeply"),
        ('{"EndpointName":' + "[" * 150 + "]" * 150 + "}", "nested too deeply"),
    ],
)
def test_invalid_json_is_reported_with_its_position(source: str | bytes, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        input_document.parse_document(source, "json")
    message = "Error parsing parameter 'cli-input-json': Invalid JSON received."
    assert caught.value.message == message
    assert caught.value.hints[0].startswith(hint.rsplit("property", maxsplit=1)[0])


def test_an_integer_beyond_pythons_limit_is_invalid_json() -> None:
    with pytest.raises(UsageError, match="Invalid JSON received") as caught:
        input_document.parse_document('{"a": ' + "9" * 5000 + "}", "json")
    assert caught.value.hints == ("an integer has too many digits",)


@pytest.mark.parametrize(
    ("source", "language", "type_name"),
    [
        ("[1]", "json", "list"),
        ('"x"', "json", "str"),
        ("5", "json", "int"),
        ("null", "json", "NoneType"),
        ("", "yaml", "NoneType"),
        ("# nothing", "yaml", "NoneType"),
        ("just text", "yaml", "str"),
        ("- 1", "yaml", "list"),
    ],
)
def test_a_document_is_a_mapping(source: str, language: str, type_name: str) -> None:
    with pytest.raises(UsageError) as caught:
        input_document.parse_document(source, language)
    assert caught.value.message == (
        f"Error parsing parameter '--cli-input-{language}': "
        f"Invalid type: expecting map, received <class '{type_name}'>"
    )


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("12:30:45", "12:30:45"),
        ("true", True),
        ("~", None),
        ("", None),
        ("123", 123),
        ("010", 10),
        ("0o144", 100),
        ("1_00", 100),
        ("-0x1F", -31),
        ("+0b11", 3),
        ("1e3", 1000.0),
        ("-.inf", float("-inf")),
        ("'123'", "123"),
        ("!!str 123", "123"),
        ("!!binary aGVs\n  bG8=", b"hello"),
        ("!!binary ''", b""),
        ("2020-01-01", dt.date(2020, 1, 1)),
        ("2020-01-01T10:00:00+02:00", dt.datetime(2020, 1, 1, 8)),  # noqa: DTZ001 - as AWS
        ("2020-01-01 10:00:00", dt.datetime(2020, 1, 1, 10)),  # noqa: DTZ001 - likewise
        ("|\n  a\n  b\n", "a\nb\n"),
    ],
)
def test_yaml_is_parsed_as_yaml_1_2(source: str, value: Any) -> None:
    assert input_document.parse_document("a: " + source, "yaml") == {"a": value}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{EndpointName: &a ok, InferenceId: *a}", {"EndpointName": "ok", "InferenceId": "ok"}),
        ("{a: &x 1, b: &x 2, c: *x}", {"a": 1, "b": 2, "c": 2}),
        ("a: &b {x: 1}\nc: {<<: *b, x: 2}", {"a": {"x": 1}, "c": {"x": 2}}),
        (
            "a: {d: &b {<<: &x {k: 1}, k: 2}}\nc: {<<: *b}",
            {"a": {"d": {"k": 2}}, "c": {"k": 2}},
        ),
        ('{"a":1,"b":["c"]}', {"a": 1, "b": ["c"]}),
        ("{a: s3://b/k?c=d&e, b: [c?, d ?e]}", {"a": "s3://b/k?c=d&e", "b": ["c?", "d ?e"]}),
        ("{? a : b}", {"a": "b"}),
        (b"a: \xc3\xa9", {"a": "\xe9"}),
        ("a: \xe9".encode("utf-16"), {"a": "\xe9"}),
        ("---\na: 1\n...\n", {"a": 1}),
    ],
)
def test_yaml_can_have_anchors_merge_keys_and_encodings(source: str | bytes, value: Any) -> None:
    assert input_document.parse_document(source, "yaml") == value


@pytest.mark.parametrize(
    "source",
    [
        *("{x: :x}", "{x: :x, y: z}", "[:x, :y]", "{a: b:c}", '{"a":1, "b":c}', '{"a" :1}'),
        *("key: &an:chor v", "- &a:b v\n- *a:b", "- &a* v", "k: &a\n  b: 1\nc: *a"),
        *("a: b\x85c", "a: b\x85\x85c", "- a\x85- b", "a: b\nc: d\x85e\nf: g", "a: 'b\x85c'"),
        *("a: b\u2028c", "{a: b\x85 c, d: e}", "\x85a: b", "a: b\x85\n\nc: d"),
        *("%YAML 1.1\n---\na: 0144\nb: [yes, n, on, 1:30, 1e3, 0o14, 09, 0x1F]", "a: [0144, yes]"),
        "%YAML 1.2\n---\na: 0144",
    ],
)
@pytest.mark.filterwarnings("ignore::ruamel.yaml.constructor.MantissaNoDotYAML1_1Warning")
def test_yaml_syntax_is_that_of_another_yaml_library(source: str) -> None:
    assert yaml12.load_yaml(source) == YAML(typ="safe", pure=True).load(source)


BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 10) + "]" for n in range(1, 40)]
)
MERGE_BOMB = "\n".join(
    ["a0: &a0 {x: 1, y: 2}"]
    + [f"a{n}: &a{n} {{<<: [" + ", ".join([f"*a{n - 1}"] * 10) + "]}" for n in range(1, 40)]
)


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("a: [b", "line 1, column 6: while parsing a flow sequence, expected ',' or ']'"),
        ("a: 1\na: 2", 'line 1, column 1: duplicate key "a"'),
        ("a: {b: 1, 'b': 2}", 'line 1, column 5: duplicate key "b"'),
        ("a: !foo x", "line 1, column 4: could not determine a constructor for the tag '!foo'"),
        (
            "a: !!python/object/apply:os.system [id]",
            "line 1, column 4: could not determine a constructor for the tag",
        ),
        ("a: 1\n---\nb: 1", "line 2, column 1: expected a single document in the stream"),
        ("a: *b", "line 1, column 4: found undefined alias"),
        ("a: 2020-13-45", "line 1, column 4: invalid value for its tag or type"),
        ("a: !!bool x", "line 1, column 4: invalid value for its tag or type"),
        ("a: !!timestamp x", "line 1, column 4: invalid value for its tag or type"),
        ("a: !!binary a!==", "line 1, column 4: !!binary is not followed by base64"),
        ("a: !!binary \xe9", "line 1, column 4: !!binary is not followed by base64"),
        ("? [a]\n: b", "line 1, column 3: while constructing a mapping, found unhashable key"),
        ("a: &x [*x]", "line 1, column 4: a value contains itself"),
        (BOMB, "line 5, column 5: its aliases expand to more than 100,000 values"),
        (MERGE_BOMB, "line 6, column 14: its aliases expand to more than 100,000 values"),
        ("[" * 5000, "nested too deeply"),
        ("a: \x00", "position 3: special characters are not allowed"),
        (b"a: \xff", "position 3: invalid start byte"),
    ],
)
def test_invalid_yaml_is_reported_with_its_position(source: str | bytes, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        input_document.parse_document(source, "yaml")
    message = "Error parsing parameter 'cli-input-yaml': Invalid YAML received."
    assert caught.value.message == message
    assert caught.value.hints[0].startswith(hint)


@pytest.mark.parametrize("key", ["1", "true", "~", "2020-01-01", "!!binary aGk="])
def test_a_key_that_is_not_a_string_is_rejected(key: str) -> None:
    with pytest.raises(UsageError, match="Invalid type of the name") as caught:
        input_document.parse_document(f"{key} : x", "yaml")
    assert caught.value.hints == ("put the name in quotes",)


TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x85")  # the oracle fails for it
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT
JSON = st.dictionaries(
    TEXT,
    st.recursive(
        SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=8
    ),
)


@given(JSON)
def test_dumped_json_is_parsed_to_the_same_value(value: dict[str, Any]) -> None:
    assert input_document.parse_document(json.dumps(value), "json") == value


@given(JSON)
def test_yaml_of_another_library_is_parsed_to_the_same_value(value: dict[str, Any]) -> None:
    stream = io.StringIO()
    oracle = YAML(typ="safe", pure=True)
    oracle.default_flow_style = False
    oracle.width = 1_000_000  # it adds a space where it folds some strings
    oracle.dump(value, stream)
    assert input_document.parse_document(stream.getvalue(), "yaml") == value


PLAIN = st.text("0123456789_+-.eExobtrufalsny~<=TZ", max_size=12) | st.sampled_from(
    [
        "TRUE",
        "False",
        "nUll",
        "NULL",
        ".NaN",
        "-.Inf",
        "+.inf",
        "2020-1-1 1:2:3",
        "0x",
        "0o8",
        "1__0",
    ]
)


@pytest.mark.filterwarnings("ignore::ruamel.yaml.constructor.MantissaNoDotYAML1_1Warning")
@given(PLAIN, st.sampled_from(["", "%YAML 1.1\n---\n"]))
@example("._", "%YAML 1.1\n---\n")
@example("._5e+1", "%YAML 1.1\n---\n")
@example("-_", "%YAML 1.1\n---\n")
def test_plain_scalars_have_the_types_of_another_yaml_library(text: str, directive: str) -> None:
    source = f"{directive}- {text}"
    try:
        expected = repr(YAML(typ="safe", pure=True).load(source))
    except Exception as exc:  # noqa: BLE001 - the other library lets anything through
        expected = type(exc).__name__
    try:
        assert repr(yaml12.load_yaml(source)) == expected
    except yaml.YAMLError:
        assert expected.endswith("Error")


@given(st.text() | st.text("ab: -[]{}&*!|>'\"%#\n,?1", max_size=40) | st.binary())
def test_any_text_is_a_mapping_or_a_usage_error(source: str | bytes) -> None:
    assert {outcome(source, "json"), outcome(source, "yaml")} <= {dict, UsageError}


def outcome(source: str | bytes, language: str) -> type:
    try:
        return type(input_document.parse_document(source, language))
    except UsageError as exc:
        return type(exc)
