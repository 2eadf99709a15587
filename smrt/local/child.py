"""Runs a command beside the server, as a shell would."""

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from subprocess import Popen
from types import FrameType

_FORWARDED = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Windows has no SIGHUP."""


def run_command(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """The exit status of the command, 128 + N where signal N ended it.

    Ctrl-C reaches the command from the terminal itself, and what it makes of that is its own
    affair; signals that are meant to end us are passed on. Raises OSError where it cannot start.
    """
    running: list[Popen[bytes]] = []
    early: list[int] = []

    def forward(number: int, _: FrameType | None) -> None:
        if running:
            running[0].send_signal(number)
        else:
            early.append(number)

    with _handling(forward):
        process = Popen(arguments, env=environ)  # noqa: S603 - the user's own command
        running.append(process)
        for number in early:
            process.send_signal(number)
        status = process.wait()
    return status if status >= 0 else 128 - status


@contextmanager
def _handling(forward: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Sit Ctrl-C out by a handler that does nothing: the command would inherit an ignored one."""
    handlers = {signal.SIGINT: _wait, **dict.fromkeys(_FORWARDED, forward)}
    wanted = {
        number: handler
        for number, handler in handlers.items()
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(number: int, frame: FrameType | None) -> None:
    """Let the command decide."""
