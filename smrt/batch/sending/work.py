"""Puts together what a sending process works with."""

from collections.abc import Callable

from smrt.batch.batch_session import Session
from smrt.batch.job.job_store import PartitionPlan
from smrt.batch.job.store import BatchStore
from smrt.batch.records.packing import pack_limits
from smrt.batch.records.rendering import Details, make_renderer
from smrt.batch.records.source import Source
from smrt.engine.call import Completion

from .request_budget import RequestBudget
from .response_parts import details, response_parts
from .sender import Work


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
        parts=response_parts(options, session.console),
        budget=budget,
        details=_details(session),
        in_doubt=options.in_doubt,
    )


def _details(session: Session) -> Callable[[Completion, int], Details | None]:
    if not session.options.details:
        return lambda _completion, _records: None
    return lambda completion, records: details(completion, session.target, records)
