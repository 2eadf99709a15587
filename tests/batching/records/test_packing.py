"""Requests hold as many records as their limits permit, and lose none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.batching.records.data_options import DataOptions
from smrt.batching.records.packing import (
    Pack,
    PackLimits,
    halve_pack,
    make_pack,
    pack_limits,
    pack_records,
)
from smrt.batching.records.record import Record, RecordError

ERROR = RecordError(99, 1, "InvalidRecord", "no record", b"")


def record(offset: int, length: int, **parameters: str) -> Record:
    return Record(offset, offset, b"x" * length, parameters, b"")


@given(
    st.lists(st.integers(0, 12), max_size=20),
    st.none() | st.integers(1, 4),
    st.none() | st.integers(3, 20),
)
def test_every_record_is_in_one_request_within_the_limits(
    lengths: list[int], most: int | None, size: int | None
) -> None:
    records = [record(offset, length) for offset, length in enumerate(lengths)]
    limits = PackLimits(most, size, b"h\n")
    packs = list(pack_records(records, limits))
    sent = [each for pack in packs if isinstance(pack, Pack) for each in pack.records]
    errors = [pack.offset for pack in packs if isinstance(pack, RecordError)]
    assert sent == [each for each in records if not size or len(each.body) + 2 <= size]
    assert sorted(errors + [each.offset for each in sent]) == list(range(len(lengths)))
    for pack in packs:
        if isinstance(pack, Pack):
            assert pack.body == b"h\n" + b"\n".join(each.body for each in pack.records)
            assert len(pack.records) <= (most or len(lengths))
            assert len(pack.body) <= (size or len(pack.body))


def test_a_request_is_as_full_as_it_may_be() -> None:
    packs = pack_records([record(n, 3) for n in range(5)], PackLimits(None, 7))
    assert [len(pack.records) for pack in packs if isinstance(pack, Pack)] == [2, 2, 1]


def test_errors_pass_and_parameters_are_not_mixed() -> None:
    mixed: list[Record | RecordError] = [
        record(0, 1),
        ERROR,
        record(1, 1, ContentType="a"),
        record(2, 1),
    ]
    packs = list(pack_records(mixed, PackLimits(None)))
    assert packs[0] == ERROR
    assert [pack.parameters for pack in packs if isinstance(pack, Pack)] == [
        {},
        {"ContentType": "a"},
        {},
    ]


def test_halves_hold_the_same_records_under_the_same_header() -> None:
    limits = PackLimits(None, None, b"h\n")
    first, second = halve_pack(make_pack([record(n, n) for n in range(3)], limits), limits)
    assert (first.body, second.body) == (b"h\n", b"h\nx\nxx")


@pytest.mark.parametrize(
    ("options", "limits"),
    [
        (DataOptions(), PackLimits(1, None)),
        (DataOptions(max_payload_in_mb=2), PackLimits(1, 2 << 20)),
        (DataOptions(max_records_per_request=9), PackLimits(1, None)),
        (DataOptions(batch_strategy="MultiRecord"), PackLimits(None, 6 << 20)),
        (
            DataOptions(
                batch_strategy="MultiRecord", max_payload_in_mb=0, max_records_per_request=9
            ),
            PackLimits(9, None),
        ),
        (DataOptions(header="keep"), PackLimits(1, None, b"a,b\n")),
        (DataOptions(header="skip"), PackLimits(1, None)),
    ],
)
def test_limits_are_those_of_batch_transform(options: DataOptions, limits: PackLimits) -> None:
    assert pack_limits(options, b"a,b") == limits
