"""The process: signals come in here, and the exit status goes out."""

import gc
import os
import signal
import sys
from types import FrameType

SIGNALS = ("SIGTERM", "SIGHUP")
"""What asks this process to end; Windows has no SIGHUP."""

OBJECTS = 50_000
"""How many containers may be made before Python looks for cycles among them: more than a call
makes, so that none is held up by it; less than 10 MB of them."""


class Terminated(BaseException):
    """A signal asks this process to end; what was begun is removed on the way out."""

    def __init__(self, number: int) -> None:
        self.number = number


def main() -> int:
    """Run `smrt` with the words of this process; ends by the signal that asked for it."""
    gc.set_threshold(OBJECTS)
    try:
        for name in SIGNALS:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _terminate)
        from smrt.cli.main import main as run

        return run()
    except KeyboardInterrupt:  # pragma: no cover - while modules are still being imported
        return 130
    except Terminated as exc:  # pragma: no cover - nothing is left to measure it
        signal.signal(exc.number, signal.SIG_DFL)
        os.kill(os.getpid(), exc.number)
        return 128 + exc.number
    finally:
        gc.freeze()  # the memory goes with the process: no need to look through it at the end


def _terminate(  # pragma: no cover - nothing is left to measure it
    number: int,
    frame: FrameType | None,  # noqa: ARG001 - the signature that is asked for
) -> None:
    """Begin the way out; whoever asks again does not disturb the cleaning up.

    Signals are not ignored for that: Python swallows an exception that comes in a finalizer, and
    then the next one has to count.
    """
    under_way = sys.exc_info()[1]
    while under_way is not None:
        if isinstance(under_way, Terminated):
            return
        under_way = under_way.__context__
    raise Terminated(number)


if __name__ == "__main__":
    raise SystemExit(main())
