"""One run of a command, measured from outside, by the operating system's own account of it.

Peak memory is never below that of the measuring process, some 15 MB: the kernel counts it as the
child's until the child has become another program.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

_UNIT = 1 if sys.platform == "darwin" else 1024


class Run(NamedTuple):
    """Seconds until it had ended, of processor time, until its first byte; bytes of memory."""

    wall: float
    cpu: float
    first: float
    memory: int


class FailedError(Exception):
    """A command that ended with another status than 0."""


def run(
    argv: list[str],
    environ: Mapping[str, str],
    complaints: str,
    clock: Callable[[], float] = time.perf_counter,
) -> Run:
    """Run `argv`, its output read and thrown away, what it complains of put into a file."""
    ours, theirs = os.pipe()
    actions = (
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, theirs, 1),
        (os.POSIX_SPAWN_OPEN, 2, complaints, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
    )
    start = clock()
    child = os.posix_spawn(argv[0], argv, environ, file_actions=actions)
    os.close(theirs)
    first = None
    while os.read(ours, 1 << 20):
        first = first or clock() - start
    _, status, usage = os.wait4(child, 0)
    wall = clock() - start
    os.close(ours)
    if status:
        raise FailedError(_last_line(complaints) or f"status {os.waitstatus_to_exitcode(status)}")
    cpu = usage.ru_utime + usage.ru_stime
    return Run(wall, cpu, first or wall, usage.ru_maxrss * _UNIT)


def _last_line(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return ([line.strip() for line in file if line.strip()] or [""])[-1]
