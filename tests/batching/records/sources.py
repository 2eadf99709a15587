"""Sources of a few lines, for tests."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from smrt.batching.records.data_options import DataOptions
from smrt.batching.records.record import Partition, Record, RecordError
from smrt.batching.records.source import Source, open_lines
from smrt.protocol.operations import INVOKE_ENDPOINT


def opened(path: Path, **options: Any) -> Source:
    return open_lines(str(path), DataOptions(**options), INVOKE_ENDPOINT, {"EndpointName": "e"})


@contextmanager
def source_of(content: bytes, name: str = "in.jsonl", **options: Any) -> Iterator[Source]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        yield opened(path, **options)


def everything(source: Source) -> list[Record | RecordError]:
    return list(source.read(Partition(0, source.start, source.end)))


def records_of(content: bytes, name: str = "in.jsonl", **options: Any) -> list[Any]:
    with source_of(content, name, **options) as source:
        return everything(source)
