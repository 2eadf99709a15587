"""The wait options of the two commands that can wait."""

from collections.abc import Collection, Iterator, Sequence

import click

from smrt.invoke.option_table import BODY, METADATA, SHARED, WAIT_TIMEOUT, Row
from smrt.invoke.options import GlobalOptions
from smrt.invoke.waiting import WaitOptions, wait_timeout_seconds
from smrt.protocol.urls import without_userinfo

ROWS = (WAIT_TIMEOUT, METADATA, *BODY, *SHARED)


def wait_options(
    ctx: click.Context, shared: GlobalOptions, excluded: Collection[str] = ()
) -> WaitOptions:
    """The wait options; the command that resumes the wait leaves out the flags `excluded`.

    Raises UsageError for an invalid timeout.
    """
    timeout = wait_timeout_seconds(ctx.params[WAIT_TIMEOUT.dest])
    rows = [row for row in ROWS if row.flag not in excluded]
    return WaitOptions(shared, timeout, tuple(_words(ctx, rows)))


def _words(ctx: click.Context, rows: Sequence[Row]) -> Iterator[str]:
    """The options of `rows` as the user wrote them, for another command line."""
    for row in rows:
        value = ctx.params[row.dest]
        if value not in (None, False):
            yield f"{row.flag}={without_userinfo(str(value))}" if row.takes_value else row.flag
