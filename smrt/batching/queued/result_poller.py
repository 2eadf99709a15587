"""Finds results of queued requests by listing, page by page, what is beside them in S3."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock, Thread
from time import monotonic
from typing import NamedTuple

from smrt.errors import SmrtError
from smrt.protocol.messages import masked_repr
from smrt.s3.async_results import FAILED, GROWTH, LONGEST, MAX_FAILURE, SHORTEST
from smrt.s3.object_store import ObjectStore
from smrt.s3.objects import Location

from .queued_locations import QueuedLocations, existing

READERS = 16
"""Results that are read at once."""


class Arrival(NamedTuple):
    """The result of a request: the model's output, or an error."""

    key: int
    body: bytes
    content_type: str
    error: SmrtError | None = None

    def __repr__(self) -> str:
        return masked_repr(self, "body")


class _Waiting(NamedTuple):
    locations: QueuedLocations
    due_at: float


class ResultPoller:
    """Polls in a thread; `arrived` receives results there, or the error that ends it."""

    def __init__(self, store: ObjectStore, arrived: Callable[[Arrival | SmrtError], None]) -> None:
        self._store, self._arrived = store, arrived
        self._waiting: dict[int, _Waiting] = {}
        self._lock, self._is_over = Lock(), Event()
        self._thread = Thread(target=self._run, name="smrt results", daemon=True)
        self._thread.start()

    def add(self, key: int, locations: QueuedLocations, seconds: float) -> None:
        """Wait for a result, so many seconds at most."""
        with self._lock:
            self._waiting[key] = _Waiting(locations, monotonic() + seconds)

    def close(self) -> None:
        """End the thread."""
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        pause = SHORTEST
        try:
            with ThreadPoolExecutor(READERS, "smrt results") as pool:
                while not self._is_over.wait(pause):
                    arrivals = list(pool.map(self._read, list(self._found())))
                    for arrival in (*arrivals, *self._expired()):
                        with self._lock:
                            del self._waiting[arrival.key]
                        self._arrived(arrival)
                    pause = SHORTEST if arrivals else min(pause * GROWTH, LONGEST)
        except SmrtError as exc:
            self._arrived(exc)

    def _found(self) -> Iterator[tuple[int, Location, bool]]:
        """The results that are there: key, location, and whether it is a failure."""
        with self._lock:
            waiting = dict(self._waiting)
        wanted: dict[Location, tuple[int, bool]] = {}
        for key, (locations, _) in waiting.items():
            wanted |= {location: (key, location != locations.output) for location in locations.both}
        ready: dict[int, tuple[Location, bool]] = {}
        for location in existing(self._store, wanted):
            key, is_failure = wanted[location]
            if not is_failure or key not in ready:  # an output is better than a failure
                ready[key] = location, is_failure
        for key, (location, is_failure) in ready.items():
            yield key, location, is_failure

    def _read(self, result: tuple[int, Location, bool]) -> Arrival:
        key, location, is_failure = result
        stored = self._store.get(location)
        if stored is None:
            return Arrival(key, b"", "", SmrtError(f"{location} has been removed", code=FAILED))
        with stored.body as body:
            if is_failure:
                text = body.read(MAX_FAILURE).decode("utf-8", "replace").strip()
                return Arrival(key, b"", "", SmrtError(text, code=FAILED))
            return Arrival(key, body.read(), stored.content_type or "")

    def _expired(self) -> Iterator[Arrival]:
        now = monotonic()
        with self._lock:
            expired = [key for key, each in self._waiting.items() if each.due_at <= now]
        for key in expired:
            error = SmrtError("no result and no failure in time", code="WaitTimeout")
            yield Arrival(key, b"", "", error)
