"""Runs a command next to the server, as a shell would."""

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from subprocess import Popen
from types import FrameType

_FORWARDED = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Windows has no SIGHUP."""


def run_command(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the command and return its exit status, 128 + N if signal N ended it.

    The terminal sends Ctrl-C to the command, which handles it; SIGTERM and SIGHUP are forwarded.
    Raises OSError if the command cannot start.
    """
    running: list[Popen[bytes]] = []
    pending: list[int] = []

    def forward(number: int, _: FrameType | None) -> None:
        if running:
            running[0].send_signal(number)
        else:
            pending.append(number)

    with _handling(forward):
        process = Popen(arguments, env=environ)  # noqa: S603 - the user's own command
        running.append(process)
        for number in pending:
            process.send_signal(number)
        status = process.wait()
    return status if status >= 0 else 128 - status


@contextmanager
def _handling(forward: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle Ctrl-C by doing nothing: the command would inherit SIG_IGN, but not a handler."""
    handlers = {signal.SIGINT: _do_nothing, **dict.fromkeys(_FORWARDED, forward)}
    installed = {
        number: handler
        for number, handler in handlers.items()
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    before = {number: signal.signal(number, handler) for number, handler in installed.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _do_nothing(number: int, frame: FrameType | None) -> None:
    """The command decides."""
