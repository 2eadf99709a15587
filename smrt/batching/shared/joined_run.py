"""A run that joins a job: it sends what no other process has, until nothing is left."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from threading import Event
from time import monotonic
from typing import NamedTuple
from zlib import crc32

from smrt.batching import batch_job
from smrt.batching.batch_input import (
    InputKind,
    input_identity,
    input_kind,
    listed_input,
    open_source,
)
from smrt.batching.batch_options import BatchOptions
from smrt.batching.batch_report import BatchReport, RequestCounts
from smrt.batching.batch_session import RESUME, Session
from smrt.batching.ending import Ending
from smrt.batching.failed_lines import FLAG, write_failed_lines
from smrt.batching.interruptions import Interruptions, handling
from smrt.batching.job.job_status import JobStatus
from smrt.batching.job.job_store import PartitionPlan
from smrt.batching.job.manifest import Manifest
from smrt.batching.job.ownership import LeaseLapsedError
from smrt.batching.progress.display import opened_monitor
from smrt.batching.records.layout import Layout
from smrt.batching.records.record import Partition
from smrt.batching.records.rendering import make_renderer
from smrt.batching.records.source import Source
from smrt.batching.sending.job_sending import JobRecords
from smrt.batching.sending.send import Sent
from smrt.errors import SmrtError, UsageError
from smrt.output import outfile

from .job_home import JobHome, job_home
from .joined_job import LEASE, JobStart, join_job, recorded_job
from .joined_sending import JoinedSender
from .lease import Lease
from .membership import STOP, Membership
from .shared_folder import SharedFolder, SharedStore, check_exclusive

PLANNED_WORKERS = 16
"""Processes for which the partitions of a job are planned, if no option says how many join."""
SHORTEST_PAUSE, LONGEST_PAUSE, GROWTH = 0.1, 5.0, 1.5
"""Seconds between two checks of what the other processes have left, which grow while it is none."""


def run_joined(session: Session, path: str) -> BatchReport:
    """Join the job in the folder `path`, or start it."""
    with ExitStack() as stack:
        target = session.target
        home = job_home(path, target.config, target.connection)
        stack.callback(home.close)
        run = JoinedRun(session, home, stack)
        report = run.run()
        run.clear()
        return report


class WatchedJob(NamedTuple):
    """A job that other processes work on."""

    source: Source
    store: SharedStore
    lease: Lease


class JoinedRun:
    """A run of one process; `stack` closes what it opens."""

    def __init__(self, session: Session, home: JobHome, stack: ExitStack) -> None:
        self._session, self._home, self._stack = session, home, stack
        self._options = options = session.options
        self.ending = Ending(session, monotonic())
        self._kind = _joined_kind(options)
        home.make()
        self._control = home.control
        self._recorded = recorded_job(home.control)
        self._errors = None if options.errors is None else outfile.plan(options.errors, FLAG)
        self._counts = RequestCounts()
        self._failure: SmrtError | None = None
        self._pause = SHORTEST_PAUSE

    def run(self) -> BatchReport:
        """Work until the result is written, or the run stops."""
        check_exclusive(self._control, self._home.worker)
        self._check_start()
        self._folder = folder = self._join()
        lease = Lease(self._options.lease)
        records, store = self._records(folder, lease)
        if self._options.retry_failed and store.is_complete():
            store.next_round()
        membership = Membership(self._control, self._home.worker, lease, folder.round)
        store.generations.is_alive = membership.is_alive
        try:
            membership.join()
            return self._work(records, store, membership)
        except KeyboardInterrupt:
            self._session.console.note(f"to resume: {self._session.command(RESUME)}")
            raise
        finally:
            with suppress(SmrtError):  # its lease will end
                membership.leave(is_final=self.is_final)

    @property
    def is_final(self) -> bool:
        """Whether all records have succeeded."""
        manifest = self._folder.manifest()
        return manifest is not None and manifest.is_final

    def clear(self) -> None:
        """Remove a job that has succeeded, unless an option names it."""
        named = self._options.job or self._options.join
        if named is None and self.is_final:
            self._folder.remove()

    def watch(self) -> "WatchedJob":
        """Start the job, or join it, and send nothing."""
        check_exclusive(self._control, self._home.worker)
        self._check_start()
        self._folder = self._join()
        lease = Lease(self._options.lease)
        records, store = self._records(self._folder, lease)
        if self._options.retry_failed and store.is_complete():
            store.next_round()
        return WatchedJob(records.source, store, lease)

    def _join(self) -> SharedFolder:
        options, lines = self._options, None
        if self._kind is InputKind.FILES:
            lines = self._listed
        workers = self._planned_workers()
        identity = input_identity(options, self._kind, self._session.target)
        described = batch_job.describe(options, self._session.target, identity, workers)
        settings = {**described.settings, LEASE: options.lease}
        start = JobStart(
            described._replace(settings=settings), self._session.lasting_arguments, lines
        )
        return join_job(self._home, start)

    def _listed(self) -> Iterable[bytes]:
        return listed_input(self._options, self._session.target)[1]

    def _records(self, folder: SharedFolder, lease: Lease) -> tuple[JobRecords, SharedStore]:
        options = self._options
        source = open_source(options, self._kind, folder.input_path, self._session.target)
        layout = source.layout(self._planned_workers(), options.partition_size)
        plan = PartitionPlan(layout.all_partitions, source.count)
        store = self._home.store(folder, plan, options.in_doubt, lease)
        self._stack.callback(store.close)
        if source.can_seek:
            plan = plan._replace(partitions=partial(rotated, layout, self._home.worker))
        return JobRecords(source, plan, store), store

    def _planned_workers(self) -> int:
        if self._recorded is not None:
            settings = self._recorded.description.settings
            return int(settings["partitions_for_workers"])
        return max(self._options.workers, PLANNED_WORKERS)

    def _check_start(self) -> None:
        """Raise UsageError for a job that goes on only with --resume."""
        location = self._control.location
        if self._options.resume or self._options.retry_failed:
            self._control.remove([STOP])
        elif self._control.read(STOP) is not None:
            raise UsageError(f"{location} has been stopped", f"add {RESUME} to go on with it")
        elif self._options.join is None and self._recorded is not None:
            raise UsageError(
                f"{location} exists: the job has started before",
                f"add {RESUME} to go on with it, or --join to share the work",
            )

    def _work(self, records: JobRecords, store: SharedStore, membership: Membership) -> BatchReport:
        """Send until no record is left; write the result, unless another process does."""
        with opened_monitor(self._session, records.source) as monitor:
            sender = JoinedSender(self._session, membership, monitor)
            while True:
                manifest = store.folder.manifest()
                if manifest is not None and self.output_exists():
                    return self.end(manifest)
                if store.is_complete() and store.may_finish():
                    return self.end(self._finish(records, store))
                sent = self._pass(sender, records, store, membership)
                self._counts += sent.requests
                sent = sent._replace(requests=self._counts)
                if sent.failure is None and not sent.is_interrupted:
                    continue
                report = self._stopped(store, sent)
                if report is not None:
                    return report

    def _stopped(self, store: SharedStore, sent: Sent) -> BatchReport | None:
        """The report of a run that ends early; None if every record has its result all the same."""
        try:
            store.end_attempts()
            if store.is_complete():
                self._failure = sent.failure
                return None
        except SmrtError as exc:
            sent = sent._replace(failure=sent.failure or exc)
        return self.ending.stopped(store.status(), sent)

    def _pass(
        self,
        sender: JoinedSender,
        records: JobRecords,
        store: SharedStore,
        membership: Membership,
    ) -> Sent:
        """Send what can be claimed; wait a while if that is nothing."""
        sent = Sent() if store.is_complete() else sender.send(records)
        if isinstance(sent.failure, LeaseLapsedError):
            store.end_attempts()
            membership.restart()
            return sent._replace(failure=None)
        if sent.failure is None and not sent.is_interrupted and not sent.requests.requests:
            sender.show()
            sent = self._wait(membership)
        else:
            self._pause = SHORTEST_PAUSE
        return sent._replace(is_interrupted=sent.is_interrupted or sender.is_stopped)

    def _wait(self, membership: Membership) -> Sent:
        """Wait for the processes that have the rest: one may die, or the job may be stopped."""
        woken = Event()
        interruptions = Interruptions(woken.set, woken.set)
        with handling(interruptions):
            woken.wait(self._pause)
        self._pause = min(GROWTH * self._pause, LONGEST_PAUSE)
        is_stopped = interruptions.count > 0 or membership.pulse.stop is not None
        return Sent(is_interrupted=is_stopped)

    def _finish(self, records: JobRecords, store: SharedStore) -> Manifest:
        """Write the result."""
        source, options = records.source, self._options
        if self._errors is not None:
            layout = source.layout(self._planned_workers(), options.partition_size)
            write_failed_lines(self._errors, source, layout, store.results())
        header = make_renderer(options.data, source.format, source.header).header
        path = store.folder.input_path
        return store.finish(batch_job.result_output(self._session, self._kind, path, header))

    def output_exists(self) -> bool:
        """Whether the result is there."""
        return batch_job.output_exists(self._session, self._kind)

    def end(self, manifest: Manifest, requests: RequestCounts | None = None) -> BatchReport:
        """The report of a job that is done; `requests` are those of its workers."""
        counts = manifest.counts
        status = JobStatus(counts.total, *counts, round=manifest.round, is_finished=True)
        return self.ending.complete(status, Sent(requests or self._counts, self._failure))


def rotated(layout: Layout, worker: str) -> Iterator[Partition]:
    """All partitions, from one on that depends on the process: so they rarely meet."""
    count = layout.partitions
    start = crc32(worker.encode()) % max(1, count)
    return (layout.partition((start + number) % count) for number in range(count))


def _joined_kind(options: BatchOptions) -> InputKind:
    """The kind of the input. Raises UsageError for one that only this process has."""
    kind = input_kind(options)
    if kind is InputKind.STREAM:
        raise UsageError("other processes cannot read standard input", "save it to a file first")
    if options.prints_results:
        raise UsageError("a job of several processes has a file or a folder as OUTPUT")
    if options.workers > 1 and options.engine is None:
        raise UsageError("--workers is for one machine", "start as many processes that --join")
    return kind
