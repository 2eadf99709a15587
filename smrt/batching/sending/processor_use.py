"""Notices when one processor is not enough for a run."""

import os
from collections.abc import Callable
from time import monotonic, process_time

BUSY = 0.9
"""The share of a processor from which more processes would send more."""
PERIOD = 10.0
"""Seconds for which the share is computed."""


class ProcessorUse:
    """The share of a processor that this process uses; the clocks return seconds."""

    def __init__(
        self,
        clock: Callable[[], float] = monotonic,
        cpu_clock: Callable[[], float] = process_time,
        processors: int = os.cpu_count() or 1,
    ) -> None:
        self._clock, self._cpu_clock, self._processors = clock, cpu_clock, processors
        self._since, self._used = clock(), cpu_clock()
        self._is_reported = False

    def hint(self) -> str:
        """What to do, once, if the process was busy since the last call; else nothing."""
        now, used = self._clock(), self._cpu_clock()
        seconds, cpu = now - self._since, used - self._used
        self._since, self._used = now, used
        if self._is_reported or self._processors == 1 or cpu < BUSY * seconds:
            return ""
        self._is_reported = True
        return (
            f"one processor is used to {100 * cpu / seconds:.0f}%: "
            f"--workers {self._processors} uses more of them (stop, and resume with it)"
        )
