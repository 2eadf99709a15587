"""A run without a job folder: results are printed, and nothing is stored."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from time import monotonic
from typing import BinaryIO

from smrt.errors import UsageError
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
from .records.record import Partition, Record, RecordError
from .sending.printed_store import OrderedWriter, PrintedStore
from .sending.request_budget import RequestBudget
from .sending.send import send_records
from .sending.work import Work, make_work


def run_printed(session: Session, kind: InputKind) -> BatchReport:
    """Send all records, and print their results."""
    with ExitStack() as stack:
        return _run(session, kind, stack)


def _run(session: Session, kind: InputKind, stack: ExitStack) -> BatchReport:
    ending = Ending(session, monotonic())
    options, console = session.options, session.console
    if options.workers > 1:
        raise UsageError("--workers needs a job folder", "name it with --job")
    stored = _spooled(session, stack) if kind is InputKind.STREAM else ""
    source = open_source(options, kind, stored, session.target)
    plan = PartitionPlan(source.layout(size=options.partition_size).all_partitions, source.count)
    printer = OrderedWriter(console.write, keep_order=options.keep_order)
    store = PrintedStore(plan, printer)
    work = make_work(session, source, plan, store, RequestBudget(options.max_requests))
    writers = [printer]
    if options.errors is not None:
        writers.append(_errors_writer(options.errors, source.header, options.keep_order, stack))
        work = work._replace(renderer=ErrorRecorder(work.renderer, writers[-1].add))
    work = _in_order(work, writers)
    console.write(work.renderer.header)
    with opened_monitor(session, source) as monitor:
        sent = send_records(work, session.target, options, content_type(options, source), monitor)
    status = store.status()
    if sent.failure is None and not status.not_started:
        return ending.complete(status, sent)
    for writer in writers:
        writer.flush()
    return ending.stopped(status, sent)


def _errors_writer(path: str, header: bytes, keep_order: bool, stack: ExitStack) -> OrderedWriter:  # noqa: FBT001
    """A writer of the lines that fail; the file appears when `stack` is closed."""
    file: BinaryIO = stack.enter_context(outfile.writing(outfile.plan(path, FLAG)))
    if header:
        file.write(header + b"\n")
    return OrderedWriter(file.write, keep_order=keep_order)


def _in_order(work: Work, writers: Sequence[OrderedWriter]) -> Work:
    """`work` of which each writer knows the order of the records."""

    def read(partition: Partition) -> Iterator[Record | RecordError]:
        records = work.read(partition)
        for writer in writers:
            records = writer.expect(records)
        return records

    def has_room() -> bool:
        return all(writer.has_room() for writer in writers)

    return work._replace(read=read, has_room=has_room)


def _spooled(session: Session, stack: ExitStack) -> str:
    """Save standard input to a temporary file; return its path."""
    path = os.path.join(stack.enter_context(TemporaryDirectory(prefix="smrt-")), "input")
    with storing(path):
        spool_input(Files(), path, session.console.stdin)
    return path
