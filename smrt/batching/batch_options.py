"""The options of a batch, typed: what the command line says beyond the parameters of a call."""

from typing import NamedTuple

from smrt.output.stream_format import StreamFormatOptions

from .job.outcomes import InDoubt
from .records.data_options import DataOptions

STANDARD_STREAM = "-"
"""The INPUT that is standard input, and the OUTPUT that is standard output."""
S3_SCHEME = "s3://"


def is_s3(path: str) -> bool:
    """Whether a path is an S3 URI."""
    return path.startswith(S3_SCHEME)


class ErrorLimit(NamedTuple):
    """How many records may fail before a run stops: a number, or a percentage."""

    maximum: float
    is_percentage: bool = False


class BatchOptions(NamedTuple):
    """The options of `smrt batch`; None where nothing is said."""

    input: str
    output: str
    data: DataOptions = DataOptions()
    job: str | None = None
    join: str | None = None
    """The job of several machines that this process joins, or starts."""
    lease: float = 60.0
    engine: str | None = None
    """What starts the workers of a job: ray."""
    address: str | None = None
    resume: bool = False
    retry_failed: bool = False
    in_doubt: InDoubt = InDoubt.RESEND
    keep_order: bool = True
    details: bool = False
    streaming: bool = False
    is_queued: bool = False
    """Whether the endpoint is asynchronous."""
    stage: str | None = None
    max_in_queue: int = 1000
    stream_format: StreamFormatOptions = StreamFormatOptions()
    workers: int = 1
    concurrency: int | None = None
    request_rate: float | None = None
    partition_size: int = 0
    max_errors: ErrorLimit | None = None
    max_requests: int | None = None
    errors: str | None = None
    progress: str = "auto"

    @property
    def prints_results(self) -> bool:
        """Whether results go to standard output."""
        return self.output == STANDARD_STREAM

    @property
    def shared_path(self) -> str | None:
        """The job of several machines, as the options name it."""
        is_shared = self.join is not None or self.engine is not None
        path = self.job_path
        return path if path is not None and (is_shared or is_s3(path)) else None

    @property
    def job_path(self) -> str | None:
        """The job folder; None for a run that stores nothing."""
        if self.join is not None:
            return self.join
        if self.job is not None or self.prints_results:
            return self.job
        return self.output.rstrip("/\\") + ".job"
