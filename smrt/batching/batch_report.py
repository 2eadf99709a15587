"""What a run of a batch reports at its end: counts, and why it is not a success."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from smrt.errors import ExitCode, SmrtError
from smrt.protocol.operations import Field, HttpLocation, Operation

from .job.job_status import JobStatus

_FIELDS = {
    "totalRecordCount": "Records of the input.",
    "processedRecordCount": "Records that have a result.",
    "successRecordCount": "Records that succeeded.",
    "errorRecordCount": "Records that failed.",
    "inDoubtRecordCount": "Records that may have run, and have no response.",
    "notStartedRecordCount": "Records that have not been sent.",
    "requestCount": "Requests of this run.",
    "requestBytes": "With --dry-run: bytes of all request bodies.",
    "retryCount": "Requests that were sent again after an error.",
    "throttleCount": "Requests that the endpoint rejected because it had too many.",
    "timeoutCount": "Requests without a response in time.",
    "halvedRequestCount": "Requests that were sent again in two halves.",
    "elapsedSeconds": "Seconds of this run.",
}
SUMMARY = Operation(
    "Batch",
    "",
    (),
    tuple(Field(name, HttpLocation.JSON, name, text) for name, text in _FIELDS.items()),
    "",
)
"""The summary of a run, as the response of an operation: --select names its fields."""


class RecordsFailedError(SmrtError):
    """Some records failed, or a maximum of requests ended the run."""

    exit_code = ExitCode.FAILED
    default_code = "RecordsFailed"


class MaxErrorsError(SmrtError):
    """More records failed than --max-errors permits."""

    exit_code = ExitCode.SERVICE
    default_code = "MaxErrors"


class RequestCounts(NamedTuple):
    """The requests of this run."""

    requests: int = 0
    retries: int = 0
    throttles: int = 0
    timeouts: int = 0
    halved: int = 0

    def __add__(self, other: tuple[object, ...]) -> "RequestCounts":
        """The sum of two processes."""
        assert isinstance(other, RequestCounts)
        return RequestCounts(*(one + two for one, two in zip(self, other, strict=True)))


class BatchReport(NamedTuple):
    """The end of a run. `error` is why it was not a success, `is_interrupted` that it is a signal.

    `next_steps` are what to do next, one line each.
    """

    status: JobStatus
    requests: RequestCounts
    elapsed: float
    error: SmrtError | None = None
    is_interrupted: bool = False
    next_steps: tuple[str, ...] = ()

    @property
    def values(self) -> Mapping[str, Any]:
        """The summary, in the words of Amazon Bedrock."""
        return {
            **status_values(self.status),
            "requestCount": self.requests.requests,
            "retryCount": self.requests.retries,
            "throttleCount": self.requests.throttles,
            "timeoutCount": self.requests.timeouts,
            "halvedRequestCount": self.requests.halved,
            "elapsedSeconds": round(self.elapsed, 3),
        }


def status_values(status: JobStatus) -> dict[str, Any]:
    """The counts of records."""
    in_flight = {"inFlightRecordCount": status.in_flight} if status.in_flight else {}
    return {
        "totalRecordCount": status.total,
        "processedRecordCount": status.succeeded + status.failed + status.in_doubt,
        "successRecordCount": status.succeeded,
        "errorRecordCount": status.failed,
        "inDoubtRecordCount": status.in_doubt,
        **in_flight,
        "notStartedRecordCount": status.not_started,
    }
