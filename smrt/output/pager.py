"""Shows text through the user's pager."""

import shlex
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from .console import Console


def show_paged(
    chunks: Sequence[str], command: str, console: Console, environ: Mapping[str, str]
) -> None:
    """Show text through `command`, which runs without a shell; if it cannot start, print the text.

    Control characters are escaped, as a pager such as `cat` passes them to the terminal.

    By default, LESS makes `less` exit if the text fits on one screen.
    """
    with _interrupts_for_the_pager():
        try:
            pager = _start(command, environ)
        except (OSError, ValueError) as exc:
            console.note(f"cannot start the pager {command!r}: {exc}")
            console.show(chunks)
            return
        with pager, suppress(BrokenPipeError):  # quitting early is no error
            pager.communicate(console.encoded(chunks, terminal=True))


def _start(command: str, environ: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    arguments = shlex.split(command)
    if not arguments:
        raise ValueError("the command is empty")
    return subprocess.Popen(  # noqa: S603 - the user's own command, without a shell
        arguments, stdin=subprocess.PIPE, env={"LESS": "FRX", **environ}
    )


@contextmanager
def _interrupts_for_the_pager() -> Iterator[None]:
    """Leave Ctrl-C to the pager: `less` keeps running, and controls the terminal until it exits.

    The handler does nothing; SIG_IGN would be inherited by the pager.
    """
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
