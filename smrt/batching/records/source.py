"""The input of a batch: its format, its partitions, and the records of each."""

import os
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from itertools import islice
from typing import Any

from smrt.errors import SmrtError, UsageError
from smrt.protocol.operations import Operation

from .csv_rows import RowReader
from .data_filters import Filter, csv_filter, json_filter
from .data_options import DataOptions
from .format_detection import detect_format
from .input_file import Identity, Input, InputFile
from .jsonpath import ROOT
from .layout import Layout, plan_layout
from .line_reader import LONGEST_LINE, Line, LineReader
from .record import Partition, Record, RecordError
from .record_formats import (
    JSON_FORMATS,
    WRAPPERS,
    RecordParser,
    call_parser,
    file_parser,
    line_content,
    parse_document_line,
    parse_row,
    parse_text_line,
    too_large,
    wrapper_parser,
)

SAMPLE = 256 << 20
CSV, FILES = "csv", "files"
_PARSERS: Mapping[str, RecordParser] = {
    "json": parse_document_line,
    "text": parse_text_line,
    CSV: parse_row,
    **{name: wrapper_parser(wrapper) for name, wrapper in WRAPPERS.items()},
}


class Source:
    """Records in the order of the input, read in constant memory.

    One sequence, whatever the format, gzip included: partitions that are read in their order read
    the input once, and every record knows the number of its line. A partition far ahead costs
    reading the lines before it. `header` is the row of a CSV file that is no record.
    """

    is_remote = False
    """Whether reading waits for the network."""
    can_seek = False
    """Whether a partition can be read without what is before it."""

    def __init__(self, file: Input, format_name: str, parse: RecordParser) -> None:
        self.format = format_name
        self.start, self.end = file.start, file.size
        self.header = b""
        self._file = file
        self._parse = parse
        self._reader: LineReader | None = None
        self._position = 0
        """The reader has passed the lines that begin before this offset."""

    @property
    def identity(self) -> Identity:
        """What a resumed job compares."""
        return self._file.identity

    def layout(self, workers: int = 1, size: int = 0) -> Layout:
        """The partitions, of `size` bytes or of a size that fits."""
        return plan_layout(self.start, self.end, self._file.mean_line(), workers, size)

    def read(self, partition: Partition) -> Iterator[Record | RecordError]:
        """The records of a partition. Raises SmrtError if the input has changed."""
        parse = self._parse
        for offset, number, line in self._lines(partition):
            if len(line) > LONGEST_LINE:
                yield too_large(offset, number)
            else:
                yield parse(offset, number, line)

    def count(self, partition: Partition) -> int:
        """How many records a partition has."""
        return sum(1 for _ in self._lines(partition))

    def estimated_records(self) -> int:
        """About how many records there are, by the lines of the first 256 MB."""
        size = lines = 0
        end = b"\n"
        for block in self._file.blocks():
            size, lines, end = size + len(block), lines + block.count(b"\n"), block[-1:]
            if size >= SAMPLE:
                break
        lines += end != b"\n"
        return round(lines * (self.end - self.start) / size) if size else 0

    def _lines(self, partition: Partition) -> Generator[Line]:
        self._file.check()
        reader = self._reader_at(partition.start)
        skips_blank = self.format in JSON_FORMATS
        for line in reader.until(partition.end):
            if not skips_blank or not line[2].isspace():
                yield line
        self._file.check()
        self._reader, self._position = reader, partition.end

    def _reader_at(self, start: int) -> LineReader:
        """A reader that has passed the lines that begin before `start`."""
        reader, self._reader = self._reader, None
        if reader is None or self._position > start:
            kind = RowReader if self.format == CSV else LineReader
            reader = kind(self._file.blocks(), self._file.start)
        for _ in reader.until(start):
            pass
        return reader

    def skip_header(self) -> None:
        """Take the first row as the header."""
        with closing(self._lines(self._all)) as lines:
            for offset, _, line in lines:
                self.header = line_content(line)
                self.start = offset + len(line)
                return

    def limit(self, records: int) -> None:
        """End the input after so many records."""
        with closing(self._lines(self._all)) as lines:
            self.end = next((offset for offset, *_ in islice(lines, records, None)), self.end)

    @property
    def _all(self) -> Partition:
        return Partition(0, self.start, self.end)


def sends_files(path: str, options: DataOptions) -> bool:
    """Whether whole files are the records: those of a folder, or `path` itself."""
    if not os.path.isdir(path):
        return options.split_type == "None"
    if options.split_type == "Line":
        raise UsageError(
            f"{path} is a folder, and --split-type Line reads the lines of one file",
            "run smrt batch once for each file, or join the files first",
        )
    return True


def open_lines(
    path: str,
    options: DataOptions,
    operation: Operation,
    defaults: Mapping[str, Any],
    title: str = "",
) -> Source:
    """The source whose records are the lines of a file. Raises UsageError.

    `defaults` are the parameters of the command line, `title` is the file's name in errors.
    """
    return lines_of(InputFile(path, title), options, operation, defaults)


def lines_of(
    file: Input,
    options: DataOptions,
    operation: Operation,
    defaults: Mapping[str, Any],
    kind: Callable[[str], type[Source]] = lambda _: Source,
) -> Source:
    """The source whose records are the lines of `file`; `kind` is its class, by the format."""
    name = detect_format(file.path, _first_line(file), options)
    parse = _PARSERS.get(name) or call_parser(operation, defaults, options.binary_format)
    source = kind(name)(file, name, _filtered(parse, _input_filter(name, options)))
    if options.header != "none":
        if name != CSV:
            raise UsageError("--header is for CSV", "add --format csv if the input is CSV")
        source.skip_header()
    return limited(source, options)


def open_files(listing: str, folder: str, options: DataOptions) -> Source:
    """The source whose records are the files of a list below `folder`. Raises UsageError."""
    check_for_files(options)
    parse = file_parser(folder, has_content_type=bool(options.content_type))
    source = Source(InputFile(listing, f"the list of {folder}"), FILES, parse)
    return limited(source, options)


def limited(source: Source, options: DataOptions) -> Source:
    """`source`, which ends after --limit records."""
    if options.limit is not None:
        source.limit(options.limit)
    return source


def check_for_files(options: DataOptions) -> None:
    """Reject options that are for lines."""
    for_lines = {
        "--batch-strategy MultiRecord": options.batch_strategy == "MultiRecord",
        "--join-source Input": options.join_source == "Input",
        f"--input-filter {options.input_filter}": options.input_filter != ROOT,
        f"--header {options.header}": options.header != "none",
    }
    for option, is_used in for_lines.items():
        if is_used:
            raise UsageError(f"{option} needs records that are lines, not whole files")


def _first_line(file: Input) -> bytes:
    """The first line that is not blank."""
    lines = LineReader(file.blocks(), file.start).until(file.size)
    return next((line for _, _, line in lines if not line.isspace()), b"")


def _input_filter(format_name: str, options: DataOptions) -> Filter | None:
    compiled = csv_filter if format_name == CSV else json_filter
    return compiled(options.input_filter, "--input-filter")


def _filtered(parse: RecordParser, select: Filter | None) -> RecordParser:
    """`parse`, whose bodies are what `select` selects of them."""
    if select is None:
        return parse

    def parse_and_select(offset: int, number: int, line: bytes) -> Record | RecordError:
        record = parse(offset, number, line)
        if isinstance(record, RecordError):
            return record
        try:
            return record._replace(body=select(record.body))
        except SmrtError as exc:
            return RecordError(offset, record.record_id, exc.code, exc.message, line)

    return parse_and_select
