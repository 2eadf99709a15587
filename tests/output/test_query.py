"""JMESPath expressions and selections: their values, and when they are rejected."""

from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jmespath.functions import Functions

from smrt.errors import SmrtError, UsageError
from smrt.output import query
from smrt.protocol.operations import INVOKE_ENDPOINT, INVOKE_ENDPOINT_ASYNC

RESPONSE = {
    "OutputLocation": "s3://b/out",
    "FailureLocation": "s3://b/fail",
    "InferenceId": "abc-123",
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("InferenceId", "abc-123"),
        ("Nope", None),
        ("[OutputLocation, Nope]", ["s3://b/out", None]),
        ("{z: InferenceId}", {"z": "abc-123"}),
        ('`{"a": {"b": [1, 2]}}`', {"a": {"b": [1, 2]}}),
        ("keys(@) | sort(@) | [0]", "FailureLocation"),
        ("values(@) | sort_by(@, &length(@)) | [0]", "abc-123"),
        ("not_null(Nope, InferenceId, OutputLocation)", "abc-123"),
    ],
)
def test_an_expression_is_a_function_of_the_response(expression: str, value: Any) -> None:
    assert query.compile(expression)(RESPONSE) == value


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("a[", 'Invalid jmespath expression: Incomplete expression:\n"a["\n   ^'),
        ("", "Invalid JMESPath expression: cannot be empty."),
        ('"', 'Bad jmespath expression: Unclosed " delimiter:\n"\n^'),
        ("foo(@)", "Unknown function: foo()"),
        ("a[*].{b: [length(c), lenght(d)]}", "Unknown function: lenght()"),
        ("abs(@, @)", "Expected 1 argument for function abs(), received 2"),
        ("not_null()", "Expected at least 1 argument for function not_null(), received 0"),
        ("sort_by(@, &abs())", "Expected 1 argument for function abs(), received 0"),
    ],
)
def test_an_invalid_expression_is_reported_before_the_request(
    expression: str, message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        query.compile(expression)
    assert caught.value.message == f"Bad value for --query {expression}: {message}"


@pytest.mark.parametrize(
    "expression", ["&a", "[&a]", "to_array(&a)", "{a: &b}", "a | &b", "not_null(a, &b)", "a[?&b]"]
)
def test_an_expression_reference_as_a_value_is_rejected(expression: str) -> None:
    with pytest.raises(UsageError, match="& is only valid in arguments of functions"):
        query.compile(expression)


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        ("lenght(@)", "did you mean length?"),
        ("sortby(@, &a)", "did you mean sort_by or sort?"),
        ("MAP(&a, @)", "did you mean map or max?"),
    ],
)
def test_an_unknown_function_has_the_nearest_one_as_a_hint(expression: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        query.compile(expression)
    assert set(caught.value.hints[0][:-1].split()) == set(hint[:-1].split())


def test_there_is_no_hint_without_a_similar_function() -> None:
    with pytest.raises(UsageError) as caught:
        query.compile("xyzzy(@)")
    assert caught.value.hints == ()


@pytest.mark.parametrize(
    "expression", ["(" * 100_000 + "a", "a[" + "9" * 5000 + "]"], ids=["deep", "many digits"]
)
def test_an_expression_that_overflows_the_parser_is_a_usage_error(expression: str) -> None:
    with pytest.raises(UsageError, match="Bad value for --query"):
        query.compile(expression)


def test_without_run_an_expression_is_only_parsed() -> None:
    query.compile("foo(@)", run=False)
    with pytest.raises(UsageError):
        query.compile("a[", run=False)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (
            "abs(InferenceId)",
            (
                "In function abs(), invalid type for value: abc-123, expected one of: "
                "['number'], received: \"string\""
            ),
        ),
        ("InferenceId | [@][::0]", "slice step cannot be zero"),
    ],
)
def test_a_failing_expression_has_the_message_of_jmespath(expression: str, message: str) -> None:
    with pytest.raises(SmrtError) as caught:
        query.compile(expression)(RESPONSE)
    assert type(caught.value) is SmrtError
    assert caught.value.message == message


NAMES = st.sampled_from(["a", "InferenceId", "`1`", "`[1, [2]]`", "@", "'x'", "`null`"])
CALLS = st.sampled_from([*Functions.FUNCTION_TABLE, "nope"])
EXPRESSIONS = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.builds("{}({}, {})".format, CALLS, inner, inner),
        st.builds("{}({})".format, CALLS, inner),
        st.builds("{}(&{}, {})".format, CALLS, inner, inner),
        st.builds("{}({}, &{})".format, CALLS, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{k: {}}}".format, inner),
        st.builds("{} | {}".format, inner, inner),
        st.builds("({} < {})".format, inner, inner),
        st.builds("{}[].{}".format, NAMES, NAMES),
        st.builds("{}[{}:{}:{}]".format, NAMES, *[st.integers(-2, 2)] * 3),
        st.builds("{}[{}".format, inner, inner),
    ),
    max_leaves=6,
)


@given(EXPRESSIONS)
def test_every_expression_returns_jmespaths_value_or_raises_a_smrt_error(expression: str) -> None:
    try:
        value = query.compile(expression)(RESPONSE)
    except SmrtError:
        return
    assert value == jmespath.search(expression, RESPONSE)


PARAMETERS = {"EndpointName": "e", "RequestTTLSeconds": 60}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("*", RESPONSE),
        ("InferenceId", "abc-123"),
        ("^EndpointName", "e"),
        ("^RequestTTLSeconds", 60),
        ("^Accept", None),
    ],
)
def test_a_selection_is_a_member_a_parameter_or_everything(name: str, value: Any) -> None:
    assert query.select(name, INVOKE_ENDPOINT_ASYNC)(RESPONSE, PARAMETERS) == value


def test_an_absent_member_is_none() -> None:
    assert query.select("ContentType", INVOKE_ENDPOINT)({}, {}) is None


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("inferenceid", "did you mean InferenceId?"),
        ("^EndpontName", "did you mean ^EndpointName?"),
        ("^Body", None),  # bytes
        ("^Nope", None),
    ],
)
def test_an_unknown_name_has_the_nearest_one_as_a_hint(name: str, hint: str | None) -> None:
    with pytest.raises(UsageError, match="must be one of: ") as caught:
        query.select(name, INVOKE_ENDPOINT_ASYNC)
    assert caught.value.hints == ((hint,) if hint else ())
