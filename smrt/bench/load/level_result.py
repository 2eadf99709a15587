"""What happened in one level."""

from typing import NamedTuple

from smrt.bench.measures.samples import Samples

from .load_options import Level


class LevelResult(NamedTuple):
    """The samples of a level, and how the client that sent it did.

    `dropped` are the instants of requests that were due and not sent, `unfinished` counts those
    that Ctrl-C ended. Without the time that it waited, the client used `cpu` seconds in `seconds`.
    `epoch_ns` is the time of the day at 0 on the loop's clock.
    """

    level: Level
    samples: Samples
    dropped: tuple[float, ...]
    unfinished: int
    cpu: float
    seconds: float
    epoch_ns: int
    is_interrupted: bool
    is_streaming: bool = False
