"""Of several clients that create the same object in S3, one does."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest

from smrt.batching.shared.generations import Generations, owner_file
from smrt.batching.storage.s3_control import S3Control
from smrt.s3.object_store import ObjectStore
from smrt.s3.objects import Location
from tests.batching.storage.conftest import Bucket

CLIENTS, ROUNDS = 8, 10
T = TypeVar("T")
pytestmark = pytest.mark.usefixtures("switching")


@pytest.fixture
def switching() -> Iterator[None]:
    """Threads take turns often, so that they meet between a check and what depends on it."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


def raced(attempt: Callable[[int, int], T]) -> list[list[T]]:
    """What `attempt(client, round)` returns to each client, all of which start at once."""
    barrier = Barrier(CLIENTS)

    def run(client: int, number: int) -> T:
        barrier.wait(60)
        return attempt(client, number)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [list(pool.map(run, range(CLIENTS), [number] * CLIENTS)) for number in range(ROUNDS)]


def test_one_of_many_creates_an_object(uri: str, objects: Bucket, store: ObjectStore) -> None:
    bucket, prefix = uri.removeprefix("s3://").split("/", 1)

    def create(client: int, number: int) -> bool:
        return store.create(Location(bucket, f"{prefix}/{number}"), b"%d" % client)

    for number, created in enumerate(raced(create)):
        assert sum(created) == 1
        assert objects.get(str(number)) == b"%d" % created.index(True)


def test_one_of_many_owns_a_partition(uri: str, objects: Bucket, store: ObjectStore) -> None:
    control = S3Control(store, uri)
    processes = [Generations(control, f"w{client}") for client in range(CLIENTS)]

    def take(client: int, number: int) -> bool:
        return processes[client].take(f"part-{number}.r0")

    for number, taken in enumerate(raced(take)):
        assert sum(taken) == 1
        owner = objects.get(f"owners/{owner_file(f'part-{number}.r0', 1)}")
        assert owner == b"w%d" % taken.index(True)
