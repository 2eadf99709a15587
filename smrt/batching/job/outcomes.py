"""The outcomes of records, and their counts."""

from enum import Enum, IntEnum
from typing import NamedTuple


class Outcome(IntEnum):
    """What became of a record that has a result."""

    SUCCEEDED = 0
    FAILED = 1
    IN_DOUBT = 2
    """Its call may or may not have run; its result is an error that says so."""


class InDoubt(Enum):
    """What happens to records whose call may have run: `--in-doubt`."""

    RESEND = "resend"
    SKIP = "skip"

    @property
    def retryable(self) -> tuple[Outcome, ...]:
        """The outcomes of the records that `--retry-failed` sends again."""
        if self is InDoubt.RESEND:
            return Outcome.FAILED, Outcome.IN_DOUBT
        return (Outcome.FAILED,)


class Counts(NamedTuple):
    """Records by outcome."""

    succeeded: int = 0
    failed: int = 0
    in_doubt: int = 0

    @property
    def total(self) -> int:
        """All records that have a result."""
        return sum(self)

    def __add__(self, other: tuple[object, ...]) -> "Counts":
        """The sum, outcome by outcome."""
        assert isinstance(other, Counts)
        return Counts(*(one + two for one, two in zip(self, other, strict=True)))
