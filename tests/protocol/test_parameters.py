"""Parameters are validated and converted to the request's path, headers and body."""

import io
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any

import pytest
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from smrt.errors import UsageError
from smrt.protocol.operations import (
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_ASYNC,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
    OPERATIONS,
    Operation,
)
from smrt.protocol.parameters import (
    RAW_REMEDIES,
    check,
    check_size,
    decode_base64,
    encode_blob,
    headers,
    integer,
    path,
)
from tests.tools.drift import service_model

MODEL = ServiceModel(dict(service_model()), "sagemaker-runtime")


def decoded(*chunks: str) -> bytes:
    return b"".join(decode_base64(chunks))


# RFC 4648, section 10
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", b""),
        ("Zg==", b"f"),
        ("Zm8=", b"fo"),
        ("Zm9v", b"foo"),
        ("Zm9vYg==", b"foob"),
        ("Zm9vYmE=", b"fooba"),
        ("Zm9vYmFy", b"foobar"),
        ("+/+/", b"\xfb\xff\xbf"),
    ],
)
def test_base64_follows_the_rfc(text: str, expected: bytes) -> None:
    assert decoded(text) == expected
    assert decoded(*text) == expected


@pytest.mark.parametrize(
    "text", ["Zm9v\nYmFy\n", " Zm9vYmFy", "Z m\t9v\r\nYm\vF\fy", "Zm9vYmFy\n\n\n"]
)
def test_white_space_in_base64_is_ignored(text: str) -> None:
    assert decoded(text) == b"foobar"


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "Zg",
        "Zg=",
        "Zg===",
        "Zm8",
        "Zm8==",
        "Z",
        "Z===",
        "=",
        "====",
        "=Zm9v",
        "Zm9v=",
        "Zm9v====",
        "Zg==Zg==",
        "Zm8=garbage",
        "aGVsbG8=\x00",
        "Zm9v-_-_",
        "!!!!",
        "Zm9v\u00a0YmFy",
        "Zm9v\u2003",
        "\uff3a\uff4d\uff19\uff56",
        "Zm9v\udcff",
        '{"a": 1}',
        "5.1,3.5,1.4,0.2",
        "http://127.0.0.1:8080/doc",
    ],
)
def test_invalid_base64_is_an_error_with_both_remedies(text: str) -> None:
    for chunks in ([text], list(text)):
        with pytest.raises(UsageError, match=r"^Invalid base64: ") as caught:
            b"".join(decode_base64(chunks))
        assert caught.value.hints == RAW_REMEDIES
    assert "raw-in-base64-out" in RAW_REMEDIES[0]
    assert "fileb://" in RAW_REMEDIES[1]


@pytest.mark.parametrize(
    ("chunks", "excerpt"),
    [
        (["hello"], '"hello" (--body)'),
        (["he", "llo"], '"hello" (--body)'),
        (["a\nb\x1b[2J"], r'"a\nb\x1b[2J" (--body)'),
        (["x" * 39 + "!"], f'"{"x" * 39}!" (--body)'),
        (["x" * 40 + "!"], f'"{"x" * 40}..." (--body)'),
        (["x" * 20, "x" * 21 + "?" * 100], f'"{"x" * 40}..." (--body)'),
    ],
)
def test_the_error_quotes_the_beginning_of_invalid_base64(chunks: list[str], excerpt: str) -> None:
    with pytest.raises(UsageError) as caught:
        b"".join(decode_base64(chunks))
    assert caught.value.message == f"Invalid base64: {excerpt}"


def test_reading_stops_at_invalid_base64() -> None:
    chunks = iter(["Zm9v", "!!!!!", "Zm9v"])
    with pytest.raises(UsageError):
        b"".join(decode_base64(chunks))
    assert next(chunks) == "Zm9v"


def split(text: str, cuts: Sequence[int]) -> list[str]:
    ends = sorted(cut % (len(text) + 1) for cut in cuts)
    return [text[begin:end] for begin, end in zip([0, *ends], [*ends, len(text)], strict=True)]


@given(
    text=st.one_of(
        st.binary(max_size=30).map(lambda data: b64encode(data).decode()),
        st.text("AZaz09+/=", max_size=20),
        st.text(max_size=8),
    ),
    cuts=st.lists(st.integers(0, 40), max_size=6),
)
def test_chunk_boundaries_do_not_change_decoded_base64(text: str, cuts: list[int]) -> None:
    text = "".join(text.split())
    try:
        expected = b64decode(text, validate=True) if len(text) % 4 == 0 else None
    except ValueError:
        expected = None
    if expected is None:
        with pytest.raises(UsageError):
            decoded(*split(text, cuts))
    else:
        assert decoded(*split(text, cuts)) == expected


def test_large_base64_is_decoded() -> None:
    data = bytes(range(256)) * 8000
    assert decoded(b64encode(data).decode()) == data


@pytest.mark.parametrize(
    ("binary_format", "expected"), [("base64", b"abc"), ("raw-in-base64-out", b"YWJj")]
)
def test_the_binary_format_selects_the_encoding_of_a_blob(
    binary_format: str, expected: bytes
) -> None:
    assert b"".join(encode_blob(["YW", "Jj"], binary_format)) == expected


def test_raw_text_is_encoded_as_utf8() -> None:
    assert b"".join(encode_blob(["ä", "😀"], "raw-in-base64-out")) == "ä😀".encode()


def test_raw_text_that_is_not_utf8_is_an_error_with_a_remedy() -> None:
    with pytest.raises(UsageError, match="the value of --body is not valid UTF-8 text") as caught:
        b"".join(encode_blob(["a\udcff"], "raw-in-base64-out"))
    assert "fileb://" in caught.value.hints[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100", 100),
        ("-5", -5),
        ("+5", 5),
        ("1_000", 1000),
        (" 100 ", 100),
        ("100\n", 100),
        ("\u0661\u0662\u0663", 123),
        ("1" * 23, int("1" * 23)),
        (b"100\n", 100),
    ],
)
def test_integers_are_those_of_python(text: str | bytes, expected: int) -> None:
    assert integer(text, "--request-ttl-seconds") == expected


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("abc", "'abc'"),
        ("", "''"),
        ("1e3", "'1e3'"),
        ("100.0", "'100.0'"),
        ("0x10", "'0x10'"),
        ("a\nb", r"'a\nb'"),
        (b"\xff", r"b'\xff'"),
        ("5\udcff", r"'5\udcff'"),
    ],
)
def test_text_that_is_not_an_integer_is_an_error(text: str | bytes, literal: str) -> None:
    with pytest.raises(UsageError) as caught:
        integer(text, "--n")
    assert caught.value.message == f"invalid literal for int() with base 10: {literal} (--n)"
    assert caught.value.hints == ("--n takes a whole number",)


GOOD = {"EndpointName": "e", "Body": b""}
ASYNC_NAMES = ", ".join(member.name for member in INVOKE_ENDPOINT_ASYNC.members)


@pytest.mark.parametrize(
    ("operation", "parameters", "problems", "flags"),
    [
        (
            INVOKE_ENDPOINT,
            {**GOOD, "TargetModel": ""},
            ["Invalid length for parameter TargetModel, value: 0, valid min length: 1"],
            "--target-model",
        ),
        (
            INVOKE_ENDPOINT,
            {**GOOD, "EndpointName": ""},
            ["Invalid length for parameter EndpointName, value: 0, valid min length: 1"],
            "--endpoint-name",
        ),
        (
            INVOKE_ENDPOINT_ASYNC,
            {"EndpointName": "e", "RequestTTLSeconds": 59, "InvocationTimeoutSeconds": 0},
            [
                "Invalid value for parameter RequestTTLSeconds, value: 59, valid min value: 60",
                (
                    "Invalid value for parameter InvocationTimeoutSeconds, value: 0, "
                    "valid min value: 1"
                ),
            ],
            "--request-ttl-seconds, --invocation-timeout-seconds",
        ),
        (
            INVOKE_ENDPOINT_ASYNC,
            {"EndpointName": "e", "RequestTTLSeconds": True},
            ["Invalid value for parameter RequestTTLSeconds, value: True, valid min value: 60"],
            "--request-ttl-seconds",
        ),
        (
            INVOKE_ENDPOINT_ASYNC,
            {"EndpointName": "e", "RequestTTLSeconds": "100"},
            [
                (
                    "Invalid type for parameter RequestTTLSeconds, value: 100, "
                    "type: <class 'str'>, valid types: <class 'int'>"
                )
            ],
            "--request-ttl-seconds",
        ),
        (
            INVOKE_ENDPOINT,
            {**GOOD, "Accept": b"plain text"},
            [
                (
                    "Invalid type for parameter Accept, value: b'plain text', "
                    "type: <class 'bytes'>, valid types: <class 'str'>"
                )
            ],
            "--accept",
        ),
        (
            INVOKE_ENDPOINT,
            {**GOOD, "Body": None},
            [
                (
                    "Invalid type for parameter Body, value: None, type: <class 'NoneType'>, "
                    "valid types: <class 'bytes'>, <class 'bytearray'>, file-like object"
                )
            ],
            "--body",
        ),
        (
            INVOKE_ENDPOINT_ASYNC,
            {},
            ['Missing required parameter in input: "EndpointName"'],
            "--endpoint-name",
        ),
        (
            INVOKE_ENDPOINT_ASYNC,
            {"EndpointName": "e", "Bogus": 1},
            [f'Unknown parameter in input: "Bogus", must be one of: {ASYNC_NAMES}'],
            None,
        ),
        (
            INVOKE_ENDPOINT_ASYNC,
            {"Filename": 5, "InferenceId": "", "Bogus": 1},
            [
                'Missing required parameter in input: "EndpointName"',
                f'Unknown parameter in input: "Bogus", must be one of: {ASYNC_NAMES}',
                "Invalid length for parameter InferenceId, value: 0, valid min length: 1",
                (
                    "Invalid type for parameter Filename, value: 5, type: <class 'int'>, "
                    "valid types: <class 'str'>"
                ),
            ],
            "--endpoint-name, --inference-id, --filename",
        ),
        (
            INVOKE_ENDPOINT,
            {**GOOD, "Accept": ["a Body, ContentType, b"]},
            [
                (
                    "Invalid type for parameter Accept, value: ['a Body, ContentType, b'], "
                    "type: <class 'list'>, valid types: <class 'str'>"
                )
            ],
            "--accept",
        ),
    ],
)
def test_one_error_lists_every_problem_in_order(
    operation: Operation, parameters: dict[str, Any], problems: list[str], flags: str | None
) -> None:
    with pytest.raises(UsageError) as caught:
        check(operation, parameters)
    assert caught.value.message.split("\n") == ["Parameter validation failed:", *problems]
    hint = f"see {flags} in smrt {operation.command} --help"
    assert caught.value.hints == ((hint,) if flags else ())


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("endpointName", "EndpointName"),
        ("endpoint_name", "EndpointName"),
        ("endpoint-name", "EndpointName"),
        ("EndpontName", "EndpointName"),
        ("inferenceID", "InferenceId"),
        ("request_ttl_seconds", "RequestTTLSeconds"),
        ("Bogus", None),
    ],
)
def test_a_misspelled_name_gets_a_suggestion(name: str, suggestion: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        check(INVOKE_ENDPOINT_ASYNC, {"EndpointName": "e", name: "x"})
    hints = (f"did you mean {suggestion} instead of {name}?",) if suggestion else ()
    assert caught.value.hints == hints


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        (INVOKE_ENDPOINT, GOOD),
        (INVOKE_ENDPOINT, {**GOOD, "Body": io.BytesIO(b"x")}),
        (INVOKE_ENDPOINT, {**GOOD, "Body": "text", "Accept": "", "ContentType": "ä" * 5000}),
        (INVOKE_ENDPOINT_ASYNC, {"EndpointName": "-_-" * 50, "RequestTTLSeconds": 10**9}),
        (INVOKE_ENDPOINT_WITH_RESPONSE_STREAM, {**GOOD, "PrefixAwareId": "p"}),
    ],
)
def test_maxima_and_patterns_are_left_to_the_service(
    operation: Operation, parameters: dict[str, Any]
) -> None:
    check(operation, parameters)


VALUES = st.one_of(
    st.sampled_from(["", "x", "a b", b"", b"x", bytearray(b"y"), None, True, False, 0, 1, 59, 60]),
    st.sampled_from([1.5, [], {}, io.BytesIO(), ("t",), 10**30, -1]),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=3),
)
NAMES = sorted({member.name for operation in OPERATIONS for member in operation.members})


@given(
    operation=st.sampled_from(OPERATIONS),
    parameters=st.dictionaries(st.sampled_from([*NAMES, "Bogus", "body", ""]), VALUES, max_size=8),
)
def test_problems_and_messages_are_those_of_botocore(
    operation: Operation, parameters: dict[str, Any]
) -> None:
    shape = MODEL.operation_model(operation.name).input_shape
    expected = set(
        filter(None, ParamValidator().validate(parameters, shape).generate_report().split("\n"))
    )
    if parameters.get("EndpointName") == "":  # botocore sends it
        expected.add("Invalid length for parameter EndpointName, value: 0, valid min length: 1")
    problems: set[str] = set()
    try:
        check(operation, parameters)
    except UsageError as exc:
        problems = set(exc.message.split("\n")[1:])
    assert problems == expected


def test_an_asynchronous_body_that_is_too_large_is_an_error() -> None:
    check_size(INVOKE_ENDPOINT_ASYNC, 128_000)
    with pytest.raises(UsageError) as caught:
        check_size(INVOKE_ENDPOINT_ASYNC, 128_001)
    assert caught.value.message == (
        "Parameter validation failed:\n"
        "Invalid length for parameter Body, value: 128001, valid max length: 128000"
    )
    assert "--stage s3://" in caught.value.hints[0]
    assert "--input-location" in caught.value.hints[1]


def test_the_size_of_other_bodies_is_left_to_the_service() -> None:
    check_size(INVOKE_ENDPOINT, 10**9)
    check_size(INVOKE_ENDPOINT_WITH_RESPONSE_STREAM, 10**9)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("iris", "/endpoints/iris/invocations"),
        ("aZ09-._~", "/endpoints/aZ09-._~/invocations"),
        ("a/b", "/endpoints/a%2Fb/invocations"),
        ("full\n", "/endpoints/full%0A/invocations"),
        ("ä ?#%{EndpointName}", "/endpoints/%C3%A4%20%3F%23%25%7BEndpointName%7D/invocations"),
    ],
)
def test_the_endpoint_name_is_percent_encoded_in_the_path(name: str, expected: str) -> None:
    assert path(INVOKE_ENDPOINT, {"EndpointName": name}) == expected


@pytest.mark.parametrize("parameters", [{}, {"EndpointName": None}])
def test_a_path_without_its_parameters_is_an_error(parameters: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match='Missing required parameter in input: "EndpointName"'):
        path(INVOKE_ENDPOINT, parameters)


def test_headers_carry_parameters_in_the_order_of_the_model() -> None:
    parameters = {
        "InvocationTimeoutSeconds": 60,
        "RequestTTLSeconds": True,
        "Accept": " a\tä ",
        "EndpointName": "e",
        "Body": b"",
        "InferenceId": None,
    }
    assert headers(INVOKE_ENDPOINT_ASYNC, parameters) == (
        ("X-Amzn-SageMaker-Accept", " a\tä "),
        ("X-Amzn-SageMaker-RequestTTLSeconds", "True"),
        ("X-Amzn-SageMaker-InvocationTimeoutSeconds", "60"),
    )


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "text/csv\n", "x\r\nX-Evil: 1"])
def test_a_line_break_in_a_header_is_an_error(value: str) -> None:
    with pytest.raises(UsageError) as caught:
        headers(INVOKE_ENDPOINT, {"ContentType": value})
    assert caught.value.message == (
        f"Invalid header value {value!r} (--content-type): it contains a line break"
    )
    assert "remove the newline at the end" in caught.value.hints[0]


def test_text_that_is_not_utf8_is_an_error_in_headers_and_paths() -> None:
    with pytest.raises(UsageError, match="the value of --accept is not valid UTF-8 text"):
        headers(INVOKE_ENDPOINT, {"Accept": "a\udcff"})
    with pytest.raises(UsageError, match="the value of --endpoint-name is not valid UTF-8 text"):
        path(INVOKE_ENDPOINT, {"EndpointName": "a\udcff"})
