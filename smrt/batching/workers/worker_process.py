"""A worker: python -m smrt.batching.workers.worker_process, started by the run of a job.

It reads its order from standard input, sends what it can claim, and reports to standard output.
"""

import os
import signal
import sys
from contextlib import closing

from smrt.batching.batch_input import open_source
from smrt.batching.batch_session import Session
from smrt.batching.job.job_opening import attach_job
from smrt.batching.job.job_store import JobStore, PartitionPlan
from smrt.batching.sending.job_sending import JobRecords, send_job
from smrt.batching.sending.monitor import Controls, Monitor
from smrt.batching.sending.send import Sent
from smrt.engine.event_loop import READ
from smrt.errors import SmrtError
from smrt.output.console import standard

from .shared_tally import SharedTally
from .worker_order import ABORT, WorkerOrder, read_order
from .worker_report import WorkerReport, encode_report

REPORT_SECONDS = 0.2
STDIN, STDOUT = 0, 1


def main() -> None:
    """Run the order on standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent passes signals on
    sent = _sent(read_order(STDIN))
    _report(sent)


def _sent(order: WorkerOrder) -> Sent:
    try:
        return _send(order)
    except SmrtError as exc:
        return Sent(failure=exc)


def _send(order: WorkerOrder) -> Sent:
    console = standard(os.environ)
    session = Session(order.options, order.target, console)
    folder = attach_job(order.job_path)
    source = open_source(order.options, order.kind, folder.input_path, order.target)
    if source.identity != order.identity:
        raise SmrtError(f"{source.identity.path} has changed", code="InputChanged")
    layout = source.layout(order.planned_workers, order.options.partition_size)
    plan = PartitionPlan(layout.all_partitions, source.count)
    monitor = Monitor(console.note, show=_report, show_seconds=REPORT_SECONDS, attach=_obey)
    if order.options.max_errors is not None:
        tally = SharedTally(order.tally_descriptor, order.number)
        monitor = monitor._replace(job_tally=tally.total)
    with closing(JobStore(folder, plan, order.options.in_doubt)) as store:
        return send_job(session, JobRecords(source, plan, store), monitor)


def _obey(controls: Controls) -> None:
    """Follow the commands of the parent; stop when it ends."""

    def read(_: int) -> None:
        command = os.read(STDIN, 1)
        if command == ABORT:
            controls.abort()
        else:
            controls.stop()
        if not command:
            controls.loop.forget(sys.stdin)

    controls.loop.watch(sys.stdin, READ, read)


def _report(report: WorkerReport) -> None:
    content = memoryview(encode_report(report))
    try:
        while content:
            content = content[os.write(STDOUT, content) :]
    except BrokenPipeError:  # the parent has ended: what is in flight ends, too
        os.dup2(os.open(os.devnull, os.O_WRONLY), STDOUT)


if __name__ == "__main__":
    main()
