"""The state of all records of a job."""

from typing import NamedTuple


class JobStatus(NamedTuple):
    """Records by state; total = succeeded + failed + in doubt + in flight + not started."""

    total: int
    succeeded: int
    failed: int
    in_doubt: int
    """Records whose call may have run."""
    in_flight: int = 0
    """Records that a running process has sent."""
    partitions: int = 0
    committed: int = 0
    """Partitions that are done in this round."""
    round: int = 0
    """How many times failed records have been sent again."""
    pid: int | None = None
    """The other process that runs the job."""
    is_finished: bool = False
    """Whether the result is written."""

    @property
    def not_started(self) -> int:
        """Records that have not been sent."""
        return self.total - self.succeeded - self.failed - self.in_doubt - self.in_flight
