"""The index has the latest location of each offset, in order, however many there are."""

import random
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.batching.job.logs.result_index import ResultIndex, StoredLocation
from smrt.batching.job.logs.sorted_offsets import SortedOffsets, sorted_offsets
from smrt.batching.job.outcomes import Outcome

NUMBERS = st.integers(0, 2**64 - 1)
LOCATIONS = st.builds(
    StoredLocation,
    st.integers(0, 9) | NUMBERS,
    st.integers(0, 2**16 - 1),
    st.integers(0, 2**48 - 1),
    st.integers(0, 2**32 - 1),
    st.sampled_from(Outcome),
)


def indexed(locations: list[StoredLocation], **sizes: int) -> list[StoredLocation]:
    with closing(ResultIndex(**sizes)) as index:
        for location in locations:
            index.add(*location)
        return list(index)


@given(locations=st.lists(LOCATIONS, max_size=40), run=st.integers(1, 9), memory=st.integers(1, 99))
def test_the_latest_location_of_each_offset_is_read_by_offset(
    locations: list[StoredLocation], run: int, memory: int
) -> None:
    latest = {location.offset: location for location in sorted(locations)}
    expected = [latest[offset] for offset in sorted(latest)]
    assert indexed(locations, run=run, memory=memory) == expected


@pytest.mark.parametrize("window", [1, 64, 30_000])
def test_many_locations_are_sorted_through_a_file(window: int) -> None:
    numbers = sorted(
        range(30_000), key=lambda number: number + random.Random(number).random() * window
    )
    locations = [StoredLocation(number, 0, number, 9, Outcome.FAILED) for number in numbers]
    assert indexed(locations, memory=1 << 16) == sorted(locations)


@given(offsets=st.sets(NUMBERS | st.integers(0, 30)), others=st.sets(st.integers(0, 30)))
def test_sorted_offsets_are_a_set(offsets: set[int], others: set[int]) -> None:
    collection = sorted_offsets(offsets)
    assert (list(collection), len(collection)) == (sorted(offsets), len(offsets))
    assert {offset for offset in offsets | others if offset in collection} == offsets
    assert 1 not in SortedOffsets()
