"""--input-filter, --join-source and --output-filter, on JSON documents and on rows of CSV.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataProcessing.html
"""

from collections.abc import Callable, Mapping, Sequence

from .csv_rows import csv_fields
from .json_text import JsonError, json_bytes, json_items, json_members, json_text, one_line
from .jsonpath import Documents, compile_path

OUTPUT_NAME, INPUT_NAME = "SageMakerOutput", "SageMakerInput"

Filter = Callable[[bytes], bytes]
"""From a document to the selected part; raises SmrtError where there is none."""


def json_filter(expression: str, flag: str) -> Filter | None:
    """The filter for JSON documents; None if it selects all. Raises UsageError."""
    select = compile_path(expression, _JSON, flag)
    return (lambda document: select(json_text(document)).encode()) if select else None


def csv_filter(expression: str, flag: str) -> Filter | None:
    """The filter for rows of CSV without their line breaks; it keeps their bytes."""
    select = compile_path(expression, _CSV, flag)
    return (lambda row: _bytes(select(_text(row)))) if select else None


def join_json(document: bytes, output: bytes) -> bytes:
    """The JSON object `document` with its output added; one of both if it is no object."""
    try:
        members = json_members(json_text(document))
    except JsonError:
        members = {INPUT_NAME: _value_or_text(document).decode()}
    return _object({**members, OUTPUT_NAME: json_value(output).decode()}).encode()


def join_row(row: bytes, output: bytes) -> bytes:
    """The row of CSV with the columns of its output behind its own."""
    return row + b"," + output


def json_value(content: bytes) -> bytes:
    """`content` as a JSON value on one line: itself if it is JSON, else its base64."""
    document = one_line(content)
    if document is not None:
        return document
    from base64 import b64encode

    return b'{"base64":"' + b64encode(content) + b'"}'


def _value_or_text(content: bytes) -> bytes:
    try:
        return one_line(content) or json_bytes(content.decode())
    except UnicodeDecodeError:
        return json_value(content)


def _object(members: Mapping[str, str]) -> str:
    return "{" + ",".join(f"{json_bytes(k).decode()}:{v}" for k, v in members.items()) + "}"


def _array(items: Sequence[str]) -> str:
    return "[" + ",".join(items) + "]"


def _text(row: bytes) -> str:
    return row.decode("utf-8", "surrogateescape")


def _bytes(row: str) -> bytes:
    return row.encode("utf-8", "surrogateescape")


_JSON = Documents(json_items, _array, json_members, _object)
_CSV = Documents(csv_fields, ",".join)
