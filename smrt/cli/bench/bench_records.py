"""The records of `smrt bench --input`, in the formats of `smrt batch`."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

from smrt.batching.records.data_options import DataOptions
from smrt.batching.records.record import Record, RecordError
from smrt.batching.records.source import Source
from smrt.errors import UsageError
from smrt.invoke.invocation import Call
from smrt.output.console import App

from .bench_options import BenchOptions

MOST_BYTES = 1 << 30
"""Bytes of the records, which are sent again and again and stay in memory."""
STDIN = "-"


class RecordList(NamedTuple):
    """Records, and the content type of their format for those that have none of their own."""

    records: tuple[Record, ...]
    content_type: str


def read_records(app: App, call: Call, options: BenchOptions) -> RecordList:
    """Read all records. Raises UsageError if there are none, or if one cannot be sent."""
    from smrt.batching.batch_input import CONTENT_TYPES

    with ExitStack() as stack:
        source = _open(app, call, options, stack)
        records = tuple(_checked(_all_of(source), options))
    if not records:
        raise UsageError(f"--input {options.input} has no records")
    return RecordList(records, CONTENT_TYPES.get(source.format, ""))


def _open(app: App, call: Call, options: BenchOptions, stack: ExitStack) -> Source:
    from smrt.batching.records.source import open_files, open_lines, sends_files

    data = DataOptions(
        format=options.format,
        content_type=call.parameters.get("ContentType", ""),
        binary_format=options.invoke.binary_format or DataOptions().binary_format,
    )
    assert options.input is not None
    path, title = options.input, ""
    if path == STDIN:
        path, title = _saved_stdin(app, stack), "standard input"
    if sends_files(path, data):
        return open_files(_listing(path, stack), path, data)
    return open_lines(path, data, options.operation, call.parameters, title)


def _all_of(source: Source) -> Iterator[Record | RecordError]:
    for partition in source.layout().all_partitions():
        yield from source.read(partition)


def _saved_stdin(app: App, stack: ExitStack) -> str:
    from shutil import copyfileobj

    path = os.path.join(_folder(stack), "stdin")
    with open(path, "wb") as copy:
        copyfileobj(app.console.stdin, copy)
    return path


def _listing(folder: str, stack: ExitStack) -> str:
    from smrt.batching.records.file_listing import write_listing

    path = os.path.join(_folder(stack), "listing")
    with open(path, "wb") as file:
        write_listing(folder, file)
    return path


def _folder(stack: ExitStack) -> str:
    from tempfile import TemporaryDirectory

    return stack.enter_context(TemporaryDirectory())


def _checked(records: Iterator[Record | RecordError], options: BenchOptions) -> Iterator[Record]:
    size = 0
    for record in records:
        if isinstance(record, RecordError):
            raise UsageError(
                f"--input {options.input}: record {record.record_id}: {record.message}"
            )
        size += len(record.body)
        if size > MOST_BYTES:
            raise UsageError(
                f"--input {options.input} has more than {MOST_BYTES >> 30} GiB",
                "send some of its records, as with head -n 10000",
            )
        yield record
