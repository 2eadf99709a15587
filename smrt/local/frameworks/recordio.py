"""RecordIO-protobuf, a binary format of SageMaker's algorithms: records -> a matrix.

https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-training.html has the schema.
"""

import struct
from collections.abc import Iterator
from typing import Any

_HEAD = struct.Struct("<II")
_MAGIC = 0xCED7230A
_FEATURES, _KEY, _VALUE = 1, 1, 2
_VALUES, _KEYS, _SHAPE = 1, 2, 3
_INTEGERS = 7
_NUMBERS = {2: "<f4", 3: "<f8", _INTEGERS: "<i4"}
"""The tensors of a feature by their fields: those of integers are varints."""
_FIXED_SIZES = {1: 8, 5: 4}
"""Sizes of numbers by their wire type."""


def matrix(content: bytes) -> Any:
    """The feature `values` of each record as a row; sparse if one of them is. Raises ValueError."""
    rows = [row for record in _records(content) for row in _rows(record)]
    if not rows:
        raise ValueError("there are no records with the feature values")
    import numpy as np

    if all(isinstance(row, np.ndarray) for row in rows):
        return np.vstack(rows)
    from scipy.sparse import vstack

    return vstack(rows).tocsr()


def _records(content: bytes) -> Iterator[bytes]:
    """Each record has a head, and is padded to four bytes."""
    offset = 0
    while offset < len(content):
        head = content[offset : offset + _HEAD.size].ljust(_HEAD.size, b"\0")
        magic, length = _HEAD.unpack(head)
        start = offset + _HEAD.size
        if magic != _MAGIC or start + length > len(content):
            raise ValueError(f"there is no complete RecordIO record at byte {offset}")
        yield content[start : start + length]
        offset = start + (length + 3) // 4 * 4


def _rows(record: bytes) -> Iterator[Any]:
    for number, entry in _fields(record):
        feature = dict(_fields(entry)) if number == _FEATURES else {}
        if feature.get(_KEY) == b"values":
            for kind, tensor in _fields(feature.get(_VALUE, b"")):
                if kind in _NUMBERS:
                    yield _row(list(_fields(tensor)), kind)


def _row(tensor: list[tuple[int, Any]], kind: int) -> Any:
    """A dense row; a sparse one if there are keys, which are the columns of the values."""
    import numpy as np

    parts = [part for number, part in tensor if number == _VALUES]
    if kind == _INTEGERS:
        integers = [each for part in parts for each in _varints(part)]
        values = np.array(integers, np.uint64).astype(_NUMBERS[kind])
    else:
        values = np.frombuffer(b"".join(parts), _NUMBERS[kind])
    keys = [each for number, part in tensor if number == _KEYS for each in _varints(part)]
    if not keys:
        return values.reshape(1, -1)
    from scipy.sparse import csr_matrix

    shape = [each for number, part in tensor if number == _SHAPE for each in _varints(part)]
    columns = shape[0] if shape else max(keys) + 1
    return csr_matrix((values, keys, [0, len(keys)]), shape=(1, columns))


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a protobuf message by number: an int is a varint, others are bytes."""
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        number, wire_type = key >> 3, key & 7
        if wire_type == 0:
            value, position = _varint(message, position)
            yield number, value
            continue
        size = _FIXED_SIZES.get(wire_type)
        if size is None:
            size, position = _varint(message, position)
        yield number, message[position : position + size]
        position += size


def _varints(part: int | bytes) -> Iterator[int]:
    """The integers of a repeated field, packed or not."""
    if isinstance(part, int):
        yield part
        return
    position = 0
    while position < len(part):
        value, position = _varint(part, position)
        yield value


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """The integer at `position`, and the position after it. Raises ValueError."""
    value = shift = 0
    for end in range(position, len(message)):
        value |= (message[end] & 0x7F) << shift
        if message[end] < 0x80:  # noqa: PLR2004 - the bit that more bytes follow
            return value, end + 1
        shift += 7
    raise ValueError("a record is truncated")
