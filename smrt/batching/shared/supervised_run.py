"""A run whose records are sent by workers that an engine starts: each joins the job."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import NamedTuple, Protocol

from smrt.batching.batch_report import BatchReport, RequestCounts
from smrt.batching.batch_session import Session
from smrt.batching.interruptions import Interruptions, handling
from smrt.batching.progress.display import opened_monitor
from smrt.batching.sending.monitor import Monitor, Progress
from smrt.batching.sending.send import STOPPING, Sent
from smrt.batching.sending.tally import Tally
from smrt.errors import ExitCode, SmrtError

from .beats import Beat
from .job_home import job_home
from .joined_run import JoinedRun
from .joined_state import stop_shared
from .membership import Membership

POLL_SECONDS = 1.0
MOST_RESTARTS = 10
"""How often each worker is started again if its engine does not do that."""
NO_FAILURE = (ExitCode.OK, ExitCode.FAILED)


class WorkerEnd(NamedTuple):
    """The end of a worker: its exit status and its error; None if the process died."""

    code: int | None
    requests: int = 0
    error_code: str = ""
    message: str = ""
    hints: Sequence[str] = ()


class Crew(Protocol):
    """Starts workers. Raises SmrtError."""

    def start(self, job: str) -> None:
        """Start one more worker that joins the job."""

    def ended(self, seconds: float) -> list[WorkerEnd]:
        """The workers that have ended since the last call; waits for the first so long."""

    def close(self) -> None:
        """End all that are left."""


class WorkerError(SmrtError):
    """The error of a worker."""

    def __init__(self, end: WorkerEnd) -> None:
        message = end.message or "a worker has died, again and again"
        super().__init__(message, *end.hints, code=end.error_code or "WorkerDied")
        self.exit_code = ExitCode(end.code or ExitCode.GENERAL)  # type: ignore[misc] # its own


def run_supervised(
    session: Session, path: str, open_crew: Callable[[], Crew], workers: int
) -> BatchReport:
    """Start the job at `path`, or go on with it, with so many workers."""
    with ExitStack() as stack:
        target = session.target
        home = job_home(path, target.config, target.connection)
        stack.callback(home.close)
        run = JoinedRun(session, home, stack)
        watched = run.watch()
        manifest = watched.store.folder.manifest()
        if manifest is not None and run.output_exists():
            return run.end(manifest)
        crew = open_crew()
        stack.callback(crew.close)
        membership = Membership(
            home.control, home.worker, watched.lease, watched.store.folder.round
        )
        watched.store.generations.is_alive = membership.is_alive
        with opened_monitor(session, watched.source) as monitor:
            shift = _Shift(path, crew, membership, monitor)

            def stop() -> None:
                stop_shared(home)

            interruptions = Interruptions(lambda: _stop(monitor, stop), stop)
            with handling(interruptions):
                failure = shift.work(workers, stop)
        requests = RequestCounts(shift.requests)
        manifest = watched.store.folder.manifest()
        if manifest is not None:
            report = run.end(manifest, requests)
            run.clear()
            return report
        sent = Sent(requests, failure, interruptions.count > 0)
        return run.ending.stopped(watched.store.status(), sent)


def _stop(monitor: Monitor, stop: Callable[[], None]) -> None:
    monitor.note(STOPPING)
    stop()


class _Shift:
    """The workers of a run, until all have ended."""

    def __init__(self, job: str, crew: Crew, membership: Membership, monitor: Monitor) -> None:
        self._job, self._crew = job, crew
        self._membership, self._monitor = membership, monitor
        self._shown_at = time.monotonic()
        self.requests = 0

    def work(self, workers: int, stop: Callable[[], None]) -> SmrtError | None:
        """Start workers, and wait for them; return the first error, for which all are stopped."""
        failure: SmrtError | None = None
        restarts = MOST_RESTARTS * workers
        for _ in range(workers):
            self._crew.start(self._job)
        running = workers
        while running:
            for end in self._crew.ended(POLL_SECONDS):
                running -= 1
                self.requests += end.requests
                if end.code is None and restarts and failure is None:
                    restarts, running = restarts - 1, running + 1
                    self._crew.start(self._job)
                elif failure is None and end.code not in (*NO_FAILURE, ExitCode.INTERRUPTED):
                    failure = WorkerError(end)
                    stop()
            self._show()
        return failure

    def _show(self) -> None:
        show, now = self._monitor.show, time.monotonic()
        if show is not None and now - self._shown_at >= self._monitor.show_seconds:
            self._shown_at = now
            show(_progress(self._membership.observed()))


def _progress(beat: Beat) -> Progress:
    tally = Tally()
    tally.succeeded, tally.failed, tally.in_doubt = beat.succeeded, beat.failed, beat.in_doubt
    return Progress(tally, beat.in_flight, beat.limit, beat.throttles)
