"""Starts a server in the background, and stops one."""

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, Popen
from tempfile import NamedTemporaryFile
from typing import NamedTuple

from smrt.errors import ConfigurationError

from .running_servers import RunningServer, make_folder, recorded_server, responds

_INTERVAL = 0.05
_STOP_ATTEMPTS = 200
_LOG = ".log"


class Detached(NamedTuple):
    """A server in the background, and the file with what it and its models print."""

    server: RunningServer
    log: Path


class StartError(Exception):
    """The server ended before it served: its exit status, and what it printed."""

    def __init__(self, status: int, output: str) -> None:
        super().__init__(output)
        self.status = status
        self.output = output


def start_detached(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    folder: Path,
    sleep: Callable[[float], None],
) -> Detached:
    """Run `smrt local start` with `arguments`, and return as soon as it serves.

    Raises StartError if it ends before, and ConfigurationError if it cannot write its log.
    """
    process, log = _spawn(arguments, environ, folder)
    try:
        while (server := recorded_server(folder, process.pid)) is None:
            _check_running(process, log)
            sleep(_INTERVAL)
    except BaseException as exc:
        process.terminate()
        log.unlink(missing_ok=True)
        raise exc from None
    process.returncode = 0  # it is not waited for
    return Detached(server, log.replace(log_path(folder, server.process_id)))


def _check_running(process: "Popen[bytes]", log: Path) -> None:
    """Raises StartError."""
    status = process.poll()
    if status is not None:
        raise StartError(status, log.read_text(errors="replace"))


def log_path(folder: Path, process_id: int) -> Path:
    """The log of the server with this process ID."""
    return folder / f"{process_id}{_LOG}"


def stop_server(server: RunningServer, folder: Path, sleep: Callable[[float], None]) -> bool:
    """Stop `server` as Ctrl-C does, and remove its log; return whether it has stopped."""
    with suppress(ProcessLookupError):
        os.kill(server.process_id, signal.SIGTERM)
    for _ in range(_STOP_ATTEMPTS):
        if not responds(server):
            log_path(folder, server.process_id).unlink(missing_ok=True)
            return True
        sleep(_INTERVAL)
    return False


def _spawn(
    arguments: Sequence[str], environ: Mapping[str, str], folder: Path
) -> "tuple[Popen[bytes], Path]":
    try:
        make_folder(folder)
        with NamedTemporaryFile(dir=folder, suffix=_LOG, delete=False) as log:
            process = Popen(  # noqa: S603 - this program itself
                [sys.executable, "-m", "smrt", "local", "start", *arguments],
                env=environ,
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=log,
                start_new_session=True,
            )
    except OSError as exc:
        raise ConfigurationError(f"cannot write to {folder}: {exc.strerror}") from exc
    return process, Path(log.name)
