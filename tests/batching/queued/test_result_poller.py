"""Results that do not come, and an S3 that cannot be listed, end the wait for queued requests."""

from collections.abc import Iterator
from queue import SimpleQueue

from smrt.batching.queued.queued_locations import QueuedLocations
from smrt.batching.queued.result_poller import Arrival, ResultPoller
from smrt.errors import SmrtError
from smrt.s3.object_store import ListedObject
from smrt.s3.objects import Location
from tests.batching.storage.memory_store import MemoryStore
from tests.support.polling import LIMIT

LOCATIONS = QueuedLocations(Location("b", "output/1"), Location("b", "failure/1"))


class Broken(MemoryStore):
    def pages(
        self, bucket: str, prefix: str, after: str = ""
    ) -> Iterator[tuple[float, list[ListedObject]]]:
        del bucket, prefix, after
        raise SmrtError("no connection")


def first_arrival(store: MemoryStore) -> Arrival | SmrtError:
    arrived = SimpleQueue[Arrival | SmrtError]()
    poller = ResultPoller(store, arrived.put)
    poller.add(7, LOCATIONS, 0.0)
    arrival = arrived.get(timeout=LIMIT)
    poller.close()
    return arrival


def test_a_result_that_does_not_come_in_time_is_an_error() -> None:
    arrival = first_arrival(MemoryStore())
    assert isinstance(arrival, Arrival)
    assert arrival.error is not None
    assert (arrival.key, arrival.error.code) == (7, "WaitTimeout")


def test_an_error_of_s3_ends_the_wait() -> None:
    arrival = first_arrival(Broken())
    assert isinstance(arrival, SmrtError)
    assert arrival.message == "no connection"
