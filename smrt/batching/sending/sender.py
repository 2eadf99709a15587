"""Sends the records of partitions through an engine: its source, and its sink."""

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Protocol

from smrt.batching.job.outcomes import InDoubt
from smrt.batching.records.packing import Pack, pack_records
from smrt.batching.records.record import Partition, Record, RecordError
from smrt.engine.call import Completion, EngineCall
from smrt.errors import SmrtError

from .flight import Flight, OpenPartition
from .halving import Family
from .request_factory import RequestFactory
from .result_recorder import ResultRecorder
from .settlement import Settlement
from .tally import Tally
from .work import Work

MOST_BYTES = 16 << 20
"""Bytes of request bodies in flight."""
IN_DOUBT_CODE = "InDoubt"
IN_DOUBT_MESSAGE = "an earlier run sent this record, and stopped before a response: it may have run"


class Control(Protocol):
    """The engine, as far as its source and sink control it."""

    @property
    def is_stopping(self) -> bool:
        """Whether no call is started any more."""

    def stop(self) -> None:
        """Start nothing more, and finish what is in flight."""


class Sender:
    """The source and the sink of an engine.

    `failure` is why the run ends early. `judge` is called after results, and may return a reason
    to stop.
    """

    def __init__(
        self,
        work: Work,
        requests: RequestFactory,
        tally: Tally,
        engine: Control,
        judge: Callable[[Tally], SmrtError | None] = lambda _: None,
    ) -> None:
        self._work, self._requests, self._tally = work, requests, tally
        self._engine, self._judge = engine, judge
        self._recorder = ResultRecorder(work.renderer, tally, self._judged)
        self._settlement = Settlement(work, self._recorder, tally)
        self._calls = self._bytes = 0
        self._is_stopping = False
        self.failure: SmrtError | None = None

    @property
    def in_flight(self) -> int:
        """Calls that have not ended."""
        return self._calls

    @property
    def is_stopping(self) -> bool:
        """Whether no call is started any more."""
        return self._is_stopping or self._engine.is_stopping

    def stop(self, failure: SmrtError | None = None) -> None:
        """Begin nothing more, because of `failure` or a signal."""
        self.failure = self.failure or failure
        self._is_stopping = True
        self._engine.stop()

    def calls(self) -> Iterator[EngineCall | None]:
        """The calls to make; the engine takes one whenever it has room."""
        try:
            for partition in self._work.plan.partitions():
                yield from self._partition_calls(partition)
            while self._calls or self._settlement.halves:
                yield self._send_half() if self._settlement.halves else None
        except SmrtError as exc:
            self.stop(exc)

    def completed(self, completion: Completion) -> None:
        """A call has ended: store its results."""
        flight: Flight = completion.call.tag
        self._calls -= 1
        self._bytes -= len(flight.pack.body)
        try:
            self._work.budget.add(completion.attempts - 1)
            failure = self._settlement.settle(completion, flight, is_stopping=self.is_stopping)
            if failure is not None:
                self.stop(failure)
        except SmrtError as exc:
            self.stop(exc)

    def withdraw(self) -> None:
        """After the engine has ended, put back the halves that were not sent."""
        while self._settlement.halves:
            self._recorder.put_back(self._settlement.halves.popleft())

    def _partition_calls(self, partition: Partition) -> Iterator[EngineCall | None]:
        attempt = None if self.is_stopping else self._work.store.claim(partition)
        if attempt is None:
            return
        current = OpenPartition(attempt)
        packs = pack_records(self._unsent(current), self._work.limits)
        if (yield from self._pack_calls(current, packs)):
            self._end(current)

    def _pack_calls(
        self, current: OpenPartition, packs: Iterable[Pack | RecordError]
    ) -> Generator[EngineCall | None, None, bool]:
        """The calls for `packs`; returns whether all were started."""
        for pack in packs:
            if isinstance(pack, RecordError):
                self._recorder.fail(current, pack)
                continue
            yield from self._until_room()
            if self.is_stopping:
                return False
            yield self._begin(current, pack)
        return True

    def _end(self, current: OpenPartition) -> None:
        """End a partition, every record of which has been read."""
        current.is_read = True
        self._recorder.commit(current)

    def _unsent(self, current: OpenPartition) -> Iterator[Record | RecordError]:
        """The records of a partition without those of earlier runs."""
        earlier = current.attempt.earlier()
        skips = self._work.in_doubt is InDoubt.SKIP and bool(earlier.in_doubt)
        for record in self._work.read(current.attempt.partition):
            current.records += 1
            if earlier.stored and record.offset in earlier.stored:
                continue
            current.outstanding += 1
            if skips and record.offset in earlier.in_doubt:
                self._recorder.doubt(current, [record], IN_DOUBT_CODE, IN_DOUBT_MESSAGE)
            else:
                yield record

    def _until_room(self) -> Iterator[EngineCall | None]:
        """Send halves first; wait while too much is in flight, or not yet printed."""
        while not self.is_stopping:
            if self._settlement.halves:
                yield self._send_half()
            elif self._calls and (self._bytes >= MOST_BYTES or not self._work.has_room()):
                yield None
            else:
                return

    def _send_half(self) -> EngineCall:
        self._work.budget.take()
        return self._send(self._settlement.halves.popleft())

    def _begin(self, current: OpenPartition, pack: Pack) -> EngineCall:
        self._work.budget.take()
        current.attempt.sent([record.offset for record in pack.records])
        return self._send(Flight(current, pack, Family(len(pack.records))))

    def _send(self, flight: Flight) -> EngineCall:
        self._calls += 1
        self._bytes += len(flight.pack.body)
        self._tally.requests += 1
        return self._requests.call(flight.pack, flight)

    def _judged(self, tally: Tally) -> None:
        """Stop if too much has failed."""
        reason = self._judge(tally)
        if reason is not None and not self.is_stopping:
            self.stop(reason)
