"""Lines of the format calls are the parameters of a call, as --cli-input-json takes them."""

from typing import Any

import pytest

from smrt.batching.records.record import Record, RecordError
from smrt.batching.records.record_formats import call_parser
from smrt.protocol.operations import INVOKE_ENDPOINT, INVOKE_ENDPOINT_ASYNC


def parsed(line: bytes, binary_format: str = "base64", **defaults: Any) -> Record | RecordError:
    return call_parser(INVOKE_ENDPOINT, defaults, binary_format)(5, 7, line)


@pytest.mark.parametrize(
    ("line", "binary_format", "record_id", "body", "values"),
    [
        (
            b'{"EndpointName": "e", "Body": "eA==", "Accept": "text/csv"}\n',
            "base64",
            7,
            b"x",
            {"EndpointName": "e", "Accept": "text/csv"},
        ),
        (
            b'{"EndpointName": "e", "Body": "\\u00e9", "InferenceId": "i"}',
            "raw-in-base64-out",
            "i",
            "é".encode(),
            {"EndpointName": "e", "InferenceId": "i"},
        ),
        (b'{"EndpointName": "e", "Body": {"a":  1.0}}', "base64", 7, b'{"a":  1.0}', None),
        (b'{"EndpointName": "e", "Body": [1.0]}', "base64", 7, b"[1.0]", None),
    ],
)
def test_a_line_is_a_call(
    line: bytes, binary_format: str, record_id: Any, body: bytes, values: dict[str, str] | None
) -> None:
    expected = values or {"EndpointName": "e"}
    assert parsed(line, binary_format) == Record(5, record_id, body, expected, line)


def test_the_command_line_holds_where_the_line_is_silent() -> None:
    record = parsed(b'{"Body": "eA=="}', EndpointName="e")
    assert isinstance(record, Record)
    assert record.parameters == {}


def test_a_call_of_another_operation_has_its_parameters() -> None:
    line = b'{"EndpointName": "e", "InputLocation": "s3://b/k", "InvocationTimeoutSeconds": 60}'
    record = call_parser(INVOKE_ENDPOINT_ASYNC, {}, "base64")(0, 1, line)
    assert isinstance(record, Record)
    assert record.parameters["InvocationTimeoutSeconds"] == 60


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"Body": "eA=="}', 'Missing required parameter in input: "EndpointName"'),
        (b'{"EndpointName": "e"}', 'Missing required parameter in input: "Body"'),
        (b'{"EndpointName": "e", "Body": "x{"}', "as it is, add --cli-binary-format raw"),
        (b'{"EndpointName": "e", "Body": 1}', "Body is not a string, an object or an array"),
        (b'{"EndpointName": 1, "Body": {}}', "Invalid type for parameter EndpointName"),
        (b'{"endpointName": "e", "Body": {}}', 'Unknown parameter in input: "endpointName"'),
        (b'{"EndpointName": "e", "Body": {}, "Accept": "a\\nb"}', "it contains a line break"),
        (b'{"EndpointName": "e", "Body": {}, "Accept": "\\udcff"}', "not valid UTF-8"),
        (b"[]", "not a JSON object"),
    ],
)
def test_what_is_no_call_is_an_error(line: bytes, message: str) -> None:
    error = parsed(line)
    assert isinstance(error, RecordError)
    assert message in error.message
    assert (error.offset, error.record_id, error.source) == (5, 7, line)
