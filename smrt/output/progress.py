"""A spinner on the terminal while smrt waits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOBase
from typing import TYPE_CHECKING

from .console import Console

if TYPE_CHECKING:
    from rich.console import Console as RichConsole

Update = Callable[[str], None]


@contextmanager
def progress(console: Console, text: str) -> Iterator[Update]:
    """If standard error is a terminal, show `text` and the elapsed time.

    Yields a function that prints notes meanwhile; the spinner is removed at the end.
    """
    if not console.stderr_is_terminal:
        yield console.note
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.table import Column

    from smrt.protocol.visible import visible

    terminal = terminal_of(console)
    fixed, rest = Column(min_width=1, no_wrap=True), Column(ratio=1, no_wrap=True)
    columns = (
        SpinnerColumn(table_column=fixed),
        TimeElapsedColumn(table_column=fixed.copy()),
        TextColumn("{task.description}", markup=False, table_column=rest),
    )
    shown = Progress(*columns, console=terminal, transient=True, expand=True)
    with shown:
        shown.add_task(visible(text), total=None)
        yield lambda note: terminal.print(f"smrt: {visible(note)}", markup=False, highlight=False)


def terminal_of(console: Console) -> "RichConsole":
    """Standard error as a terminal of rich."""
    from rich.console import Console as Terminal

    return Terminal(file=_Stderr(console), force_terminal=True)  # type: ignore[arg-type]  # rich only calls write


class _Stderr(TextIOBase):
    """Standard error as the text file that rich writes to."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def write(self, text: str) -> int:
        """Print `text` with rich's control sequences."""
        from smrt.protocol.visible import Painted

        self._console.print_stderr(Painted(text))
        return len(text)
