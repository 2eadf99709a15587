"""The results of partitions, read from their logs in the order of the input."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from typing import NamedTuple

from smrt.errors import SmrtError
from smrt.protocol.messages import masked_repr

from .disk.job_files import ERROR_CODE, storing
from .journal import Journal
from .logs.recovery import index_logs
from .logs.result_index import ResultIndex
from .outcomes import Outcome

_BUFFER = 1 << 17


class StoredResult(NamedTuple):
    """The rendered result of a record, and its outcome."""

    offset: int
    outcome: Outcome
    line: bytes

    def __repr__(self) -> str:
        return masked_repr(self, "line")


def partition_results(journals: Sequence[Journal]) -> Iterator[StoredResult]:
    """The results of a partition by its journals, one for each record, by offset."""
    logs = [log for journal in journals for log in journal.logs]
    total = 0
    for total, result in enumerate(logged_results(logs), 1):  # noqa: B007 - used below
        yield result
    expected = journals[-1].counts.total
    if total != expected:
        raise SmrtError(f"{logs[-1]} is damaged: {total} of {expected} results", code=ERROR_CODE)


def logged_results(logs: Sequence[str]) -> Iterator[StoredResult]:
    """The results in some logs by offset; of several for one offset, the latest."""
    if not logs:
        return
    with storing(logs[-1]), closing(ResultIndex()) as index, ExitStack() as stack:
        index_logs(index, logs)
        files = [stack.enter_context(open(log, "rb", buffering=_BUFFER)) for log in logs]
        for offset, log, position, size, outcome in index:
            files[log].seek(position)
            yield StoredResult(offset, outcome, files[log].read(size))
