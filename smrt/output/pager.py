"""Shows text through the user's pager."""

import shlex
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from .console import Console


def show_paged(
    pieces: Sequence[str], command: str, console: Console, environ: Mapping[str, str]
) -> None:
    """Show text through `command`, which no shell reads; without one that starts, print it.

    What a pager shows, it shows on the terminal: `cat` passes everything on.

    `less` is told to end by itself where all fits on a screen, unless LESS says otherwise.
    """
    with _interrupts_left_to_the_pager():
        try:
            started = _started(command, environ)
        except (OSError, ValueError) as exc:
            console.note(f"the pager {command!r} cannot be started: {exc}")
            console.show(pieces)
            return
        with started, suppress(BrokenPipeError):  # to quit early is no failure
            started.communicate(console.encoded(pieces, terminal=True))


def _started(command: str, environ: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    words = shlex.split(command)
    if not words:
        raise ValueError("it is blank")
    return subprocess.Popen(  # noqa: S603 - the user's own command, without a shell
        words, stdin=subprocess.PIPE, env={"LESS": "FRX", **environ}
    )


@contextmanager
def _interrupts_left_to_the_pager() -> Iterator[None]:
    """Ctrl-C is for the pager: `less` stays, and has the terminal until it ends.

    A handler that does nothing, and not SIG_IGN, which the pager would inherit.
    """
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
