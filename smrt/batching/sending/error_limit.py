"""Decides whether too many records have failed: --max-errors."""

from collections.abc import Callable

from smrt.batching.batch_options import ErrorLimit
from smrt.batching.batch_report import MaxErrorsError
from smrt.errors import SmrtError

from .tally import Tally

PERCENTAGE_FROM = 100
"""Records from which a percentage of errors is judged."""
Judge = Callable[[Tally], SmrtError | None]
"""From what has been done to a reason to stop, if there is one."""


def error_judge(limit: ErrorLimit | None) -> Judge:
    """The function that applies `limit`."""
    return lambda tally: None if limit is None else _excess(limit, tally)


def _excess(limit: ErrorLimit, tally: Tally) -> SmrtError | None:
    maximum = limit.maximum
    if limit.is_percentage:
        if tally.results < PERCENTAGE_FROM:
            return None
        maximum = limit.maximum / 100 * tally.results
    if tally.failed <= maximum:
        return None
    unit = "%" if limit.is_percentage else ""
    return MaxErrorsError(
        f"{tally.failed} records failed: more than --max-errors {limit.maximum:g}{unit}"
    )
