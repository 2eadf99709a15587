"""Rows of CSV are those of Python's csv module, where the file is well-formed."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.batching.records.csv_rows import LONGEST_ROW, RowReader, RowState, csv_fields, row_state

CELLS = st.text(st.sampled_from('ab,"\n\r é'), max_size=6)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6)


def written(rows: list[list[str]]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\r\n").writerows(rows)
    return file.getvalue()


def rows_of(content: bytes, size: int = 7) -> list[tuple[int, int, bytes]]:
    blocks = [content[at : at + size] for at in range(0, len(content), size)]
    return list(RowReader(iter(blocks)).until(len(content)))


@given(TABLES, st.integers(1, 40))
def test_quoted_line_breaks_do_not_end_a_row(table: list[list[str]], size: int) -> None:
    expected = [written([row]).encode() for row in table]
    content = b"".join(expected)
    rows = rows_of(content, size)
    assert [row for _, _, row in rows] == expected
    assert [offset for offset, _, _ in rows] == [
        len(b"".join(expected[:index])) for index in range(len(expected))
    ]
    assert [number for _, number, _ in rows] == [
        1 + b"".join(expected[:index]).count(b"\n") for index in range(len(expected))
    ]


@given(st.lists(CELLS, min_size=1, max_size=5))
def test_fields_are_the_fields_of_the_row_with_their_quotes(cells: list[str]) -> None:
    row = written([cells]).removesuffix("\r\n")
    fields = csv_fields(row)
    assert ",".join(fields) == row
    assert [next(csv.reader(io.StringIO(field, newline="")), [""])[0] for field in fields] == cells


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (b"", RowState.COMPLETE),
        (b"a,b\n", RowState.COMPLETE),
        (b'5" pipe,3\n', RowState.COMPLETE),
        (b'"a"\r\n', RowState.COMPLETE),
        (b'1,"a\n', RowState.OPEN),
        (b'"a""\n', RowState.OPEN),
        (b'"a""b\n', RowState.OPEN),
        (b'1,"a\nb"\n', RowState.COMPLETE),
        (b'"a\n"b",2\n', RowState.MALFORMED),
    ],
)
def test_a_row_is_open_where_its_last_quoted_field_is(row: bytes, state: RowState) -> None:
    assert row_state(row) is state


@pytest.mark.parametrize(
    "content",
    [
        b'1,"a\n2,b\n3,c\n',  # never closed
        b'1,"a\n"2",b\n3,c\n',  # closed in the wrong place
        b'1,"' + b"a\n" + (b"2," + b"b" * 1000 + b"\n") * (LONGEST_ROW // 1000),  # too far
    ],
)
def test_a_quote_that_does_not_close_costs_its_line_alone(content: bytes) -> None:
    rows = rows_of(content, 1 << 18)
    assert [row for _, _, row in rows] == content.splitlines(keepends=True)
    assert [number for _, number, _ in rows] == list(range(1, len(rows) + 1))
