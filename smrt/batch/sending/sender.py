"""Sends the records of partitions through an engine, and stores what becomes of each."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from smrt.batch.job.job_store import PartitionPlan
from smrt.batch.job.outcomes import InDoubt
from smrt.batch.job.store import Attempt, BatchStore
from smrt.batch.records.packing import Pack, PackLimits, halve_pack, pack_records
from smrt.batch.records.record import Partition, Record, RecordError, Result
from smrt.batch.records.rendering import Details
from smrt.engine.call import Completion, Delivery, EngineCall
from smrt.errors import SmrtError

from .failure_rules import error_of_all, is_halved
from .halving import Family, HalvingRule
from .request_budget import RequestBudget
from .request_factory import RequestFactory
from .response_parts import ResponseParts
from .tally import Tally

MOST_BYTES = 16 << 20
"""Bytes of request bodies in flight."""
IN_DOUBT_CODE = "InDoubt"
IN_DOUBT_MESSAGE = "an earlier run sent this record, and stopped before a response: it may have run"


class ResultMaker(Protocol):
    """Makes the results of records: a Renderer, or one that observes them."""

    @property
    def header(self) -> bytes:
        """The first line of the output, if it has one."""

    def success(self, record: Record, body: bytes, details: Details | None = None) -> Result:
        """The result of a record to which the endpoint responded with `body`."""

    def failure(
        self, record: Record | RecordError, code: str, message: str, details: Details | None = None
    ) -> Result:
        """The error of a record."""


Read = Callable[[Partition], Iterator[Record | RecordError]]


class Work(NamedTuple):
    """What is sent, and how its results are made and stored."""

    plan: PartitionPlan
    read: Read
    limits: PackLimits
    store: BatchStore
    renderer: ResultMaker
    parts: ResponseParts
    budget: RequestBudget
    details: Callable[[Completion, int], Details | None] = lambda _completion, _count: None
    in_doubt: InDoubt = InDoubt.RESEND
    has_room: Callable[[], bool] = lambda: True


class OpenPartition:
    """A partition of which records are read, or have no result yet."""

    __slots__ = ("attempt", "is_read", "outstanding", "records")

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.is_read = False
        self.records = self.outstanding = 0


class Flight(NamedTuple):
    """What a call carries: records of a partition."""

    partition: OpenPartition
    pack: Pack
    family: Family


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
        self._halving = HalvingRule()
        self._halves: deque[Flight] = deque()
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
            while self._calls or self._halves:
                yield self._send_half() if self._halves else None
        except SmrtError as exc:
            self.stop(exc)

    def completed(self, completion: Completion) -> None:
        """A call has ended: store its results."""
        flight: Flight = completion.call.tag
        self._calls -= 1
        self._bytes -= len(flight.pack.body)
        try:
            self._work.budget.add(completion.attempts - 1)
            self._settle(completion, flight)
        except SmrtError as exc:
            self.stop(exc)

    def withdraw(self) -> None:
        """After the engine has ended, put back the halves that were not sent."""
        while self._halves:
            self._put_back(self._halves.popleft())

    def _partition_calls(self, partition: Partition) -> Iterator[EngineCall | None]:
        attempt = None if self.is_stopping else self._work.store.claim(partition)
        if attempt is None:
            return
        current = OpenPartition(attempt)
        for item in pack_records(self._unsent(current), self._work.limits):
            if isinstance(item, RecordError):
                self._store(current, [self._work.renderer.failure(item, item.code, item.message)])
                continue
            yield from self._until_room()
            if self.is_stopping:
                return
            yield self._begin(current, item)
        current.is_read = True
        self._commit(current)

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
                self._doubt(current, [record], IN_DOUBT_CODE, IN_DOUBT_MESSAGE)
            else:
                yield record

    def _until_room(self) -> Iterator[EngineCall | None]:
        """Send halves first; wait while too much is in flight, or not yet printed."""
        while not self.is_stopping:
            if self._halves:
                yield self._send_half()
            elif self._calls and (self._bytes >= MOST_BYTES or not self._work.has_room()):
                yield None
            else:
                return

    def _send_half(self) -> EngineCall:
        self._work.budget.take()
        return self._send(self._halves.popleft())

    def _begin(self, current: OpenPartition, pack: Pack) -> EngineCall:
        self._work.budget.take()
        current.attempt.sent([record.offset for record in pack.records])
        return self._send(Flight(current, pack, Family(len(pack.records))))

    def _send(self, flight: Flight) -> EngineCall:
        self._calls += 1
        self._bytes += len(flight.pack.body)
        self._tally.requests += 1
        return self._requests.call(flight.pack, flight)

    def _settle(self, completion: Completion, flight: Flight) -> None:
        error = completion.error
        if error is None:
            self._succeed(completion, flight)
            return
        failure = error_of_all(completion, has_own_endpoint=_names_endpoint(flight.pack))
        if failure is not None or (self.is_stopping and _may_be_repeated(completion)):
            if completion.delivery is not Delivery.IN_DOUBT:
                self._put_back(flight)
            if failure is not None:
                self.stop(failure)
        elif len(flight.pack.records) > 1 and self._halving.permits and is_halved(error):
            self._halve(flight)
        else:
            self._fail(completion, flight, error)

    def _succeed(self, completion: Completion, flight: Flight) -> None:
        assert completion.started_at is not None
        assert completion.last_byte_at is not None
        self._tally.responded(completion.last_byte_at - completion.started_at)
        records, render = flight.pack.records, self._work.renderer.success
        more = self._work.details(completion, len(records))
        try:
            parts = self._work.parts(completion, len(records))
        except SmrtError as exc:
            self._fail(completion, flight, exc)
            return
        results = [render(*pair, more) for pair in zip(records, parts, strict=True)]
        flight.family.has_success = True
        self._store(flight.partition, results)
        self._ended(flight)

    def _fail(self, completion: Completion, flight: Flight, error: SmrtError) -> None:
        """Each record of the request gets `error` as its result."""
        records = flight.pack.records
        is_in_doubt = error is completion.error and completion.delivery is Delivery.IN_DOUBT
        if is_in_doubt and self._work.in_doubt is InDoubt.SKIP:
            self._doubt(flight.partition, records, error.code, error.message)
        else:
            more = self._work.details(completion, len(records))
            render = self._work.renderer.failure
            failures = [render(record, error.code, error.message, more) for record in records]
            self._store(flight.partition, failures)
        self._ended(flight)

    def _halve(self, flight: Flight) -> None:
        self._tally.halved += 1
        flight.family.is_halved = True
        for half in halve_pack(flight.pack, self._work.limits):
            self._halves.append(flight._replace(pack=half))

    def _ended(self, flight: Flight) -> None:
        """The records of a request have their results; so may have all of its family."""
        flight.family.remaining -= len(flight.pack.records)
        if not flight.family.remaining:
            self._halving.ended(flight.family)

    def _put_back(self, flight: Flight) -> None:
        """Records that were not run count as not started."""
        flight.partition.attempt.unsent([record.offset for record in flight.pack.records])

    def _store(self, current: OpenPartition, results: Sequence[Result]) -> None:
        current.attempt.responses(results)
        succeeded = sum(result.ok for result in results)
        self._tally.succeeded += succeeded
        self._tally.failed += len(results) - succeeded
        self._stored(current, len(results))

    def _doubt(
        self,
        current: OpenPartition,
        records: Iterable[Record | RecordError],
        code: str,
        message: str,
    ) -> None:
        """Records whose calls may have run, and are not sent again."""
        for record in records:
            result = self._work.renderer.failure(record, code, message)
            current.attempt.response(record.offset, result.line, ok=False, in_doubt=True)
            self._tally.in_doubt += 1
            self._stored(current, 1)

    def _stored(self, current: OpenPartition, records: int) -> None:
        current.outstanding -= records
        self._commit(current)
        reason = self._judge(self._tally)
        if reason is not None and not self.is_stopping:
            self.stop(reason)

    def _commit(self, current: OpenPartition) -> None:
        """Commit a partition of which every record has its result."""
        if not current.is_read or current.outstanding:
            return
        results = current.attempt.counts.total
        if results != current.records:
            number = current.attempt.partition.number
            raise SmrtError(
                f"partition {number} has {results} results for {current.records} records",
                "the input or the job folder has been changed: start again with a new output",
                code="CountMismatch",
            )
        current.attempt.commit()


def _names_endpoint(pack: Pack) -> bool:
    return "EndpointName" in pack.parameters


def _may_be_repeated(completion: Completion) -> bool:
    """Whether a call that ended while the run stops has no result, and is left to the next run."""
    return completion.delivery is not Delivery.RESPONDED
