"""A run without a job folder: results are printed, and nothing is stored."""

import os
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from time import monotonic
from typing import BinaryIO

from smrt.output import outfile

from .batch_input import InputKind, content_type, open_source
from .batch_report import BatchReport
from .batch_session import Session
from .ending import Ending
from .failed_lines import FLAG, ErrorRecorder
from .job.disk.job_files import Files, storing
from .job.job_store import PartitionPlan
from .job.spool import spool_input
from .progress.display import opened_monitor
from .sending.printed_store import PrintedStore, ResultPrinter
from .sending.request_budget import RequestBudget
from .sending.send import send_records
from .sending.work import make_work


def run_printed(session: Session, kind: InputKind) -> BatchReport:
    """Send all records, and print their results."""
    with ExitStack() as stack:
        return _run(session, kind, stack)


def _run(session: Session, kind: InputKind, stack: ExitStack) -> BatchReport:
    ending = Ending(session, monotonic())
    options, console = session.options, session.console
    stored = _spooled(session, stack) if kind is InputKind.STREAM else ""
    source = open_source(options, kind, stored, session.target)
    plan = PartitionPlan(source.layout(size=options.partition_size).all_partitions, source.count)
    printer = ResultPrinter(console.write, keep_order=options.keep_order)
    store = PrintedStore(plan, printer)
    work = make_work(session, source, plan, store, RequestBudget(options.max_requests))
    if options.errors is not None:
        file: BinaryIO = stack.enter_context(outfile.writing(outfile.plan(options.errors, FLAG)))
        work = work._replace(renderer=ErrorRecorder(work.renderer, file, source.header))
    work = work._replace(
        read=lambda partition: printer.expect(source.read(partition)), has_room=printer.has_room
    )
    console.write(work.renderer.header)
    with opened_monitor(session, source) as monitor:
        sent = send_records(work, session.target, options, content_type(options, source), monitor)
    status = store.status()
    if sent.failure is None and not status.not_started:
        return ending.complete(status, sent)
    printer.flush()
    return ending.stopped(status, sent)


def _spooled(session: Session, stack: ExitStack) -> str:
    """Save standard input to a temporary file; return its path."""
    path = os.path.join(stack.enter_context(TemporaryDirectory(prefix="smrt-")), "input")
    with storing(path):
        spool_input(Files(), path, session.console.stdin)
    return path
