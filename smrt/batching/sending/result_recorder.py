"""Stores the results of records, and commits partitions that are complete."""

from collections.abc import Callable, Iterable, Sequence

from smrt.batching.records.record import Record, RecordError, Result
from smrt.errors import SmrtError

from .flight import Flight, OpenPartition
from .tally import Tally
from .work import ResultMaker


class ResultRecorder:
    """Stores results and counts them. `judged` is called after each with the tally."""

    def __init__(self, results: ResultMaker, tally: Tally, judged: Callable[[Tally], None]) -> None:
        self._results, self._tally, self._judged = results, tally, judged

    def fail(self, current: OpenPartition, error: RecordError) -> None:
        """A part of the input that cannot be sent gets its error as the result."""
        self.store(current, [self._results.failure(error, error.code, error.message)])

    def store(self, current: OpenPartition, results: Sequence[Result]) -> None:
        """Store results of records of a partition."""
        current.attempt.responses(results)
        succeeded = sum(result.ok for result in results)
        self._tally.succeeded += succeeded
        self._tally.failed += len(results) - succeeded
        self._stored(current, len(results))

    def doubt(
        self,
        current: OpenPartition,
        records: Iterable[Record | RecordError],
        code: str,
        message: str,
    ) -> None:
        """Records whose calls may have run, and are not sent again."""
        for record in records:
            result = self._results.failure(record, code, message)
            current.attempt.response(record.offset, result.line, ok=False, in_doubt=True)
            self._tally.in_doubt += 1
            self._stored(current, 1)

    def put_back(self, flight: Flight) -> None:
        """Records that were not run count as not started."""
        flight.partition.attempt.unsent([record.offset for record in flight.pack.records])

    def commit(self, current: OpenPartition) -> None:
        """Commit a partition of which every record has its result."""
        if not current.is_read or current.outstanding:
            return
        results = current.attempt.counts.total
        if results != current.records:
            number = current.attempt.partition.number
            raise SmrtError(
                f"partition {number} has {results} results for {current.records} records",
                "the input or the job folder has been changed: start again with a new output",
                code="CountMismatch",
            )
        current.attempt.commit()

    def _stored(self, current: OpenPartition, records: int) -> None:
        current.outstanding -= records
        self.commit(current)
        self._judged(self._tally)
