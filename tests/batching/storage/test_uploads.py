"""Writes beside the loop: in order, of bounded size, and none after a failure."""

from collections.abc import Iterator
from threading import Event

import pytest

from smrt.batching.storage.segment_log import LARGEST, SegmentLog
from smrt.batching.storage.uploads import MOST_WAITING, Uploads
from smrt.errors import SmrtError


@pytest.fixture
def uploads() -> Iterator[Uploads]:
    queue = Uploads()
    yield queue
    queue.close()


def test_results_that_wait_to_be_stored_leave_no_room_for_more(uploads: Uploads) -> None:
    opened, stored = Event(), list[tuple[str, int]]()

    def put(name: str, content: bytes | bytearray) -> None:
        opened.wait(60)
        stored.append((name, len(content)))

    log = SegmentLog(put, uploads)
    segments = MOST_WAITING // LARGEST
    for number in range(segments):
        assert uploads.has_room(), number
        log.append(bytes(LARGEST - 1))
        log.append(b"x")
    assert not uploads.has_room()
    opened.set()
    uploads.drain()
    assert uploads.has_room()
    assert stored == [(f"{number:06}", LARGEST) for number in range(1, segments + 1)]


def test_nothing_is_written_after_a_failure(uploads: Uploads) -> None:
    written = list[int]()

    def fail() -> None:
        raise SmrtError("full")

    uploads.add(fail, 7)
    uploads.add(lambda: written.append(1), 7)
    with pytest.raises(SmrtError, match="full"):
        uploads.drain()
    assert written == []
