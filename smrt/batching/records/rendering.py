"""Renders results: a JSON line, a line of the response, a row of CSV, or a file.

JSON lines are those of Amazon Bedrock, an error's `errorCode` being a word:
https://docs.aws.amazon.com/bedrock/latest/userguide/batch-inference-results.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from smrt.errors import SmrtError, UsageError

from .data_filters import (
    OUTPUT_NAME,
    Filter,
    csv_filter,
    join_json,
    join_row,
    json_filter,
    json_value,
)
from .data_options import DataOptions
from .json_text import json_bytes
from .record import Record, RecordError, Result
from .record_formats import line_content
from .source import CSV, FILES

OUTPUT_FILTER = "--output-filter"
Details = Mapping[str, Any]
"""What --details adds to a JSON line."""
Render = Callable[[Record, bytes, Details], bytes]
"""From a record and its response to what is written; raises SmrtError if that cannot be."""


class Renderer:
    """Makes the result of each record. `header` is the first line of the output, if it has one.

    A response that cannot be rendered, filtered or joined is an error of its record.
    """

    def __init__(self, render: Render, *, header: bytes = b"", of_rows: bool = False) -> None:
        self.header = header
        self._render = render
        self._of_rows = of_rows

    def success(self, record: Record, body: bytes, details: Details | None = None) -> Result:
        """The result of a record to which the endpoint responded with `body`."""
        try:
            line = self._render(record, body, details or {})
        except SmrtError as exc:
            return self.failure(record, exc.code, exc.message, details)
        return Result(record.offset, record.record_id, line, ok=True)

    def failure(
        self, record: Record | RecordError, code: str, message: str, details: Details | None = None
    ) -> Result:
        """The error of a record; among rows of CSV it is a row with one field."""
        error = {"errorCode": code, "errorMessage": message}
        more = {"details": details} if details else {}
        line = json_bytes({"recordId": record.record_id, "error": error, **more})
        if self._of_rows:
            line = b'"' + line.replace(b'"', b'""') + b'"'
        return Result(record.offset, record.record_id, line + b"\n", ok=False)


def make_renderer(options: DataOptions, format_name: str, header: bytes = b"") -> Renderer:
    """The renderer for records of a format, and the header of their file. Raises UsageError."""
    joins = options.join_source == "Input"
    if format_name == CSV and (joins or options.assemble_with != "None"):
        return _row_renderer(options, header, joins=joins)
    select = json_filter(options.output_filter, OUTPUT_FILTER) or _all
    if format_name == FILES:
        return Renderer(lambda _record, body, _details: select(body))
    if joins:
        return Renderer(_joined_documents(select))
    if options.assemble_with == "Line":
        return Renderer(lambda _record, body, _details: select(_one_line(body)) + b"\n")
    return Renderer(_json_lines(select))


def writes_json(options: DataOptions, format_name: str) -> bool:
    """Whether results are JSON lines, in which a text is a JSON string."""
    joins = options.join_source == "Input"
    if format_name == CSV:
        return not joins and options.assemble_with == "None"
    return format_name != FILES and (joins or options.assemble_with != "Line")


def result_file(name: str) -> str:
    """The file of a result, by the name of its input file."""
    return name + ".out"


def _row_renderer(options: DataOptions, header: bytes, *, joins: bool) -> Renderer:
    select = csv_filter(options.output_filter, OUTPUT_FILTER) or _all

    def render(record: Record, body: bytes, _: Details) -> bytes:
        output = _one_line(body)
        return select(join_row(line_content(record.source), output) if joins else output) + b"\n"

    if not joins or options.header != "keep":
        return Renderer(render, of_rows=True)
    try:
        names = select(join_row(header, OUTPUT_NAME.encode()))
    except SmrtError as exc:
        raise UsageError(f"{OUTPUT_FILTER} {options.output_filter}: {exc.message}") from exc
    return Renderer(render, header=names + b"\n", of_rows=True)


def _joined_documents(select: Filter) -> Render:
    return lambda record, body, _: select(join_json(record.source.strip(), body)) + b"\n"


def _json_lines(select: Filter) -> Render:
    def render(record: Record, body: bytes, details: Details) -> bytes:
        output = json_value(select(body))
        more = b',"details":' + json_bytes(details) if details else b""
        name = json_bytes(record.record_id)
        return b'{"recordId":%b,"modelOutput":%b%b}\n' % (name, output, more)

    return render


def _one_line(body: bytes) -> bytes:
    """A response that is one line, without its line break."""
    line = line_content(body)
    if b"\n" in line or b"\r" in line:
        raise SmrtError("the response has a line break in it", code="ResponseNotOneLine")
    return line


def _all(document: bytes) -> bytes:
    return document
