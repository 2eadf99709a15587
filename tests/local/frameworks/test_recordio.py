"""RecordIO-protobuf is read as XGBoost's container reads it."""

import struct
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.local.frameworks.recordio import matrix

FLOATS, DOUBLES, INTEGERS = 2, 3, 7
FORMATS = {FLOATS: "f", DOUBLES: "d"}


def varint(value: int) -> bytes:
    *first, last = [value >> shift & 0x7F for shift in range(0, max(value.bit_length(), 1), 7)]
    return bytes([*(each | 0x80 for each in first), last])


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def packed(integers: Sequence[int]) -> bytes:
    return b"".join(varint(each & 0xFFFFFFFFFFFFFFFF) for each in integers)


def record(
    values: Sequence[float],
    kind: int = FLOATS,
    keys: Sequence[int] = (),
    shape: Sequence[int] = (),
    feature: bytes = b"values",
) -> bytes:
    """One record: its features, then a label and an identifier, which are not read."""
    numbers = (
        packed([int(each) for each in values])
        if kind == INTEGERS
        else struct.pack(f"<{len(values)}{FORMATS[kind]}", *values)
    )
    tensor = field(1, numbers) + field(2, packed(keys)) + field(3, packed(shape))
    entry = field(1, field(1, feature) + field(2, field(kind, tensor)))
    label = field(2, field(1, b"values") + field(2, field(FLOATS, field(1, b"\0\0\x80\x3f"))))
    content = entry + label + field(3, b"id")
    return struct.pack("<II", 0xCED7230A, len(content)) + content + bytes(-len(content) % 4)


NUMBERS = [
    (FLOATS, st.floats(width=32, allow_nan=False)),
    (DOUBLES, st.floats(allow_nan=False)),
    (INTEGERS, st.integers(-(2**31), 2**31 - 1)),
]


@pytest.mark.parametrize(("kind", "numbers"), NUMBERS)
@given(data=st.data(), columns=st.integers(1, 4))
def test_each_record_is_a_row(
    kind: int, numbers: st.SearchStrategy[float], data: st.DataObject, columns: int
) -> None:
    row = st.lists(numbers, min_size=columns, max_size=columns)
    rows = data.draw(st.lists(row, min_size=1, max_size=4))
    assert matrix(b"".join(record(each, kind) for each in rows)).tolist() == rows


def test_keys_are_columns_of_a_sparse_row() -> None:
    sparse = matrix(record([5.0, 3.0], keys=[0, 300], shape=[301]) + record([1.0] * 301))
    assert sparse.shape == (2, 301)
    assert (sparse[0, 0], sparse[0, 300], sparse[1, 7], sparse.nnz) == (5.0, 3.0, 1.0, 303)
    assert matrix(record([2.0], keys=[4])).toarray().tolist() == [[0, 0, 0, 0, 2]]


def test_numbers_may_be_unpacked() -> None:
    value = varint(1 << 3 | 5) + struct.pack("<f", 1.5)
    entry = field(1, field(1, b"values") + field(2, field(FLOATS, value * 2)))
    content = struct.pack("<II", 0xCED7230A, len(entry)) + entry
    assert np.array_equal(matrix(content), [[1.5, 1.5]])


BROKEN = [
    (b"", "no records with the feature values"),
    (record([1.0], feature=b"other"), "no records with the feature values"),
    (b"no record at all", "no complete RecordIO record at byte 0"),
    (record([1.0]) + record([2.0])[:-8], "no complete RecordIO record at byte "),
    (struct.pack("<II", 0xCED7230A, 1) + b"\xff\0\0\0", "a record is truncated"),
]


@pytest.mark.parametrize(("content", "message"), BROKEN)
def test_what_is_no_record_is_an_error(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        matrix(content)
