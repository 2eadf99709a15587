"""The calls for the records of an iterable, and their results until they are yielded."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from smrt.batching.records.packing import Pack
from smrt.batching.records.record import Record
from smrt.batching.sending.failure_rules import error_of_all
from smrt.batching.sending.request_factory import RequestFactory
from smrt.batching.sending.send import SYNC_SECONDS
from smrt.batching.sending.target import Target
from smrt.engine.call import Completion, Delivery, EngineCall
from smrt.engine.engine import Engine
from smrt.errors import SmrtError, UsageError
from smrt.protocol import parameters, responses
from smrt.protocol.messages import masked_repr
from smrt.protocol.operations import INVOKE_ENDPOINT

from .recorded_calls import RecordedCalls, RecordedResult, record_digest

InvokeRecord = bytes | str | Mapping[str, Any]
"""A body, or the parameters of a call, by the names of boto3."""
MOST_WAITING = 1024
"""Results that wait for one before them, at most."""


class InvokeResult(NamedTuple):
    """The result of a record: `body` of the response, or an `error`.

    `number` counts records from 0 on; `metadata` has boto3's names. `is_in_doubt`: the call may
    have run, although it has no response.
    """

    number: int
    body: bytes
    error: SmrtError | None
    metadata: Mapping[str, Any]
    is_in_doubt: bool = False

    def __repr__(self) -> str:
        return masked_repr(self, "body")


class IterableCalls:
    """The calls for the records, and their results until they are yielded."""

    def __init__(
        self,
        records: Iterable[InvokeRecord],
        target: Target,
        engine: Engine,
        job: RecordedCalls | None,
        *,
        keep_order: bool,
    ) -> None:
        self._records, self._target, self._keep_order = records, target, keep_order
        self._engine, self._job = engine, job
        self._done: dict[int, InvokeResult] = {}
        self._order: deque[int] = deque()
        self._failure: SmrtError | None = None

    def results(self) -> Iterator[InvokeResult]:
        """Make the calls; yield results."""
        factory = RequestFactory(self._target, "", self._engine.proxy_headers)
        self._sync_later()
        for _ in self._engine.turns(self._source(factory), self._completed):
            yield from self._ready()
        yield from self._ready()
        if self._failure is not None:
            raise self._failure

    def _source(self, factory: RequestFactory) -> Iterator[EngineCall | None]:
        for index, value in enumerate(self._records):
            while len(self._order) >= MOST_WAITING:
                if self._order[0] in self._done:
                    self._engine.loop.call_soon(lambda: None)  # yield results before more calls
                yield None
            self._order.append(index)
            try:
                pack = _pack(index, value, self._target)
            except UsageError as exc:
                self._done[index] = InvokeResult(index, b"", exc, {})
                continue
            try:
                digest = self._digest_to_send(index, pack)
            except SmrtError as exc:
                self._stop(exc)
                return
            if digest is not None:
                yield factory.call(pack, (index, digest))

    def _digest_to_send(self, index: int, pack: Pack) -> str | None:
        """Store that a record is about to be sent; None if it has a result."""
        if self._job is None:
            return ""
        digest = record_digest(pack)
        known = self._job.known(index, digest)
        if known is not None:
            self._done[index] = InvokeResult(
                index, known.body, known.error, known.metadata, known.is_in_doubt
            )
            return None
        self._job.sent(index)
        return digest

    def _completed(self, completion: Completion) -> None:
        index, digest = completion.call.tag
        failure = error_of_all(completion, has_own_endpoint=False)
        if failure is not None:
            self._stop(failure)
        elif not self._engine.is_stopping or completion.delivery is Delivery.RESPONDED:
            result = _result(index, completion)
            self._done[index] = result
            if self._job is not None:
                recorded = RecordedResult(
                    result.body, result.metadata, result.error, result.is_in_doubt
                )
                self._try(lambda job: job.store(index, digest, recorded))
            return
        if completion.delivery is not Delivery.IN_DOUBT:
            self._try(lambda job: job.unsent(index))

    def _stop(self, failure: SmrtError) -> None:
        """Send nothing more because of the first failure."""
        self._failure = self._failure or failure
        self._engine.calls.stop()

    def _sync_later(self) -> None:
        """Once a second, make what is stored survive a power cut."""

        def sync() -> None:
            self._try(RecordedCalls.sync)
            self._sync_later()

        if self._job is not None:
            self._engine.loop.call_at(self._engine.loop.now() + SYNC_SECONDS, sync)

    def _try(self, function: Callable[[RecordedCalls], None]) -> None:
        """Call `function` with the job, if there is one; stop if that fails."""
        if self._job is not None:
            try:
                function(self._job)
            except SmrtError as exc:
                self._stop(exc)

    def _ready(self) -> Iterator[InvokeResult]:
        """The results that can be yielded."""
        if not self._keep_order:
            done, self._done = self._done, {}
            self._order = deque(index for index in self._order if index not in done)
            yield from done.values()
            return
        while self._order and self._order[0] in self._done:
            yield self._done.pop(self._order.popleft())


def _pack(index: int, value: InvokeRecord, target: Target) -> Pack:
    """The request for a record. Raises UsageError for wrong parameters."""
    own = dict(value) if isinstance(value, Mapping) else {"Body": value}
    parameters.check(target.operation, {**target.parameters, **own})
    body = own.pop("Body", target.parameters.get("Body", b""))
    content = body.encode() if isinstance(body, str) else bytes(body)
    return Pack([Record(index, index, b"", own, b"")], content, own)


def _result(index: int, completion: Completion) -> InvokeResult:
    metadata = responses.metadata(INVOKE_ENDPOINT, completion.headers)
    is_in_doubt = completion.error is not None and completion.delivery is Delivery.IN_DOUBT
    body = b"" if completion.error is not None else completion.body
    return InvokeResult(index, body, completion.error, metadata, is_in_doubt)
