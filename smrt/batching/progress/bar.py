"""A progress bar on the terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from smrt.output.console import Console
from smrt.output.progress import terminal_of

from .speed import ProgressValues

LARGEST, SHARE = 20, 8
"""The bar has an eighth of the width of the terminal, at most 20 columns."""
Opened = tuple[Callable[[ProgressValues], None], Callable[[str], None]]


@contextmanager
def opened_bar(console: Console) -> Iterator[Opened]:
    """A bar on standard error: a function that updates it, and one that prints notes above it."""
    from rich.progress import BarColumn, Progress, TextColumn

    from smrt.protocol.visible import visible

    terminal = terminal_of(console)
    blocks = BarColumn()
    columns = (blocks, TextColumn("{task.description}", markup=False))
    bar = Progress(*columns, console=terminal, transient=True, auto_refresh=False)
    task = bar.add_task("starting", total=None)

    def show(values: ProgressValues) -> None:
        blocks.bar_width = size = min(LARGEST, terminal.width // SHARE)
        text = values.fitted(terminal.width - size - 1)
        bar.update(task, completed=values.done, total=values.total, description=text)
        bar.refresh()

    with bar:
        yield (
            show,
            lambda text: terminal.print(f"smrt: {visible(text)}", markup=False, highlight=False),
        )
