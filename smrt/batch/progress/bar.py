"""A progress bar on the terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from smrt.output.console import Console
from smrt.output.progress import terminal_of

from .speed import ProgressValues

Opened = tuple[Callable[[ProgressValues], None], Callable[[str], None]]


@contextmanager
def opened_bar(console: Console) -> Iterator[Opened]:
    """A bar on standard error: a function that updates it, and one that prints notes above it."""
    from rich.progress import BarColumn, Progress, TextColumn

    from smrt.protocol.visible import visible

    terminal = terminal_of(console)
    columns = (BarColumn(bar_width=20), TextColumn("{task.description}", markup=False))
    bar = Progress(*columns, console=terminal, transient=True, auto_refresh=False)
    task = bar.add_task("starting", total=None)

    def show(values: ProgressValues) -> None:
        bar.update(task, completed=values.done, total=values.total, description=values.text)
        bar.refresh()

    with bar:
        yield (
            show,
            lambda text: terminal.print(f"smrt: {visible(text)}", markup=False, highlight=False),
        )
