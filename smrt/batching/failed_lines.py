"""The lines of the input whose records failed, which are an input again: --errors."""

from collections.abc import Callable, Iterable, Iterator

from smrt.output import outfile

from .job.outcomes import Outcome
from .job.stored_results import StoredResult
from .records.layout import Layout
from .records.record import Record, RecordError, Result
from .records.rendering import Details
from .records.source import Source
from .sending.work import ResultMaker

FLAG = "--errors"


def write_failed_lines(
    plan: outfile.Plan, source: Source, layout: Layout, results: Iterable[StoredResult]
) -> None:
    """Write the lines of the records that have no success among `results`."""
    with outfile.writing(plan) as file:
        file.writelines(_lines(source, layout, results))


class ErrorRecorder:
    """Makes results as another ResultMaker does, and saves the lines of records that fail.

    `save` gets the offset of each record and its line, or nothing if it has succeeded.
    """

    def __init__(self, results: ResultMaker, save: Callable[[int, bytes], None]) -> None:
        self._results, self._save = results, save
        self.header = results.header

    def success(self, record: Record, body: bytes, details: Details | None = None) -> Result:
        """The result of a record to which the endpoint responded with `body`."""
        result = self._results.success(record, body, details)
        self._save(record.offset, b"" if result.ok else _ended_line(record.source))
        return result

    def failure(
        self, record: Record | RecordError, code: str, message: str, details: Details | None = None
    ) -> Result:
        """The error of a record."""
        self._save(record.offset, _ended_line(record.source))
        return self._results.failure(record, code, message, details)


def _lines(source: Source, layout: Layout, results: Iterable[StoredResult]) -> Iterator[bytes]:
    if source.header:
        yield source.header + b"\n"
    failed = (result.offset for result in results if result.outcome is not Outcome.SUCCEEDED)
    following = next(failed, None)
    for partition in layout.all_partitions():
        if following is None:
            return
        if following >= partition.end:
            continue
        for record in source.read(partition):
            if record.offset == following:
                yield _ended_line(record.source)
                following = next(failed, None)


def _ended_line(line: bytes) -> bytes:
    """A line with a line break; the last one of the input may have none."""
    return line if not line or line.endswith(b"\n") else line + b"\n"
