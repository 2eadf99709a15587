"""Runs smrt on a pseudo-terminal."""

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


class TerminalResult(NamedTuple):
    """The result of a run: exit status, terminal output, and standard error."""

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
    afterwards: str = "",
) -> TerminalResult:
    """Run smrt with the arguments `words` on a terminal of `size` (lines and columns).

    Types `first` at the start, and each value of `keys` once its key is in the output. The code
    `afterwards` runs in the same process at the end; `before` is the terminal as it was.
    """
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-c", _STARTER.format(afterwards), *words],
        stdin=terminal,
        stdout=terminal,
        stderr=subprocess.PIPE,
        env={**env, "TERM": "xterm"},
        cwd=folder,
        start_new_session=True,
    ) as process:
        os.close(terminal)
        os.write(controller, first)
        screen = _interact(controller, dict(keys or {}))
        assert process.stderr is not None
        err = process.stderr.read().decode()
        code = process.wait(LIMIT)
    os.close(controller)
    return TerminalResult(code, screen, err)


_STARTER = """
import fcntl, os, sys, termios
before = termios.tcgetattr(0)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # Ctrl-C is a signal only on a controlling terminal
from smrt.__main__ import main
code = main()
{}
sys.exit(code)
"""


def _interact(controller: int, keys: dict[bytes, bytes]) -> bytes:
    """Type the keys until the terminal is closed, and return its output."""
    screen = b""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        if not select.select([controller], [], [], 0.1)[0]:
            continue
        try:
            data = os.read(controller, 1 << 16)
        except OSError:  # Linux: the terminal is closed
            break
        if not data:
            break
        screen += data
        for prompt in [prompt for prompt in keys if prompt in screen]:
            os.write(controller, keys.pop(prompt))
    return screen
