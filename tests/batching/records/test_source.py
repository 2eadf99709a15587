"""Each record of an input is read exactly once, wherever its partitions are cut."""

import gzip
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.batching.records.input_file import Identity, InputFile
from smrt.batching.records.line_reader import LONGEST_LINE
from smrt.batching.records.record import Partition, Record, RecordError
from smrt.batching.records.record_formats import parse_text_line
from smrt.batching.records.source import Source
from smrt.errors import SmrtError, UsageError

from .sources import everything, opened, records_of, source_of

MARK = b"\xef\xbb\xbf"
PIECES = st.lists(
    st.sampled_from([b"{}", b'"a"', b"1", b"\n", b"\r\n", b"\n\n", b" ", b",", b'"x\ny"']),
    max_size=25,
)
COMPRESSED = gzip.compress(b"1\n" * 9, mtime=0)
NAMES = st.sampled_from(["in.jsonl", "in.txt", "in.csv", "in.jsonl.gz", "in.csv.gz"])


@given(PIECES, NAMES, st.integers(1, 30), st.sampled_from([b"", MARK]), st.randoms())
def test_partitions_cover_every_record_exactly_once(
    pieces: list[bytes], name: str, size: int, mark: bytes, random: Any
) -> None:
    content = mark + b"".join(pieces)
    with source_of(content, name) as source:
        whole = everything(source)
        layout = source.layout(size=size)
        numbers = list(range(layout.partitions))
        random.shuffle(numbers)
        read = {n: list(source.read(layout.partition(n))) for n in numbers}
        counts = {n: source.count(layout.partition(n)) for n in numbers}
    assert [record for n in sorted(read) for record in read[n]] == whole
    assert {n: len(records) for n, records in read.items()} == counts
    kept = b"".join(record.source for record in whole)
    if name.startswith("in.jsonl"):
        assert kept.split() == content.removeprefix(MARK).split()
    else:
        assert kept == content.removeprefix(MARK)
    assert all(content.startswith(record.source, record.offset) for record in whole)


@given(PIECES, NAMES, st.integers(0, 8), st.integers(1, 30))
def test_a_limit_cuts_before_partitions(
    pieces: list[bytes], name: str, limit: int, size: int
) -> None:
    content = b"".join(pieces)
    whole = records_of(content, name)
    with source_of(content, name, limit=limit) as source:
        read = [
            each for part in source.layout(size=size).all_partitions() for each in source.read(part)
        ]
    assert read == whole[:limit]


class CountedFile(InputFile):
    passes = 0

    def blocks(self) -> Iterator[bytes]:
        self.passes += 1
        return super().blocks()


@pytest.mark.parametrize("name", ["in.txt", "in.txt.gz"])
def test_partitions_in_order_read_the_input_once(tmp_path: Path, name: str) -> None:
    content = b"line\n" * 100
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    file = CountedFile(str(tmp_path / name))
    file.passes = 0
    source = Source(file, "text", parse_text_line)
    for partition in source.layout(size=7).all_partitions():
        if partition.number % 3:
            list(source.read(partition))
    assert file.passes == 1


def test_a_partition_may_be_left_and_read_again() -> None:
    with source_of(b"1\n2\n3\n4\n") as source:
        first, second = Partition(0, 0, 4), Partition(1, 4, 8)
        assert next(source.read(first)).record_id == 1
        assert [record.record_id for record in source.read(second)] == [3, 4]
        assert [record.record_id for record in source.read(first)] == [1, 2]


def bodies(records: list[Any]) -> list[tuple[Any, bytes]]:
    return [(record.record_id, record.body) for record in records]


@pytest.mark.parametrize(
    ("content", "name", "options", "expected"),
    [
        (b' {"a": 1.0} \r\n\n[1]\n3', "in.jsonl", {}, [(1, b'{"a": 1.0}'), (3, b"[1]"), (4, b"3")]),
        (b"a \n\nb", "in.txt", {}, [(1, b"a "), (2, b""), (3, b"b")]),
        (b"1,2\r\n\r\n3,4", "in.csv", {}, [(1, b"1,2"), (2, b""), (3, b"3,4")]),
        (b'1,"a\nb"\n2,c\n', "in.csv", {}, [(1, b'1,"a\nb"'), (3, b"2,c")]),
        (b"x,y\n1,2\n", "in.csv", {"header": "skip"}, [(2, b"1,2")]),
        (b"x,y\n1,2\n", "in.csv", {"header": "keep"}, [(2, b"1,2")]),
        (b"x,y\n", "in.csv", {"header": "skip"}, []),
        (b"", "in.csv", {"header": "skip"}, []),
        (b"", "in.jsonl", {}, []),
        (MARK, "in.jsonl", {}, []),
        (b"a\n", "in", {}, [(1, b"a")]),
        (b"\n{}\n", "in", {}, [(2, b"{}")]),
        (b"1,2\n", "in", {"content_type": "text/csv; header=absent"}, [(1, b"1,2")]),
        (b"{}\n\n", "in.txt", {}, [(1, b"{}"), (2, b"")]),
        (b"{}\n\n", "in.jsonl", {"format": "text"}, [(1, b"{}"), (2, b"")]),
        (b"7,a,b\n", "in.csv", {"input_filter": "$[1:]"}, [(1, b"a,b")]),
        (b'{"id": 1, "x": [1.0]}\n', "in.jsonl", {"input_filter": "$.x"}, [(1, b"[1.0]")]),
    ],
)
def test_lines_become_records(
    content: bytes, name: str, options: dict[str, Any], expected: list[tuple[Any, bytes]]
) -> None:
    assert bodies(records_of(content, name, **options)) == expected
    assert bodies(records_of(content, name + ".gz", **options)) == expected


@pytest.mark.parametrize(
    ("first", "format_name"),
    [
        (b'{"recordId": "a", "modelInput": {}}', "bedrock"),
        (b'{"modelInput": {}}', "bedrock"),
        (b'{"recordId": "a", "modelInput": {}, "more": 1}', "json"),
        (b'{"custom_id": "a", "method": "POST", "url": "/v1", "body": {}}', "openai"),
        (b'{"custom_id": "a", "body": {}}', "openai"),
        (b'{"body": {}}', "json"),
        (b'{"EndpointName": "a", "Body": "eA=="}', "json"),
        (b"no json", "json"),
    ],
)
def test_the_first_record_decides_the_form(first: bytes, format_name: str) -> None:
    with source_of(b"\n" + first + b"\n") as source:
        assert source.format == format_name


def test_a_later_misfit_is_the_error_of_its_record() -> None:
    content = b"""{"recordId": "a", "modelInput": {"x":  1.0}}
{"recordId": "b", "input": 1}
{"recordId": {}, "modelInput": 2}
nothing
{"modelInput": 1}
{"recordId": null, "modelInput": "\xff"}
"""
    records = records_of(content)
    assert [record.record_id for record in records] == ["a", "b", 3, 4, 5, 6]
    assert (records[0].body, records[4].body) == (b'{"x":  1.0}', b"1")
    errors = [record for record in records if isinstance(record, RecordError)]
    assert [error.source for error in errors] == [
        line for n, line in enumerate(content.splitlines(keepends=True)) if n in (1, 2, 3, 5)
    ]
    assert "modelInput is missing, input is unexpected" in errors[0].message
    assert {error.code for error in errors} == {"InvalidRecord"}


def test_a_record_that_a_filter_does_not_fit_is_an_error() -> None:
    first, second = records_of(b'{"x":1}\n{"y":1}\n', input_filter="$.x")
    assert isinstance(first, Record)
    assert (second.code, second.message) == ("FilterError", "'x' is not in the document")


def test_a_row_whose_quote_does_not_close_is_an_error() -> None:
    first, second = records_of(b'1,"a\n2,b\n', "in.csv")
    assert (first.code, first.source) == ("InvalidRecord", b'1,"a\n')
    assert second.body == b"2,b"


def test_a_line_that_no_operation_accepts_is_an_error() -> None:
    long, last = records_of(b"x" * (LONGEST_LINE + 1) + b"\n{}\n")
    assert (long.code, long.record_id, long.source) == ("RecordTooLarge", 1, b"")
    assert last.body == b"{}"


def test_a_resumed_job_compares_path_size_and_time(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"1\n")
    os.utime(path, ns=(5, 6))
    assert opened(path).identity == Identity(str(path), 2, 6)


def test_an_input_that_changes_ends_the_run(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"1\n2\n")
    source = opened(path)
    os.utime(path, ns=(1, 1))
    with pytest.raises(SmrtError, match="has changed while it was read") as raised:
        everything(source)
    assert raised.value.code == "InputChanged"
    assert not isinstance(raised.value, UsageError)


def test_a_change_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"1\n2\n")
    source = opened(path)
    records = source.read(Partition(0, 0, 4))
    next(records)
    path.write_bytes(b"1\n2\n3\n")
    with pytest.raises(SmrtError, match="has changed"):
        list(records)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("in.gz", b"not compressed", "cannot be read: Not a gzipped file"),
        ("in.gz", COMPRESSED[:-4], "cannot be read: Compressed file ended"),
        ("in.gz", COMPRESSED[:-8] + bytes(8), "cannot be read: CRC check failed"),
        ("in.gz", COMPRESSED[:10] + b"\xff" * 20, "cannot be read: Error -3"),
        ("in.txt", "a\n".encode("utf-16"), "is UTF-16 text"),
        ("in.txt", None, "cannot be read: No such file or directory"),
    ],
)
def test_an_input_that_cannot_be_read_is_rejected_before_any_call(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=reason):
        opened(tmp_path / name)


def test_a_folder_is_no_file_of_lines(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        opened(tmp_path)


def test_a_header_is_for_csv() -> None:
    with pytest.raises(UsageError, match="--header is for CSV"), source_of(b"{}", header="skip"):
        pass


@pytest.mark.parametrize("content", [b"1\n2\n3\n", b"1\n2\n3"])
def test_the_number_of_records_of_a_small_input_is_known(content: bytes) -> None:
    with source_of(content, "in.jsonl") as source:
        assert source.estimated_records() == 3
