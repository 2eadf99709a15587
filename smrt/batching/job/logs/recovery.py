"""Where a partition stands, by the logs of earlier attempts."""

from array import array
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from typing import NamedTuple

from smrt.batching.job.outcomes import Counts, Outcome

from .job_log import ACCEPTED, SENT, UNSENT, read_log
from .result_index import ResultIndex
from .sorted_offsets import SortedOffsets, sorted_offsets


class Standing(NamedTuple):
    """Where a partition stands in a round."""

    counts: Counts = Counts()
    """All its results, by the outcome in the latest round."""
    stored: SortedOffsets = SortedOffsets()
    """The records that are not sent (again) in this round."""
    pending: SortedOffsets = SortedOffsets()
    """The records that were sent in this round, and have no result."""
    retried_in_doubt: Collection[int] = frozenset()
    """The records in doubt of earlier rounds that are sent again in this one."""
    settled: Counts = Counts()
    """The results of the records that are not sent (again) in this round."""
    accepted: Mapping[int, bytes] = {}
    """Those of the pending records that an asynchronous endpoint has queued, and where."""


def standing(
    earlier_logs: Sequence[str], logs: Sequence[str], retryable: Collection[Outcome]
) -> Standing:
    """Where a partition stands by the logs of earlier rounds, and of the current one.

    Records of earlier rounds whose outcome is in `retryable` are sent again.
    """
    if not earlier_logs and not logs:
        return Standing()
    with closing(ResultIndex()) as index:
        accepted: dict[int, bytes] = {}
        pending = index_logs(index, (*earlier_logs, *logs), accepted)
        return _standing(index, len(earlier_logs), retryable, pending)._replace(
            accepted={offset: accepted[offset] for offset in accepted.keys() & pending}
        )


def index_logs(
    index: ResultIndex, logs: Sequence[str], accepted: dict[int, bytes] | None = None
) -> set[int]:
    """Add the results in `logs`, in the order of the attempts; return the calls without one.

    `accepted` gets what is stored about the calls that were queued.
    """
    pending: set[int] = set()
    for number, path in enumerate(logs):
        for entry in read_log(path):
            if entry.kind == SENT:
                pending.update(entry.offsets)
            elif entry.kind == UNSENT:
                pending.difference_update(entry.offsets)
            elif entry.kind == ACCEPTED:
                if accepted is not None:
                    accepted[entry.offset] = bytes(entry.content)
            else:
                index.add(entry.offset, number, entry.position, len(entry.content), entry.kind)
                pending.discard(entry.offset)
    return pending


def _standing(
    index: ResultIndex, first_log: int, retryable: Collection[Outcome], pending: set[int]
) -> Standing:
    """The standing; `first_log` is the number of the first log of the current round."""
    counts, settled = [0] * len(Outcome), [0] * len(Outcome)
    stored, retried = array("Q"), set()
    for offset, log, _, _, outcome in index:
        counts[outcome] += 1
        if log >= first_log or outcome not in retryable:
            settled[outcome] += 1
            stored.append(offset)
        elif outcome is Outcome.IN_DOUBT:
            retried.add(offset)
    in_doubt = sorted_offsets(pending)
    return Standing(Counts(*counts), SortedOffsets(stored), in_doubt, retried, Counts(*settled))


def settled_counts(state: Standing, *, is_retry: bool) -> Counts:
    """The counts without the pending calls, which in a retry have an earlier result."""
    if not is_retry:
        return state.counts
    in_doubt = sum(offset in state.retried_in_doubt for offset in state.pending)
    return state.counts + Counts(failed=in_doubt - len(state.pending), in_doubt=-in_doubt)
