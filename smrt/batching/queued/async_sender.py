"""Sends records to an asynchronous endpoint, and waits for their results in S3."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from smrt.batching.records.packing import Pack
from smrt.batching.records.record import Record
from smrt.batching.sending.flight import Flight, OpenPartition
from smrt.batching.sending.halving import Family
from smrt.batching.storage.ahead_sender import AheadSender, waker
from smrt.engine.call import Completion, Delivery, EngineCall
from smrt.errors import SmrtError
from smrt.protocol import responses
from smrt.protocol.operations import INVOKE_ENDPOINT_ASYNC

from .queued_locations import KnownLocations, acceptance, queued_locations
from .result_poller import Arrival, ResultPoller

ACCEPTED = 202


class AsyncSender(AheadSender):
    """An AheadSender whose calls only queue requests."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        assert self._work.queue is not None
        self._queue = self._work.queue
        self._waiting: dict[int, tuple[Flight, float]] = {}
        self._locations: KnownLocations = self._queue.locations
        self._poller = ResultPoller(self._queue.store, self._post)
        self._writer = ThreadPoolExecutor(1, "smrt locations")

    def calls(self) -> Iterator[EngineCall | None]:
        """The calls to make; None while results are awaited."""
        try:
            yield from super().calls()
        finally:
            self._writer.shutdown()
            self._poller.close()

    def completed(self, completion: Completion) -> None:
        """A call has ended: if its request is queued, wait for the result."""
        if completion.error is not None:
            super().completed(completion)
            return
        flight: Flight = completion.call.tag
        self._calls -= 1
        self._bytes -= len(flight.pack.body)
        try:
            self._work.budget.add(completion.attempts - 1)
            metadata = responses.metadata(INVOKE_ENDPOINT_ASYNC, completion.headers)
            content = acceptance(metadata)
            flight.partition.attempt.accepted(flight.pack.records[0].offset, content)
            if self._locations.learn(flight.pack.parameters, content):
                self._writer.submit(self._store_locations)
            self._await_result(flight, content)
        except SmrtError as exc:
            self.stop(exc)

    def _rest(self) -> Iterator[EngineCall | None]:
        while (self._calls or self._waiting) and not self.is_stopping:
            yield None
        yield from super()._rest()

    def _until_room(self) -> Iterator[EngineCall | None]:
        while not self._has_room() and not self.is_stopping:
            yield None
        yield from super()._until_room()

    def _has_room(self) -> bool:
        """Whether more requests may be queued: one, until the job knows where results will be.

        So no more than one can be lost whose result cannot be found.
        """
        most = self._queue.most if self._locations.is_settled else 1
        return len(self._waiting) + self._calls < most

    def _store_locations(self) -> None:
        """In a thread: store where results will be."""
        try:
            self._locations.store()
        except SmrtError as exc:
            self._post(exc)
        else:
            waker(self._engine)()

    def _resume_waiting(
        self, current: OpenPartition, accepted: Sequence[tuple[Record, bytes]]
    ) -> None:
        """Wait for what an earlier run has queued."""
        for record, content in accepted:
            pack = Pack([record], record.body, record.parameters)
            self._await_result(Flight(current, pack, Family(1)), content)

    def _await_result(self, flight: Flight, content: bytes) -> None:
        key = flight.pack.records[0].offset
        self._waiting[key] = flight, self._engine_now()
        self._poller.add(key, queued_locations(content), self._queue.seconds)

    def _post(self, arrival: Arrival | SmrtError) -> None:
        """A result has arrived, in the poller's thread."""
        engine: Any = self._engine
        engine.loop.call_soon(lambda: self._arrived(arrival))

    def _arrived(self, arrival: Arrival | SmrtError) -> None:
        if isinstance(arrival, SmrtError):
            self.stop(arrival)
            return
        flight, since = self._waiting.pop(arrival.key)
        headers = (("Content-Type", arrival.content_type),)
        now = self._engine_now()
        completion = Completion(
            EngineCall(None, tag=flight),  # type: ignore[arg-type] # its request has been sent
            ACCEPTED, headers, arrival.body, arrival.error, Delivery.RESPONDED, 1, 0,
            since, since, now, now, 0.0,
        )  # fmt: skip
        try:
            self._settlement.settle(completion, flight, is_stopping=False)
        except SmrtError as exc:
            self.stop(exc)

    def _engine_now(self) -> float:
        engine: Any = self._engine
        now: float = engine.loop.now()
        return now
