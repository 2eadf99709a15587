"""What a sending process works with."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from smrt.batching.batch_session import Session
from smrt.batching.job.job_store import PartitionPlan
from smrt.batching.job.outcomes import InDoubt
from smrt.batching.job.store import BatchStore
from smrt.batching.records.packing import Pack, PackLimits, pack_limits
from smrt.batching.records.record import Partition, Record, RecordError, Result
from smrt.batching.records.rendering import Details, make_renderer, writes_json
from smrt.batching.records.source import Source
from smrt.engine.call import Completion

from .request_budget import RequestBudget
from .response_parts import ResponseParts, details, response_parts


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
LookUp = Callable[[Sequence[Record]], Mapping[int, bytes]]
"""From records in doubt to those that an asynchronous endpoint has handled, and where."""


class QueueOptions(NamedTuple):
    """An asynchronous endpoint: its results in S3, and how many wait for how long, at most."""

    store: Any
    locations: Any
    most: int
    seconds: float


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
    prepare: Callable[[Pack], Pack | RecordError] = lambda pack: pack
    """Changes a request before it is sent, if that waits for the network."""
    queue: QueueOptions | None = None
    look_up: LookUp = lambda _: {}
    reads_ahead: bool = False
    """Whether partitions are claimed and read in a thread, as that waits for the network."""
    fence: Callable[[], None] | None = None
    """Raises an error if nothing may be sent, before every attempt."""


def make_work(
    session: Session,
    source: Source,
    plan: PartitionPlan,
    store: BatchStore,
    budget: RequestBudget,
) -> Work:
    """The work on the records of `source`. Raises UsageError for options that do not fit."""
    options = session.options
    return Work(
        plan=plan,
        read=source.read,
        limits=pack_limits(options.data, source.header),
        store=store,
        renderer=make_renderer(options.data, source.format, source.header),
        parts=response_parts(
            options, session.console, as_json=writes_json(options.data, source.format)
        ),
        budget=budget,
        details=_details(session),
        in_doubt=options.in_doubt,
        reads_ahead=source.is_remote,
    )


def _details(session: Session) -> Callable[[Completion, int], Details | None]:
    if not session.options.details:
        return lambda _completion, _records: None
    return lambda completion, records: details(completion, session.target, records)
