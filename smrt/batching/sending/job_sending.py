"""Sends the records of a job in this process."""

from contextlib import closing
from typing import NamedTuple

from smrt.batching.batch_input import content_type
from smrt.batching.batch_session import Session
from smrt.batching.job.job_store import JobStore, PartitionPlan
from smrt.batching.records.source import Source

from .monitor import Monitor
from .request_budget import RequestBudget
from .send import Sent, send_records
from .work import make_work


class JobRecords(NamedTuple):
    """The records of a job, and where their state is stored."""

    source: Source
    plan: PartitionPlan
    store: JobStore


def send_job(session: Session, records: JobRecords, monitor: Monitor) -> Sent:
    """Send the records that have no result yet."""
    options, (source, plan, store) = session.options, records
    path = store.folder.paths.requests
    with closing(RequestBudget(options.max_requests, path, session.files)) as budget:
        work = make_work(session, source, plan, store, budget)
        if options.is_queued:
            from smrt.batching.queued.queued_requests import queued

            work = queued(work, session, store.folder)

        def sync() -> None:
            store.sync()
            budget.flush()

        return send_records(
            work,
            session.target,
            options,
            content_type(options, source),
            monitor._replace(sync=sync),
        )
