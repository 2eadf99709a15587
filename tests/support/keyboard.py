"""Runs a program on a pseudo-terminal: types, and reads its output, as a user does."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

from tests.support.polling import LIMIT

SEQUENCES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|[=>78DMc])"
)


class Terminal:
    """The program `argv` on a new pseudo-terminal; `output` is all of its output."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        size: tuple[int, int] = (40, 120),
    ) -> None:
        self._controller, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self.process = subprocess.Popen(
            argv,
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            cwd=cwd,
            env=env,
            start_new_session=True,
            preexec_fn=_own_terminal,  # noqa: PLW1509 - no other thread runs
        )
        os.close(terminal)
        self._screen = pyte.Screen(size[1], size[0])
        self._stream = pyte.Stream(self._screen)
        self.output = ""
        self._mark = 0

    def __enter__(self) -> "Terminal":  # noqa: PYI034 - Python 3.10 has no typing.Self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._controller)

    @property
    def new_output(self) -> str:
        """The output since the last typed text, without escape sequences."""
        return SEQUENCES.sub("", self.output[self._mark :])

    @property
    def screen(self) -> str:
        """The current content of the screen."""
        return "\n".join(line.rstrip() for line in self._screen.display).strip()

    def until_screen(self, *texts: str) -> str:
        """Wait until all of `texts` are on the screen, and return its content."""
        deadline = time.monotonic() + LIMIT
        while not all(text in self.screen for text in texts):
            remaining = deadline - time.monotonic()
            assert remaining > 0, f"{texts} not on the screen: {self.screen}"
            assert self._read(remaining), f"the program ended before {texts}: {self.screen}"
        return self.screen

    def type(self, text: str) -> None:
        """Type `text` when the program prints nothing more; `new_output` starts here."""
        self.quiet(0.02)
        self._mark = len(self.output)
        self.press(text)

    def press(self, text: str) -> None:
        """Type `text` immediately, even while the program processes earlier input."""
        os.write(self._controller, text.encode())

    def until(self, text: str) -> str:
        """Wait until `text` is in the output since the last typed text, and return that output."""
        deadline = time.monotonic() + LIMIT
        while text not in self.new_output:
            remaining = deadline - time.monotonic()
            assert remaining > 0, f"{text!r} not in the output: {self.new_output!r}"
            assert self._read(remaining), f"the program ended before {text!r}: {self.new_output!r}"
        return self.new_output

    def quiet(self, seconds: float = 0.4) -> str:
        """The output, once there has been none for `seconds`."""
        while self._read(seconds):
            pass
        return self.new_output

    def end(self) -> int:
        """Read to the end and return the exit status."""
        while self._read(LIMIT):
            pass
        return self.process.wait(LIMIT)

    def _read(self, seconds: float) -> bool:
        if not select.select([self._controller], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._controller, 1 << 16)
        except OSError:  # Linux: the other side is closed
            return False
        if b"\x1b[6n" in data:  # a query for the cursor position: terminals respond
            os.write(self._controller, b"\x1b[1;1R")
        text = data.decode(errors="replace")
        self._stream.feed(text)
        self.output += text
        return bool(data)


def _own_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
