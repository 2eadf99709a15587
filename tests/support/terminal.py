"""A real terminal: a process on a pseudo-terminal, and what it shows."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.support.polling import LIMIT


class Shown(NamedTuple):
    """What a run left behind: its status, the screen, and standard error."""

    code: int
    screen: bytes
    err: str


def on_terminal(
    words: list[str],
    *,
    env: Mapping[str, str],
    folder: Path,
    size: tuple[int, int] = (24, 80),
    first: bytes = b"",
    keys: Mapping[bytes, bytes] | None = None,
) -> Shown:
    """Run smrt with `words` on a terminal of `size` (lines and columns).

    What is typed: `first` before anything else, and what `keys` has for what is seen.
    """
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-c", _STARTER, *words],
        stdin=inner,
        stdout=inner,
        stderr=subprocess.PIPE,
        env={**env, "TERM": "xterm"},
        cwd=folder,
        start_new_session=True,
    ) as process:
        os.close(inner)
        os.write(outer, first)
        screen = _typed(outer, dict(keys or {}))
        assert process.stderr is not None
        err = process.stderr.read().decode()
        code = process.wait(LIMIT)
    os.close(outer)
    return Shown(code, screen, err)


_STARTER = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # Ctrl-C is a signal on a terminal that is ours
from smrt.__main__ import main
sys.exit(main())
"""


def _typed(outer: int, keys: dict[bytes, bytes]) -> bytes:
    """Type what is asked for until the other side has closed, and return the screen."""
    screen = b""
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        if not select.select([outer], [], [], 0.1)[0]:
            continue
        try:
            piece = os.read(outer, 1 << 16)
        except OSError:  # Linux: nobody has the other side open any more
            break
        if not piece:
            break
        screen += piece
        for seen in [seen for seen in keys if seen in screen]:
            os.write(outer, keys.pop(seen))
    return screen
