"""Shows a benchmark while it runs: a live table on a terminal, else a line for each level."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from smrt.bench.figures.level_figures import LevelFigures
from smrt.bench.figures.percentiles import distribution
from smrt.bench.load.level_run import LevelProgress
from smrt.output.console import Console

from .summary_tables import level_table, plain_table
from .units import marked, percentage, rate

if TYPE_CHECKING:
    from rich.live import Live


class LineWatcher:
    """Prints a line to standard error when a level ends."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def progressed(self, progress: LevelProgress) -> None:
        """Print nothing: a log is not a terminal."""

    def finished(self, figures: LevelFigures) -> None:
        """Print what the level showed."""
        heads, row = level_table([figures])[1:]
        pairs = zip(heads, row[0], strict=True)
        self._console.note(", ".join(f"{head} {cell}" for head, cell in pairs))


class TableWatcher:
    """A table on standard error, with a row for each level, that is updated once a second.

    It is drawn between requests, by hand and not in a thread, and takes less than a millisecond.
    """

    def __init__(self, live: "Live") -> None:
        self._live = live
        self._levels: list[LevelFigures] = []

    def progressed(self, progress: LevelProgress) -> None:
        """Show the level that is running."""
        self._show(_progress_line(progress))

    def finished(self, figures: LevelFigures) -> None:
        """Add the row of a level."""
        self._levels.append(figures)
        self._show("")

    def _show(self, line: str) -> None:
        from rich.text import Text

        table = plain_table(level_table(self._levels)) if self._levels else ""
        lines = (table + line).rstrip("\n")
        shown = Text(lines, no_wrap=True, overflow="ellipsis")
        self._live.update(shown, refresh=True)


@contextmanager
def watching(console: Console) -> Iterator[LineWatcher | TableWatcher]:
    """The watcher that suits standard error; what it drew is removed at the end."""
    if not console.stderr_is_terminal:
        yield LineWatcher(console)
        return
    from rich.live import Live

    from smrt.output.progress import terminal_of

    with Live(console=terminal_of(console), auto_refresh=False, transient=True) as live:
        yield TableWatcher(live)


def _progress_line(progress: LevelProgress) -> str:
    recent = distribution(list(progress.recent))
    ended = progress.succeeded + progress.errors
    shown = (
        f"{marked(recent.percentile('50'))} / {marked(recent.percentile('99'))}" if recent else "-"
    )
    share = percentage(progress.errors / ended) if ended else "-"
    speed = rate(ended / progress.elapsed if progress.elapsed else None)
    dropped = f"  dropped {progress.dropped:,}" if progress.dropped else ""
    return (
        f"{progress.level.label:<8} {progress.elapsed:4.0f} s  {ended:,} of {progress.sent:,} "
        f"responses  {speed}/s  errors {share}  p50/p99 {shown} ms{dropped}"
    )
