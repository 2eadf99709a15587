"""Shows text through the user's pager."""

import shlex
import subprocess
from collections.abc import Mapping
from contextlib import suppress

from .console import Console


def page(text: str, command: str, console: Console, environ: Mapping[str, str]) -> None:
    """Show `text` through `command`, which no shell reads; without one that starts, print it.

    `less` is told to end by itself where all fits on a screen, unless LESS says otherwise.
    """
    try:
        words = shlex.split(command)
        started = subprocess.Popen(  # noqa: S603 - the user's own command, without a shell
            words, stdin=subprocess.PIPE, env={"LESS": "FRX", **environ}
        )
    except (OSError, ValueError, IndexError) as exc:
        console.note(f"the pager {command!r} cannot be started: {exc}")
        console.show([text])
        return
    with started, suppress(BrokenPipeError, KeyboardInterrupt):  # quitting early is no failure
        started.communicate(console.encoded(text))
