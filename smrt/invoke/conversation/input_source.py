"""Reads input when it is there, without changing its descriptor: shells share theirs."""

import os
import socket
import stat
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread
from typing import BinaryIO

from smrt.errors import SmrtError
from smrt.protocol.bidirectional.parts import Part

from .input_parts import Splitter

BLOCK = 1 << 16


class InputSource:
    """The parts of `file`. A thread reads a file that cannot be polled, such as a regular one."""

    def __init__(self, file: BinaryIO, splitter: Splitter) -> None:
        self._splitter = splitter
        self._parts: Iterator[Part] = iter(())
        self._next: deque[Part] = deque()
        self._relay = None if _can_be_polled(file) else _relayed(file)
        self._descriptor = file.fileno() if self._relay is None else self._relay.fileno()
        self._is_read = False

    @property
    def is_ended(self) -> bool:
        """Whether all parts were taken, and no more will come."""
        return self._is_read and not self._has_next()

    @property
    def wants_read(self) -> bool:
        """Whether to read once the descriptor is readable."""
        return not self._is_read and not self._has_next()

    def fileno(self) -> int:
        """The file descriptor to poll."""
        return self._descriptor

    def read(self) -> None:
        """Read once, which does not wait if the descriptor is readable. Raises SmrtError."""
        try:
            data = os.read(self._descriptor, BLOCK) if self._relay is None else self._relayed_data()
        except BlockingIOError:  # another process has read what was there
            return
        except OSError as exc:
            raise SmrtError(f"cannot read the input: {exc.strerror or exc}") from exc
        self._is_read = not data
        self._parts = self._splitter.feed(data) if data else self._splitter.end()

    def peek(self) -> Part | None:
        """The next part, None if none is complete. Raises UsageError for invalid input."""
        return self._next[0] if self._has_next() else None

    def take(self) -> None:
        """Remove the next part."""
        self._next.popleft()

    def close(self) -> None:
        """Stop the thread, if there is one."""
        if self._relay is not None:
            self._relay.close()

    def _has_next(self) -> bool:
        if not self._next:
            self._next.extend(part for part in (next(self._parts, None),) if part is not None)
        return bool(self._next)

    def _relayed_data(self) -> bytes:
        assert self._relay is not None
        return self._relay.recv(BLOCK)


def _can_be_polled(file: BinaryIO) -> bool:
    """Whether `file` is a pipe, a terminal or a socket; Windows polls only sockets."""
    try:
        mode = os.fstat(file.fileno()).st_mode
    except (OSError, ValueError):  # it is in memory
        return False
    return os.name == "posix" and not stat.S_ISREG(mode)


def _relayed(file: BinaryIO) -> socket.socket:
    """A socket that receives the content of `file` from a thread; a full one stops the thread."""
    here, there = socket.socketpair()
    Thread(target=_relay, args=(file, there), daemon=True).start()
    return here


def _relay(file: BinaryIO, there: socket.socket) -> None:
    read = getattr(file, "read1", file.read)
    with there, suppress(OSError, ValueError):  # the conversation may have ended
        while block := read(BLOCK):
            there.sendall(block)
