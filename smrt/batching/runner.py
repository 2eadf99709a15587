"""Runs a batch: with a job folder, unless its results are only printed."""

import os
from contextlib import ExitStack, closing
from time import monotonic

from smrt.errors import ConfigurationError, SmrtError, UsageError
from smrt.output import outfile

from . import batch_job
from .batch_input import InputKind, input_identity, input_kind, listed_input, open_source
from .batch_report import BatchReport
from .batch_session import RETRY_FAILED, Session
from .ending import Ending
from .failed_lines import FLAG, write_failed_lines
from .job.job_folder import JobFolder
from .job.job_opening import open_job
from .job.job_status import JobStatus
from .job.job_store import JobStore, PartitionPlan
from .job.manifest import Manifest
from .job.outcomes import Counts
from .job.result_output import ResultOutput
from .printed_run import run_printed
from .progress.display import opened_monitor
from .records.rendering import make_renderer
from .records.source import Source
from .sending.job_sending import JobRecords, send_job
from .sending.send import Sent


def run_batch(session: Session) -> BatchReport:
    """Send the records of the input, and write their results."""
    options = session.options
    if options.shared_path is not None:
        from .shared.joined_run import run_joined

        return run_joined(session, options.shared_path)
    kind, path = input_kind(options), options.job_path
    if path is None:
        return run_printed(session, kind)
    with ExitStack() as stack:
        return _JobRun(session, kind, path, stack).run()


class _JobRun:
    """A run of the job at `path`; `stack` closes what it opens."""

    def __init__(self, session: Session, kind: InputKind, path: str, stack: ExitStack) -> None:
        self._session, self._kind, self._path, self._stack = session, kind, path, stack
        self._options = options = session.options
        self._ending = Ending(session, monotonic())
        self._is_new = not batch_job.has_begun(path)
        self._workers = batch_job.planned_workers(path, options)
        self._errors = None if options.errors is None else outfile.plan(options.errors, FLAG)

    def run(self) -> BatchReport:
        """Run it from where it stands. Errors name the line that resumes it."""
        try:
            return self._run()
        except KeyboardInterrupt:
            self._session.console.note(self._ending.resume_step)
            raise
        except (UsageError, ConfigurationError):
            raise
        except SmrtError as exc:
            exc.add_hints(self._ending.resume_step)
            raise

    def _run(self) -> BatchReport:
        options = self._options
        if options.retry_failed and self._is_new:
            raise UsageError(f"there is no job in {self._path}", f"remove {RETRY_FAILED}")
        if not self._kind.is_stored:
            self._open("")  # what is wrong with the input is reported before the job starts
        identity = input_identity(options, self._kind, self._session.target)
        description = batch_job.describe(options, self._session.target, identity, self._workers)
        resume = options.resume or options.retry_failed
        files = self._session.files
        folder = open_job(self._path, description, resume=resume, files=files)
        self._stack.callback(folder.close)
        manifest = folder.manifest()
        if manifest is not None and self._is_over(manifest):
            return self._end(folder, manifest, Sent())
        try:
            return self._send(folder)
        except (UsageError, ConfigurationError):
            if self._is_new:
                folder.remove()  # nothing was sent
            raise

    def _is_over(self, manifest: Manifest) -> bool:
        """Whether nothing is left to do."""
        if manifest.is_final:
            return True
        return not self._options.retry_failed and batch_job.output_exists(self._session, self._kind)

    def _open(self, stored: str) -> Source:
        return open_source(self._options, self._kind, stored, self._session.target)

    def _store_input(self, folder: JobFolder) -> None:
        """Copy standard input, or the list of a folder."""
        console = self._session.console
        if self._kind is InputKind.STREAM and not self._options.retry_failed:
            folder.spool(console.stdin)
        if self._kind is InputKind.FILES and not os.path.exists(folder.input_path):
            listing, lines = listed_input(self._options, self._session.target)
            folder.store_list(lambda: lines)
            if listing.hidden:
                console.note(f"{listing.hidden} hidden files of {self._options.input} are left out")

    def _send(self, folder: JobFolder) -> BatchReport:
        """Send what is left, and write the result if that is all."""
        self._store_input(folder)
        source = self._open(folder.input_path)
        layout = source.layout(self._workers, self._options.partition_size)
        plan = PartitionPlan(layout.all_partitions, source.count)
        store = JobStore(folder, plan, self._options.in_doubt)
        self._stack.callback(store.close)
        if self._options.retry_failed and store.is_complete():
            store.next_round()
        sent = self._send_records(folder, JobRecords(source, plan, store))
        if not store.is_complete():
            owners = (store.owner(partition) for partition in plan.partitions())
            others = (pid for pid in owners if pid not in (None, os.getpid()))
            report = self._ending.stopped(store.status(), sent, next(others, None))
            if self._is_new and report.status.not_started == report.status.total:
                folder.remove()  # no record was run: the same line can be run again
            return report
        try:
            if self._errors is not None:
                write_failed_lines(self._errors, source, layout, store.results())
            return self._end(folder, store.finish(self._output(folder, source)), sent)
        except SmrtError as exc:
            return self._ending.stopped(store.status(), sent._replace(failure=exc))

    def _output(self, folder: JobFolder, source: Source) -> ResultOutput:
        header = make_renderer(self._options.data, source.format, source.header).header
        return batch_job.result_output(self._session, self._kind, folder.input_path, header)

    def _send_records(self, folder: JobFolder, records: JobRecords) -> Sent:
        """Send in this process, or in workers."""
        earlier = Counts if self._is_new else records.store.settled_counts
        with opened_monitor(self._session, records.source, earlier) as monitor:
            if self._options.workers == 1:
                return send_job(self._session, records, monitor)
            from .workers.worker_order import WorkerOrder
            from .workers.worker_pool import WorkerPool

            options, target = self._options, self._session.target.portable
            identity = records.source.identity
            order = WorkerOrder(
                options, target, self._kind, folder.paths.folder, self._workers, identity
            )
            with closing(WorkerPool(order, monitor)) as pool:
                return pool.run()

    def _end(self, folder: JobFolder, manifest: Manifest, sent: Sent) -> BatchReport:
        """Remove what has no more use, and report."""
        if manifest.is_final:
            folder.remove_parts()
            if self._options.job is None:
                folder.remove()
        counts = manifest.counts
        status = JobStatus(counts.total, *counts, round=manifest.round, is_finished=True)
        return self._ending.complete(status, sent)
