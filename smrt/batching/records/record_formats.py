"""The formats of records: how a line becomes what is sent.

A line that does not fit its format is a RecordError; it is never sent.
"""

import os
from collections.abc import Callable, Mapping
from math import inf
from typing import Any, NamedTuple

from smrt.errors import SmrtError
from smrt.protocol import parameters
from smrt.protocol.media_suffixes import content_type_by_suffix
from smrt.protocol.operations import Operation

from .csv_rows import RowState, row_state
from .file_listing import read_listed, stat_listed
from .json_text import JsonError, json_members, json_text, parse_value
from .line_reader import LONGEST_LINE
from .record import Record, RecordError

FORMATS = ("json", "bedrock", "openai", "calls", "text", "csv")
"""The formats of lines, as --format names them."""
JSON_FORMATS = FORMATS[:4]
DEFAULT_TYPE = "application/octet-stream"
"""The content type of a file with an unknown suffix."""

RecordParser = Callable[[int, int, bytes], Record | RecordError]
"""From the offset, the number and the bytes of a line."""
_NO_PARAMETERS: Mapping[str, Any] = {}


class Wrapper(NamedTuple):
    """An object around a body: the names that it may have, the one of its id and its body's."""

    id_name: str
    body_name: str
    names: frozenset[str]
    required: frozenset[str]


WRAPPERS = {
    "bedrock": Wrapper(
        "recordId",
        "modelInput",
        frozenset({"recordId", "modelInput"}),
        frozenset({"modelInput"}),
    ),
    "openai": Wrapper(
        "custom_id",
        "body",
        frozenset({"custom_id", "method", "url", "body"}),
        frozenset({"custom_id", "body"}),
    ),
}
"""https://docs.aws.amazon.com/bedrock/latest/userguide/batch-inference-data.html and
https://platform.openai.com/docs/guides/batch. Bedrock numbers a record without a recordId, too."""


def line_content(line: bytes) -> bytes:
    """A line without its line break."""
    if line.endswith(b"\n"):
        return line[:-2] if line.endswith(b"\r\n") else line[:-1]
    return line


def parse_document_line(offset: int, number: int, line: bytes) -> Record:
    """A JSON line that is itself the body; the endpoint reads it, nobody before."""
    return Record(offset, number, line.strip(), _NO_PARAMETERS, line)


def parse_text_line(offset: int, number: int, line: bytes) -> Record:
    """A line that is the body, blank or not."""
    return Record(offset, number, line_content(line), _NO_PARAMETERS, line)


def parse_row(offset: int, number: int, row: bytes) -> Record | RecordError:
    """A row of a CSV file."""
    if row.count(b'"') % 2 and row_state(row) is not RowState.COMPLETE:
        message = "a quoted field of this row does not end"
        return RecordError(offset, number, "InvalidRecord", message, row)
    return Record(offset, number, line_content(row), _NO_PARAMETERS, row)


def wrapper_parser(wrapper: Wrapper) -> RecordParser:
    """Parses lines of a wrapper form: the body is sent byte for byte."""
    id_name, body_name, names, required = wrapper

    def parse(offset: int, number: int, line: bytes) -> Record | RecordError:
        record_id: Any = number
        try:
            members = json_members(json_text(line))
            if id_name in members:
                record_id = _scalar(members[id_name], id_name)
            _check_names(members, names, required)
        except JsonError as exc:
            return RecordError(offset, record_id, "InvalidRecord", exc.message, line)
        return Record(offset, record_id, members[body_name].encode(), _NO_PARAMETERS, line)

    return parse


def call_parser(
    operation: Operation, defaults: Mapping[str, Any], binary_format: str
) -> RecordParser:
    """Parses lines that are the parameters of a call, as --cli-input-json takes them.

    `defaults` are those of the command line. The text of a Body is read as `binary_format`; an
    object or an array is sent as it is. An InferenceId is the id of its record.
    """

    def parse(offset: int, number: int, line: bytes) -> Record | RecordError:
        record_id: Any = number
        try:
            members = json_members(json_text(line))
            values = {name: parse_value(text) for name, text in members.items() if name != "Body"}
            record_id = values.get("InferenceId", number)
            body = _blob(members["Body"], binary_format) if "Body" in members else {}
            known = {**defaults, **values}
            parameters.check(operation, {**known, **body})
            parameters.headers(operation, known)
        except SmrtError as exc:
            return RecordError(offset, record_id, "InvalidRecord", exc.message, line)
        return Record(offset, record_id, body.get("Body", b""), values, line)

    return parse


def file_parser(folder: str, *, has_content_type: bool) -> RecordParser:
    """Parses lines of a list of files: the body is the file's, if it is as it was listed."""

    def parse(offset: int, _: int, line: bytes) -> Record | RecordError:
        listed = read_listed(line)
        path = os.path.join(folder, listed.name)
        try:
            body = b"" if listed.size > LONGEST_LINE else _read(path)
            is_same = stat_listed(path, listed.name) == listed
        except OSError as exc:
            reason = f"{path} cannot be read: {exc.strerror}"
            return RecordError(offset, listed.name, "InputChanged", reason, b"")
        if not is_same:
            reason = f"{path} has changed since it was listed"
            return RecordError(offset, listed.name, "InputChanged", reason, b"")
        if listed.size > LONGEST_LINE:
            return too_large(offset, listed.name)
        content_type = content_type_by_suffix(listed.name) or DEFAULT_TYPE
        values = {} if has_content_type else {"ContentType": content_type}
        return Record(offset, listed.name, body, values, b"")

    return parse


def too_large(offset: int, record_id: Any) -> RecordError:
    """The error of a record that is larger than any body that SageMaker accepts."""
    message = f"the record is larger than {LONGEST_LINE >> 20} MB"
    return RecordError(offset, record_id, "RecordTooLarge", message, b"")


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _scalar(text: str, name: str) -> Any:
    value = parse_value(text)
    if isinstance(value, dict | list) or value in (inf, -inf):
        raise JsonError(f"{name} is not a string, a number, true, false or null")
    return value


def _check_names(
    members: Mapping[str, str], names: frozenset[str], required: frozenset[str]
) -> None:
    if required <= members.keys() <= names:
        return
    missing = [f"{name} is missing" for name in sorted(required - members.keys())]
    unknown = [f"{name} is unexpected" for name in sorted(members.keys() - names)]
    raise JsonError(f"not of the form of the first record: {', '.join(missing + unknown)}")


def _blob(text: str, binary_format: str) -> dict[str, bytes]:
    """The Body that a JSON text stands for."""
    if text.startswith(("{", "[")):
        return {"Body": text.encode()}
    value = parse_value(text)
    if not isinstance(value, str):
        raise JsonError("Body is not a string, an object or an array")
    try:
        return {"Body": b"".join(parameters.encode_blob([value], binary_format, "Body"))}
    except parameters.Base64Error as exc:
        raise JsonError(f"{exc.message}: {exc.hints[0]}") from exc
