"""The end of a run: why it was no success, and what to do next."""

from time import monotonic
from typing import NamedTuple

from smrt.errors import SmrtError, StdoutClosedError

from .batch_report import BatchReport, MaxErrorsError, RecordsFailedError
from .batch_session import RESUME, RETRY_FAILED, Session
from .job.job_status import JobStatus
from .sending.send import Sent


class Ending(NamedTuple):
    """Makes the report of a run that started at `started_at`."""

    session: Session
    started_at: float

    @property
    def _has_job(self) -> bool:
        return self.session.options.job_path is not None

    @property
    def resume_step(self) -> str:
        """What to do to go on with the job."""
        return f"to resume: {self.session.command(RESUME)}"

    def complete(self, status: JobStatus, sent: Sent) -> BatchReport:
        """The report of a run after which every record has its result.

        The last of them may have been one error too many.
        """
        bad = status.failed + status.in_doubt
        error: SmrtError | None = None
        if bad:
            error = RecordsFailedError(f"{bad} of {status.total} records failed")
            if isinstance(sent.failure, MaxErrorsError):
                error = sent.failure
            if self._has_job:
                error.add_hints(f"to send them again: {self.session.command(RETRY_FAILED)}")
            if self.session.options.errors is not None:
                error.add_hints(f"their lines are in {self.session.options.errors}")
            elif not self._has_job:
                error.add_hints("--errors FILE saves their lines, to send them again")
        return self._report(status, sent, error)

    def stopped(self, status: JobStatus, sent: Sent, owner: int | None = None) -> BatchReport:
        """The report of a run that ended early; `owner` is a process that has records of it."""
        error = sent.failure
        if error is None and not sent.is_interrupted:
            process = "another process" if owner is None else f"process {owner}"
            error = SmrtError(f"{process} still sends records of this job", code="JobInUse")
        steps = (self.resume_step,) if self._has_job else ()
        if error is not None and not isinstance(error, StdoutClosedError):
            error.add_hints(*steps)
        report = self._report(status, sent, error)
        return report._replace(is_interrupted=sent.is_interrupted, next_steps=steps)

    def _report(self, status: JobStatus, sent: Sent, error: SmrtError | None) -> BatchReport:
        elapsed = monotonic() - self.started_at
        return BatchReport(status, sent.requests, elapsed, error)
