"""Responses are parsed to boto3's shapes."""

import json
from typing import Any

import pytest
from botocore.awsrequest import HeadersDict
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from hypothesis import given
from hypothesis import strategies as st

from smrt.protocol import responses
from smrt.protocol.messages import Headers
from smrt.protocol.operations import (
    ERROR_MEMBERS,
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_ASYNC,
    OPERATIONS,
    Operation,
)
from tests.tools.drift import service_model

MODEL = ServiceModel(dict(service_model()), "sagemaker-runtime")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ((), None),
        ((("Other", "x"),), None),
        ((("content-TYPE", "x"),), "x"),
        ((("Content-Type", ""),), ""),
        ((("Content-Type", "a"), ("Other", "x"), ("content-type", "b")), "a, b"),
    ],
)
def test_header_names_are_case_insensitive(headers: Headers, expected: str | None) -> None:
    assert responses.header(headers, "Content-Type") == expected


def test_metadata_has_the_present_fields_in_the_order_of_the_table() -> None:
    headers = (
        ("X-Amzn-SageMaker-New-Session-Id", "s; Expires=2030-01-01T00:00:00Z"),
        ("x-amzn-sagemaker-custom-attributes", ""),
        ("Content-Type", "text/csv"),
        ("Server", "x"),
    )
    assert list(responses.metadata(INVOKE_ENDPOINT, headers).items()) == [
        ("ContentType", "text/csv"),
        ("CustomAttributes", ""),
        ("NewSessionId", "s; Expires=2030-01-01T00:00:00Z"),
    ]


LOCATION = ("X-Amzn-SageMaker-OutputLocation", "s3://b/out")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"InferenceId": "i"}, {"OutputLocation": "s3://b/out", "InferenceId": "i"}),
        ({"InferenceId": None, "Other": 1}, {"OutputLocation": "s3://b/out"}),
        ({}, {"OutputLocation": "s3://b/out"}),
        (None, {"OutputLocation": "s3://b/out"}),
        (["InferenceId"], {"OutputLocation": "s3://b/out"}),
    ],
)
def test_asynchronous_metadata_comes_from_headers_and_body(
    document: Any, expected: dict[str, str]
) -> None:
    metadata = responses.metadata(INVOKE_ENDPOINT_ASYNC, (LOCATION,), document)
    assert list(metadata.items()) == list(expected.items())


@given(data=st.data(), operation=st.sampled_from([INVOKE_ENDPOINT, INVOKE_ENDPOINT_ASYNC]))
def test_metadata_equals_botocores(data: st.DataObject, operation: Operation) -> None:
    names = [field.wire for field in operation.fields] + ["x-amzn-RequestId", "Server"]
    headers = tuple(
        data.draw(st.lists(st.tuples(st.sampled_from(names), st.text("ab ,", max_size=3))))
    )
    document = data.draw(
        st.dictionaries(st.sampled_from(["InferenceId", "x"]), st.none() | st.just("i"))
    )
    expected = parsed(operation, 200, headers, json.dumps(document).encode())
    body = document if operation.returns_json else None
    assert responses.metadata(operation, headers, body) == {
        name: value
        for name, value in expected.items()
        if name not in ("Body", "ResponseMetadata") and value is not None
    }
    response_metadata = responses.response_metadata(200, headers, 0)
    assert response_metadata == {**expected["ResponseMetadata"], "RetryAttempts": 0}


def parsed(operation: Operation, status: int, headers: Headers, body: bytes) -> dict[str, Any]:
    """The response as botocore parses it; its client adds the members of an error's shape."""
    model = MODEL.operation_model(operation.name)
    folded = HeadersDict({name: responses.header(headers, name) for name, _ in headers})
    response = {
        "status_code": status,
        "headers": folded,
        "body": body,
        "context": {"operation_name": operation.name},
    }
    parser = create_parser("rest-json")
    result: dict[str, Any] = parser.parse(response, model.output_shape)
    shape = MODEL.shape_for_error_code(result.get("Error", {}).get("Code", ""))
    if shape is not None:
        result |= parser.parse(response, shape)
    return result


def error_response(status: int, body: bytes = b"", **headers: str) -> dict[str, Any]:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return dict(responses.service_error(INVOKE_ENDPOINT, status, pairs, body, 0).response)


@pytest.mark.parametrize(
    ("status", "header", "body", "code", "message"),
    [
        (424, "ModelError:http://x/", {"Message": "m"}, "ModelError", "m"),
        (400, "ns#ValidationError", {"message": "m"}, "ValidationError", "m"),
        (400, None, {"code": "a.b#C:d", "__type": "T"}, "C", ""),
        (400, None, {"Code": "C", "__type": "T"}, "C", ""),
        (400, None, {"__type": "com.x#T:y", "Message": "m"}, "T", "m"),
        (404, None, {"Message": None}, "404", ""),
        (400, None, {"code": 5, "message": 6}, "5", "6"),
        (400, None, {}, "400", ""),
        (400, "", {}, "400", ""),
        (400, ":", {}, "400", ""),
        (400, None, ["x"], "400", '["x"]'),
        (400, None, None, "400", "null"),
    ],
)
def test_code_and_message_of_an_error_follow_the_rules_of_rest_json(
    status: int, header: str | None, body: Any, code: str, message: str
) -> None:
    headers = {} if header is None else {"x_amzn_errortype": header}
    error = error_response(status, json.dumps(body).encode(), **headers)["Error"]
    assert error == {"Message": message, "Code": code}


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (403, b"<html>no</html>", "<html>no</html>"),
        (400, b"", ""),
        (400, b" ", " "),
        (413, "zu groß".encode(), "zu groß"),
        (400, b"\xff\xfe", "\ufffd\ufffd"),
        (400, b"[" * 100_000, "[" * 100_000),
        (502, b"<html>\n", "Bad Gateway"),
        (502, b"  <!DOCTYPE html><html>", "Bad Gateway"),
        (503, b"", "Service Unavailable"),
        (503, b" \n", "Service Unavailable"),
        (500, b"text", "text"),
        (599, b"", ""),
    ],
)
def test_a_body_that_is_not_an_object_becomes_the_message(
    status: int, body: bytes, message: str
) -> None:
    assert error_response(status, body)["Error"] == {"Message": message, "Code": str(status)}


def test_an_error_has_the_members_of_its_shape() -> None:
    fields = {
        "LogStreamArn": "arn",
        "ErrorCode": "E",
        "OriginalMessage": "boom",
        "OriginalStatusCode": 400,
    }
    error = error_response(424, json.dumps(fields).encode(), x_amzn_errortype="ModelError")
    assert [name for name in error if name not in ("Error", "ResponseMetadata")] == [
        "OriginalStatusCode",
        "OriginalMessage",
        "LogStreamArn",
    ]
    assert "ErrorCode" not in error


@pytest.mark.parametrize(
    "text", ['"x"', '"4.5"', "[1]", "{}", "1e400", "NaN", '"%s"' % ("9" * 5000)]
)
def test_a_status_code_that_is_no_integer_is_left_out(text: str) -> None:
    body = b'{"OriginalMessage": "boom", "OriginalStatusCode": %s}' % text.encode()
    error = error_response(424, body, x_amzn_errortype="ModelError")
    assert "OriginalStatusCode" not in error
    assert error["OriginalMessage"] == "boom"


def test_members_that_are_null_are_left_out() -> None:
    error = error_response(424, b'{"OriginalMessage": null}', x_amzn_errortype="ModelError")
    assert "OriginalMessage" not in error


def test_an_error_has_its_operation_request_id_and_retries() -> None:
    headers = (("x-amzn-RequestId", "r"), ("A", "1"), ("a", "2"))
    error = responses.service_error(INVOKE_ENDPOINT, 400, headers, b"{}", 2)
    assert error.operation_name == "InvokeEndpoint"
    assert error.response["ResponseMetadata"] == {
        "RequestId": "r",
        "HTTPStatusCode": 400,
        "HTTPHeaders": {"x-amzn-requestid": "r", "a": "1, 2"},
        "RetryAttempts": 2,
    }


WORDS = st.sampled_from(["ModelError", "ValidationError", "ns#ModelError", "X:http://y/", "5"])
BODIES = st.one_of(
    st.fixed_dictionaries(
        {},
        optional={
            "message": st.text(max_size=5),
            "Message": st.text(max_size=5),
            "code": WORDS,
            "Code": WORDS,
            "__type": WORDS,
            "OriginalStatusCode": st.integers(0, 999)
            | st.floats(0, 999)
            | st.booleans()
            | st.sampled_from(["429", " 4_2 "]),
            "OriginalMessage": st.none() | st.text(max_size=5),
            "LogStreamArn": st.text(max_size=5),
            "ErrorCode": st.text(max_size=5),
            "Other": st.integers(),
        },
    ).map(lambda body: json.dumps(body).encode()),
    st.sampled_from([b"", b"no json", b"<html>x</html>", b"{", b"<html"]),
)


@given(
    operation=st.sampled_from(OPERATIONS),
    status=st.sampled_from([301, 400, 403, 404, 413, 424, 429, 500, 502, 503, 530]),
    errortype=st.none() | WORDS,
    body=BODIES,
)
def test_errors_equal_botocores(
    operation: Operation, status: int, errortype: str | None, body: bytes
) -> None:
    headers: Headers = (("x-amzn-RequestId", "r"),)
    if errortype is not None:
        headers += (("x-amzn-errortype", errortype),)
    expected = parsed(operation, status, headers, body)
    if status >= responses.SERVER_ERROR and not body.startswith(b"{"):
        # smrt preserves the code in a header, and recognizes other pages than <html>.
        if errortype is not None or body == b"<html":
            return
        expected["ResponseMetadata"]["RequestId"] = "r"
    expected["ResponseMetadata"]["RetryAttempts"] = 1
    error = responses.service_error(operation, status, headers, body, 1)
    assert error.response == expected
    assert list(error.response["Error"]) == list(expected["Error"])


def test_every_error_of_the_model_is_in_the_table() -> None:
    for shape in MODEL.error_shapes:
        assert shape.name in ERROR_MEMBERS
