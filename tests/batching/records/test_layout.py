"""Partitions are arithmetic: they cover the input, and fit memory and workers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.batching.records.layout import LARGEST_PARTITION, SMALLEST_PARTITION, Layout, plan_layout

GIGABYTE = 1 << 30


@given(st.integers(0, 50), st.integers(0, 500), st.integers(1, 60))
def test_partitions_are_next_to_each_other(start: int, length: int, size: int) -> None:
    partitions = list(Layout(start, start + length, size).all_partitions())
    covered = [byte for each in partitions for byte in range(each.start, each.end)]
    assert covered == list(range(start, start + length))
    assert [each.number for each in partitions] == list(range(len(partitions)))


@pytest.mark.parametrize(
    ("length", "mean_line", "workers", "size", "expected"),
    [
        (100 * GIGABYTE, 1000, 1, 0, LARGEST_PARTITION),
        (100 * GIGABYTE, 20, 1, 0, 20 * 250_000),
        (GIGABYTE, 1000, 32, 0, GIGABYTE // 128),
        (GIGABYTE, 1000, 32, 5000, 5000),
        (1000, 20, 4, 0, SMALLEST_PARTITION),
        (0, 20, 4, 0, SMALLEST_PARTITION),
    ],
)
def test_a_partition_fits_memory_and_every_worker_has_several(
    length: int, mean_line: int, workers: int, size: int, expected: int
) -> None:
    layout = plan_layout(0, length, mean_line, workers, size)
    assert layout == Layout(0, length, expected)


def test_an_empty_input_has_no_partition() -> None:
    assert plan_layout(3, 0, 16, 1).partitions == 0
