"""The process: signals come in here, and the exit status goes out."""

import os
import signal
from types import FrameType
from typing import NoReturn


class Terminated(BaseException):
    """A signal asks this process to end; what was begun is removed on the way out."""

    def __init__(self, number: int) -> None:
        self.number = number


def main() -> int:
    """Run `smrt` with the words of this process; ends by the signal that asked for it."""
    try:
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _terminate)
        from .cli import main as run

        return run()
    except KeyboardInterrupt:
        return 130
    except Terminated as exc:
        signal.signal(exc.number, signal.SIG_DFL)
        os.kill(os.getpid(), exc.number)
        return 128 + exc.number


def _terminate(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - the signature that is asked for
    raise Terminated(number)


if __name__ == "__main__":
    raise SystemExit(main())
