"""A real pseudo-terminal with a program in it, driven as a person would: typing and reading."""

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
    """The program `argv`, on a terminal of its own; `seen` is everything that it has shown."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        size: tuple[int, int] = (40, 120),
    ) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self.process = subprocess.Popen(
            argv,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=cwd,
            env=env,
            start_new_session=True,
            preexec_fn=_own_terminal,  # noqa: PLW1509 - no other thread runs here
        )
        os.close(theirs)
        self._screen = pyte.Screen(size[1], size[0])
        self._stream = pyte.Stream(self._screen)
        self.seen = ""
        self._mark = 0

    def __enter__(self) -> "Terminal":  # noqa: PYI034 - Self is younger than Python 3.10
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    @property
    def fresh(self) -> str:
        """What has been shown since the last key, without escape sequences."""
        return SEQUENCES.sub("", self.seen[self._mark :])

    @property
    def screen(self) -> str:
        """What stands on the screen now."""
        return "\n".join(line.rstrip() for line in self._screen.display).strip()

    def until_screen(self, *texts: str) -> str:
        """Wait until all of `texts` stand on the screen, and give what does."""
        deadline = time.monotonic() + LIMIT
        while not all(text in self.screen for text in texts):
            left = deadline - time.monotonic()
            assert left > 0, f"waited for {texts}, and saw {self.screen}"
            assert self._read(left), f"it ended before {texts}: {self.screen}"
        return self.screen

    def type(self, text: str) -> None:
        """Press keys."""
        self.quiet(0.02)
        self._mark = len(self.seen)
        self.press(text)

    def press(self, text: str) -> None:
        """Press keys at once, behind those that may still be at work."""
        os.write(self._ours, text.encode())

    def until(self, text: str) -> str:
        """Wait until `text` has been shown since the last key, and give what has been."""
        deadline = time.monotonic() + LIMIT
        while text not in self.fresh:
            left = deadline - time.monotonic()
            assert left > 0, f"waited for {text!r}, and saw {self.fresh!r}"
            assert self._read(left), f"it ended before {text!r}: {self.fresh!r}"
        return self.fresh

    def quiet(self, seconds: float = 0.4) -> str:
        """What has been shown, when nothing has been for some time."""
        while self._read(seconds):
            pass
        return self.fresh

    def end(self) -> int:
        """Read to the end; the exit status."""
        while self._read(LIMIT):
            pass
        return self.process.wait(LIMIT)

    def _read(self, seconds: float) -> bool:
        if not select.select([self._ours], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._ours, 1 << 16)
        except OSError:  # Linux: the other side is closed
            return False
        if b"\x1b[6n" in data:  # where is the cursor? terminals answer that
            os.write(self._ours, b"\x1b[1;1R")
        text = data.decode(errors="replace")
        self._stream.feed(text)
        self.seen += text
        return bool(data)


def _own_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
