"""A partition in a round: its files, and what they say."""

from typing import NamedTuple

from smrt.batching.records.record import Partition

from .job_paths import JobPaths
from .journal import Journal, read_journal
from .logs.recovery import Standing, settled_counts, standing
from .outcomes import Counts, InDoubt


class PartitionRound(NamedTuple):
    """The records of a partition that are sent in a round: all in round 0, later the failed."""

    paths: JobPaths
    partition: Partition
    number: int
    """The number of the round."""
    in_doubt: InDoubt

    @property
    def journal_path(self) -> str:
        """The path of its journal."""
        return self.paths.journal(self.partition.number, self.number)

    def logs(self) -> list[str]:
        """The logs of this round, in the order of the attempts."""
        return self.paths.logs(self.partition.number, self.number)

    def journals(self) -> list[Journal]:
        """The journals up to this round; a round in which nothing was sent again has none."""
        numbers = range(self.number + 1)
        paths = (self.paths.journal(self.partition.number, number) for number in numbers)
        return [journal for path in paths if (journal := read_journal(path)) is not None]

    def final_counts(self) -> Counts | None:
        """The counts after this round; None if records are left to send."""
        journal = read_journal(self.journal_path)
        if journal is not None:
            return journal.counts
        earlier = self.journals()
        if not earlier or any(earlier[-1].counts[kind] for kind in self.in_doubt.retryable):
            return None
        return earlier[-1].counts

    def settled_counts(self) -> Counts:
        """The results that this round does not change any more."""
        final = self.final_counts()
        return self.standing().settled if final is None else final

    def standing(self) -> Standing:
        """Where it stands before the next attempt."""
        earlier = [log for journal in self.journals() for log in journal.logs]
        return standing(earlier, self.logs(), self.in_doubt.retryable)

    def unfinished_counts(self) -> tuple[Counts, int]:
        """The counts now, and the number of calls that are pending, which they do not include."""
        state = self.standing()
        return settled_counts(state, is_retry=self.number > 0), len(state.pending)
