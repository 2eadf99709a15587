"""The process: handles signals, and returns the exit status."""

import _signal as signal  # type: ignore[import-not-found]  # importing signal itself takes a while
import atexit
import gc
import os
import sys
from types import FrameType
from typing import Any, NoReturn

SIGNALS = ("SIGTERM", "SIGHUP")
"""The signals that terminate this process; Windows has no SIGHUP."""

OBJECTS = 50_000
"""How many containers Python allocates before it collects garbage: more than a call needs, so that
no call is delayed; they take less than 10 MB."""


class Terminated(BaseException):
    """A signal terminates this process; partial files are removed."""

    def __init__(self, number: int) -> None:
        self.number = number


def run_process() -> NoReturn:
    """Run `main`, and end the process: the entry point of the installed command."""
    status = main()
    if _can_exit_at_once():
        os._exit(status)  # pragma: no cover - coverage has ended
    raise SystemExit(status)


def _can_exit_at_once() -> bool:
    """Whether nothing is left to do; Python would only free every object, one by one."""
    threading = sys.modules.get("threading")
    if atexit._ncallbacks() or (threading and threading.active_count() > 1):  # noqa: SLF001
        return False
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):  # there is no stream, or it is closed or broken
        return False
    return True


def main() -> int:
    """Run `smrt` with the arguments of this process; terminates by the signal it received."""
    gc.set_threshold(OBJECTS)
    try:
        return _run()
    except KeyboardInterrupt:  # pragma: no cover - while modules are imported, or at the end
        return 130


def _run() -> int:
    can_interrupt = signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
    try:
        if can_interrupt:
            signal.signal(signal.SIGINT, _interrupt_handler())
        for name in SIGNALS:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _terminate)
        from smrt.cli.main import main as run

        return run()
    except Terminated as exc:  # pragma: no cover - coverage has ended
        signal.signal(exc.number, signal.SIG_DFL)
        os.kill(os.getpid(), exc.number)
        return 128 + exc.number
    finally:
        if can_interrupt:  # Python's own end is not interrupted with a traceback either
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        gc.freeze()  # the process ends: no need to collect garbage


def _interrupt_handler() -> Any:
    """The handler of Ctrl-C; a completion ends by the signal, so that the shell cancels it, too."""
    is_completion = sys.argv[1:2] == ["complete"]
    return signal.SIG_DFL if is_completion else signal.default_int_handler


def _terminate(  # pragma: no cover - coverage has ended
    number: int,
    frame: FrameType | None,  # noqa: ARG001 - the signature of a handler
) -> None:
    """Raise Terminated; further signals do not interrupt the cleanup.

    They are not ignored: Python suppresses an exception that is raised in a finalizer, and then the
    next signal must work.
    """
    active = sys.exc_info()[1]
    while active is not None:
        if isinstance(active, Terminated):
            return
        active = active.__context__
    raise Terminated(number)


if __name__ == "__main__":
    run_process()
