"""Records from S3: the lines of an object, or the objects of a list."""

import json
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

from smrt.batching.records.data_options import DataOptions
from smrt.batching.records.input_file import InputFile
from smrt.batching.records.line_reader import LONGEST_LINE, Line, LineReader
from smrt.batching.records.record import Partition, Record, RecordError
from smrt.batching.records.record_formats import DEFAULT_TYPE, too_large
from smrt.batching.records.source import CSV, FILES, Source, check_for_files, limited, lines_of
from smrt.errors import ServiceError
from smrt.protocol.media_suffixes import content_type_by_suffix
from smrt.protocol.operations import Operation
from smrt.s3.object_store import PRECONDITION_FAILED, ObjectStore
from smrt.s3.objects import Location

from .s3_input import S3Input, changed

AHEAD = 16
"""Objects that are read at once."""


class StreamedSource(Source):
    """The lines of an object that can only be read from its start."""

    is_remote = True
    _file: S3Input

    def estimated_records(self) -> int:
        """About how many records there are, by a sample."""
        return round((self.end - self.start) / self._file.mean_line())


class RangedSource(StreamedSource):
    """The lines of an object, each partition read where it is; the number of a line is unknown.

    A line without an id of its own has its offset as its id.
    """

    can_seek = True

    def _lines(self, partition: Partition) -> Generator[Line]:
        for offset, _, line in super()._lines(partition):
            yield offset, offset, line

    def _reader_at(self, start: int) -> LineReader:
        """A reader that starts at the first line that begins at `start` or later."""
        reader, self._reader = self._reader, None
        if reader is not None and self._position == start:
            return reader
        before = max(self._file.start, start - 1)
        reader = LineReader(self._file.blocks_from(before), before)
        if start > self._file.start:
            for _ in reader.until(start):
                pass
        return reader


def open_s3_lines(
    store: ObjectStore,
    uri: str,
    options: DataOptions,
    operation: Operation,
    defaults: Mapping[str, Any],
) -> Source:
    """The source whose records are the lines of an object. Raises UsageError."""
    file = S3Input(store, uri)

    def kind(name: str) -> type[Source]:
        return StreamedSource if name == CSV or file.is_compressed else RangedSource

    return lines_of(file, options, operation, defaults, kind)


class ListedInput(NamedTuple):
    """An object of a list: its name below the prefix, and what it was when it was listed."""

    name: str
    location: Location
    size: int
    etag: str


def input_line(item: ListedInput) -> bytes:
    """The line of a list for an object."""
    return json.dumps([item.name, *item.location, item.size, item.etag]).encode() + b"\n"


def read_input_line(line: bytes) -> ListedInput:
    """The object that a line of a list describes."""
    name, bucket, key, size, etag = json.loads(line)
    return ListedInput(name, Location(bucket, key), size, etag)


class ObjectsSource(Source):
    """Objects of a list, some of which are read ahead."""

    is_remote = True

    def read(self, partition: Partition) -> Iterator[Record | RecordError]:
        """The records of a partition, in their order."""
        waiting: deque[Future[Record | RecordError]] = deque()
        with ThreadPoolExecutor(AHEAD, "smrt objects") as pool:
            for line in self._lines(partition):
                waiting.append(pool.submit(self._parse, *line))
                if len(waiting) >= AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()


def open_objects(store: ObjectStore, listing: str, options: DataOptions, title: str) -> Source:
    """The source whose records are the objects of a list. Raises UsageError."""
    check_for_files(options)
    parse = _object_parser(store, has_content_type=bool(options.content_type))
    return limited(ObjectsSource(InputFile(listing, f"the list of {title}"), FILES, parse), options)


def _object_parser(
    store: ObjectStore, *, has_content_type: bool
) -> Callable[[int, int, bytes], Record | RecordError]:
    """Parses lines of a list: the body is the object's, if it is as it was listed."""

    def parse(offset: int, _: int, line: bytes) -> Record | RecordError:
        item = read_input_line(line)
        if item.size > LONGEST_LINE:
            return too_large(offset, item.name)
        try:
            body = store.read(item.location, item.etag)
        except ServiceError as exc:
            if exc.code not in PRECONDITION_FAILED:
                raise
            body = None
        if body is None:
            error = changed(str(item.location))
            return RecordError(offset, item.name, error.code, error.message, b"")
        content_type = content_type_by_suffix(item.name) or DEFAULT_TYPE
        values = {} if has_content_type else {"ContentType": content_type}
        return Record(offset, item.name, body, values, b"")

    return parse
