"""Results are lines of JSON, of responses or of CSV, or files; nothing of a response is changed."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.batching.records.data_options import DataOptions
from smrt.batching.records.record import Record, RecordError
from smrt.batching.records.rendering import Renderer, make_renderer, result_file
from smrt.errors import UsageError

RECORD = Record(10, "r1", b"sent", {}, b'{"id": 7, "x": [1.0]}\r\n')
ROW = Record(10, 3, b"sent", {}, b'7,"a,b"\r\n')
LINE = {"assemble_with": "Line"}
JOIN = {"join_source": "Input"}


def renderer(format_name: str, options: Mapping[str, Any], header: bytes = b"") -> Renderer:
    return make_renderer(DataOptions(**options), format_name, header)


@pytest.mark.parametrize(
    ("options", "body", "line"),
    [
        ({}, b'{"a": 1.10}', b'{"recordId":"r1","modelOutput":{"a": 1.10}}\n'),
        ({}, b'{\r\n "a": 1\n}\n', b'{"recordId":"r1","modelOutput":{"a": 1}}\n'),
        ({}, b"0.5\n", b'{"recordId":"r1","modelOutput":0.5}\n'),
        ({}, b"some text", b'{"recordId":"r1","modelOutput":{"base64":"c29tZSB0ZXh0"}}\n'),
        ({}, b"[NaN]", b'{"recordId":"r1","modelOutput":{"base64":"W05hTl0="}}\n'),
        ({}, b"", b'{"recordId":"r1","modelOutput":{"base64":""}}\n'),
        (LINE, b"some text\r\n", b"some text\n"),
        (LINE, b"\xff", b"\xff\n"),
        (LINE, b"", b"\n"),
        (JOIN, b"[2]", b'{"id":7,"x":[1.0],"SageMakerOutput":[2]}\n'),
        (JOIN | LINE, b"[2]", b'{"id":7,"x":[1.0],"SageMakerOutput":[2]}\n'),
        (JOIN, b"\xff", b'{"id":7,"x":[1.0],"SageMakerOutput":{"base64":"/w=="}}\n'),
        (
            JOIN | {"output_filter": "$['id','SageMakerOutput']"},
            b"[2]",
            b'{"id":7,"SageMakerOutput":[2]}\n',
        ),
        ({"output_filter": "$.a"}, b'{"a": 1.10}', b'{"recordId":"r1","modelOutput":1.10}\n'),
        (LINE | {"output_filter": "$.a"}, b'{"a": 1.10}', b"1.10\n"),
    ],
)
def test_a_response_of_a_json_record(options: dict[str, str], body: bytes, line: bytes) -> None:
    for format_name in ("json", "bedrock"):
        result = renderer(format_name, options).success(RECORD, body)
        assert result == (10, "r1", line, True)


@pytest.mark.parametrize(
    ("options", "body", "line"),
    [
        ({}, b"0.5\n", b"0.5\n"),
        ({}, b"0.5,1\r\n", b"0.5,1\n"),
        (JOIN, b"0.5,1\n", b'7,"a,b",0.5,1\n'),
        (JOIN | {"output_filter": "$[0,-1]"}, b"0.5", b"7,0.5\n"),
        (JOIN | {"output_filter": "$[1:]"}, b"0.5", b'"a,b",0.5\n'),
        ({"output_filter": "$[1]"}, b"0.5,1", b"1\n"),
        ({"assemble_with": "None"}, b"0.5", b'{"recordId":3,"modelOutput":0.5}\n'),
        (JOIN | {"assemble_with": "None"}, b"0.5", b'7,"a,b",0.5\n'),
    ],
)
def test_a_response_of_a_row(options: dict[str, str], body: bytes, line: bytes) -> None:
    assert renderer("csv", options).success(ROW, body) == (10, 3, line, True)


def test_a_joined_row_keeps_its_quoted_line_breaks() -> None:
    row = ROW._replace(source=b'1,"a\r\nb"\n')
    assert renderer("csv", JOIN).success(row, b"2\n").line == b'1,"a\r\nb",2\n'


@pytest.mark.parametrize(
    ("format_name", "options", "body", "code"),
    [
        ("csv", {}, b"1\n2\n", "ResponseNotOneLine"),
        ("csv", JOIN, b"1\r2", "ResponseNotOneLine"),
        ("json", LINE, b"{\n}", "ResponseNotOneLine"),
        ("csv", JOIN | {"output_filter": "$[5]"}, b"1", "FilterError"),
        ("json", {"output_filter": "$.a"}, b"{}", "FilterError"),
        ("json", {"output_filter": "$.a"}, b"no json", "InvalidJson"),
        ("json", {"output_filter": "$.a"}, b"\xff", "InvalidJson"),
    ],
)
def test_a_response_that_cannot_be_written_is_an_error(
    format_name: str, options: dict[str, str], body: bytes, code: str
) -> None:
    result = renderer(format_name, options).success(RECORD, body)
    assert not result.ok
    assert code.encode() in result.line
    assert result.line.count(b"\n") == 1


def test_an_error_is_a_line_of_bedrock() -> None:
    error = RecordError(10, "é", "InvalidRecord", "no\nrecord", b"x")
    result = renderer("json", {}).failure(error, error.code, error.message)
    assert (
        result.line
        == (
            '{"recordId":"é","error":{"errorCode":"InvalidRecord","errorMessage":"no\\nrecord"}}\n'
        ).encode()
    )
    assert (result.offset, result.record_id, result.ok) == (10, "é", False)


@given(st.text(), st.text())
def test_an_error_among_rows_is_one_field(code: str, message: str) -> None:
    line = renderer("csv", {}).failure(ROW, code, message).line.decode()
    ((field,),) = csv.reader(io.StringIO(line))
    assert json.loads(field) == {
        "recordId": 3,
        "error": {"errorCode": code, "errorMessage": message},
    }


def test_details_follow_the_output_and_the_error() -> None:
    details = {"InvokedProductionVariant": "a"}
    of_json = renderer("json", {})
    assert json.loads(of_json.success(RECORD, b"1", details).line)["details"] == details
    assert json.loads(of_json.failure(RECORD, "c", "m", details).line)["details"] == details


@given(st.binary())
def test_a_file_is_the_response(body: bytes) -> None:
    assert renderer("files", {}).success(RECORD, body).line == body


def test_the_result_of_a_file_is_named_as_batch_transform_names_it() -> None:
    assert result_file("b/1.JPG") == "b/1.JPG.out"


@pytest.mark.parametrize(
    ("options", "header"),
    [
        ({"header": "keep"} | JOIN, b"id,name,SageMakerOutput\n"),
        ({"header": "keep", "output_filter": "$[0,-1]"} | JOIN, b"id,SageMakerOutput\n"),
        ({"header": "keep"}, b""),
        ({"header": "skip"} | JOIN, b""),
    ],
)
def test_a_header_that_is_kept_names_joined_columns(options: dict[str, str], header: bytes) -> None:
    assert renderer("csv", options, b"id,name").header == header


def test_a_filter_that_does_not_fit_the_header_is_rejected_before_the_first_call() -> None:
    with pytest.raises(UsageError, match="index 9 is not in an array of 3"):
        renderer("csv", {"header": "keep", "output_filter": "$[9]"} | JOIN, b"id,name")
