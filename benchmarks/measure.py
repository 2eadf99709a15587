"""Measure one run of a command from outside, with the operating system's resource usage.

Peak memory is never below that of the measuring process, some 15 MB: the kernel attributes it to
the child until the child executes the command.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

_UNIT = 1 if sys.platform == "darwin" else 1024


class Run(NamedTuple):
    """Wall time, CPU time and time to the first byte in seconds; peak memory in bytes."""

    wall: float
    cpu: float
    first: float
    memory: int


class FailedError(Exception):
    """A command exited with a status other than 0."""


def run(
    argv: list[str],
    environ: Mapping[str, str],
    stderr: str,
    clock: Callable[[], float] = time.perf_counter,
) -> Run:
    """Run `argv`; discard its output, and write its standard error to the file `stderr`."""
    reader, writer = os.pipe()
    actions = (
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, writer, 1),
        (os.POSIX_SPAWN_OPEN, 2, stderr, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
    )
    start = clock()
    child = os.posix_spawn(argv[0], argv, environ, file_actions=actions)
    os.close(writer)
    first = None
    while os.read(reader, 1 << 20):
        first = first or clock() - start
    _, status, usage = os.wait4(child, 0)
    wall = clock() - start
    os.close(reader)
    if status:
        raise FailedError(_last_line(stderr) or f"status {os.waitstatus_to_exitcode(status)}")
    cpu = usage.ru_utime + usage.ru_stime
    return Run(wall, cpu, first or wall, usage.ru_maxrss * _UNIT)


def _last_line(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return ([line.strip() for line in file if line.strip()] or [""])[-1]
