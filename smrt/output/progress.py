"""What a terminal shows while something takes its time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOBase

from .console import Console

Update = Callable[[str], None]


@contextmanager
def progress(console: Console, text: str) -> Iterator[Update]:
    """Show `text` and the seconds that pass where standard error is a terminal, else nothing.

    Gives what to tell notes to meanwhile; nothing is left on the terminal at the end.
    """
    if not console.complains_to_terminal:
        yield console.note
        return
    from rich.console import Console as Terminal
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from smrt.protocol.visible import visible

    terminal = Terminal(file=_Stderr(console), force_terminal=True)  # type: ignore[arg-type]  # it only writes
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    shown = Progress(*columns, console=terminal, transient=True)
    with shown:
        shown.add_task(visible(text), total=None)
        yield lambda note: terminal.print(f"smrt: {visible(note)}", markup=False, highlight=False)


class _Stderr(TextIOBase):
    """Standard error as the text file that rich writes to."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def write(self, text: str) -> int:
        """Say `text`, whose control sequences are rich's."""
        from smrt.protocol.visible import Painted

        self._console.say(Painted(text))
        return len(text)
