"""Sends records as one of the processes of a job, with the limits of all of them."""

from collections.abc import Callable
from threading import Lock
from time import monotonic

from smrt.batching.batch_input import content_type
from smrt.batching.batch_options import BatchOptions
from smrt.batching.batch_session import Session
from smrt.batching.job.ownership import LeaseLapsedError
from smrt.batching.sending.error_limit import error_judge
from smrt.batching.sending.job_sending import JobRecords
from smrt.batching.sending.monitor import Controls, Monitor, Progress
from smrt.batching.sending.request_budget import RequestBudget
from smrt.batching.sending.send import Sent, send_records
from smrt.batching.sending.tally import Tally
from smrt.batching.sending.work import make_work
from smrt.engine.event_loop import EventLoop

from .beats import Beat
from .membership import Membership, Pulse

STOPPED = "the job is being stopped: waiting for the requests in flight"
ABORT = b"abort"


class JoinedBudget(RequestBudget):
    """Counts the requests of a job with those of the other processes, as far as is known."""

    def __init__(self, maximum: int | None, others: Callable[[], int]) -> None:
        super().__init__(maximum)
        self._others = others

    @property
    def made(self) -> int:
        """The requests of this process."""
        return self._unwritten

    def _total(self) -> int:
        return self._unwritten + self._others()


class JoinedSender:
    """Passes over the partitions of a job; heartbeats report what they do, and may end them.

    `is_stopped`: the job is to be stopped, and a pass was stopped for that.
    """

    def __init__(self, session: Session, membership: Membership, monitor: Monitor) -> None:
        self._session, self._membership, self._monitor = session, membership, monitor
        self._options = session.options
        others = membership.others
        self._budget = JoinedBudget(self._options.max_requests, lambda: others().requests)
        self._done = Tally()
        self._throttles = 0
        self._is_idle, self._shown_at = False, monotonic()
        self._controls: Controls | None = None
        self._lock = Lock()
        self._judge = error_judge(self._options.max_errors)
        self.is_stopped = False
        membership.report, membership.hear = self._report, self._hear

    def send(self, records: JobRecords) -> Sent:
        """Send what this process can claim. The failure may be a LeaseLapsedError."""
        session, (source, plan, store) = self._session, records
        work = make_work(session, source, plan, store, self._budget)
        if self._options.is_queued:
            from smrt.batching.queued.queued_requests import queued

            work = queued(work, session, store.folder)
        show = self._monitor.show
        monitor = self._monitor._replace(
            sync=store.sync,
            show=None if show is None else lambda progress: show(self._of_job(progress)),
            attach=self._attach,
            job_tally=self._job_tally,
        )
        try:
            return send_records(
                work._replace(fence=self._membership.lease.check, has_room=store.has_room),
                session.target,
                self._shared_options(),
                content_type(self._options, source),
                monitor,
            )
        finally:
            self._detach()

    def show(self) -> None:
        """Show the progress of the job while this process has nothing to send."""
        show, now = self._monitor.show, monotonic()
        if show is not None and now - self._shown_at >= self._monitor.show_seconds:
            self._shown_at = now
            show(self._of_job(Progress(Tally(), 0, 0, 0)))

    def _shared_options(self) -> BatchOptions:
        """The options with the share of this process in the request rate."""
        rate = self._options.request_rate
        return self._options._replace(request_rate=None if rate is None else self._share(rate))

    def _share(self, rate: float) -> float:
        """The share of this process in a rate, among those that have something to send."""
        live, idle = self._membership.pulse.job.live, self._membership.others().idle
        return rate / max(1, live - idle)

    def _attach(self, controls: Controls) -> None:
        with self._lock:
            self._controls = controls

    def _detach(self) -> None:
        """Add what a pass has done to what earlier ones did."""
        with self._lock:
            if self._controls is not None:
                progress = self._controls.progress()
                self._is_idle = not progress.tally.requests
                self._done.add(progress.tally)
                self._throttles += progress.throttles
                self._controls = None

    def _progress(self) -> Progress:
        """What this process has done in all its passes."""
        total = Tally()
        total.add(self._done)
        if self._controls is None:
            return Progress(total, 0, 0, self._throttles)
        current = self._controls.progress()
        total.add(current.tally)
        throttles = self._throttles + current.throttles
        return Progress(total, current.in_flight, current.limit, throttles)

    def _report(self) -> Beat:
        """The heartbeat, in its thread."""
        with self._lock:
            tally, in_flight, limit, throttles = self._progress()
            counts = (tally.succeeded, tally.failed, tally.in_doubt)
            beat = Beat(0, self._budget.made, *counts, in_flight, limit, throttles)
            is_idle = self._is_idle and tally.requests == self._done.requests
            return beat._replace(idle=int(is_idle))

    def _hear(self, pulse: Pulse) -> None:
        """What a heartbeat has brought, in its thread."""
        with self._lock:
            controls = self._controls
        if controls is not None:
            loop: EventLoop = controls.loop
            loop.call_soon(lambda: self._act(controls, pulse))

    def _act(self, controls: Controls, pulse: Pulse) -> None:
        """Follow a heartbeat, in the loop of the pass."""
        if not self._membership.lease.holds():
            controls.stop(LeaseLapsedError("the lease was not renewed in time"))
        if pulse.stop is not None:
            if not self.is_stopped:
                self._monitor.note(STOPPED)
            self.is_stopped = True
            (controls.abort if pulse.stop == ABORT else controls.stop)()
        failure = self._judge(self._job_tally(controls.progress().tally))
        if failure is not None:
            controls.stop(failure)
        if self._options.request_rate is not None:
            controls.change_rate(self._share(self._options.request_rate))

    def _job_tally(self, tally: Tally) -> Tally:
        """What all processes have done, of which `tally` is the current pass of this one."""
        others, total = self._membership.others(), Tally()
        total.succeeded, total.failed = others.succeeded, others.failed
        total.in_doubt = others.in_doubt
        total.add(self._done)
        total.add(tally)
        return total

    def _of_job(self, progress: Progress) -> Progress:
        """The progress of the whole job."""
        others = self._membership.others()
        return Progress(
            self._job_tally(progress.tally),
            progress.in_flight + others.in_flight,
            progress.limit + others.limit,
            progress.throttles + self._throttles + others.throttles,
        )
