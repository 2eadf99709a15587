"""What happens beside the calls of a run: progress is shown, and files are synced."""

from collections.abc import Callable
from typing import NamedTuple

from smrt.engine.event_loop import EventLoop

from .tally import Tally


class Progress(NamedTuple):
    """What is shown while records are sent."""

    tally: Tally
    in_flight: int
    limit: int
    throttles: int


class Controls(NamedTuple):
    """How a run is controlled from outside, and the loop that it runs in.

    `stop` accepts the error because of which it stops.
    """

    loop: EventLoop
    stop: Callable[..., None]
    abort: Callable[[], None]
    change_rate: Callable[[float], None]
    progress: Callable[[], Progress]


class Monitor(NamedTuple):
    """What happens beside the calls: `sync` every second, `show` every `show_seconds`.

    `attach` receives the controls before the first call. `job_tally` adds what other processes
    have done.
    """

    note: Callable[[str], None]
    sync: Callable[[], None] = lambda: None
    show: Callable[[Progress], None] | None = None
    show_seconds: float = 10.0
    attach: Callable[[Controls], None] = lambda _: None
    job_tally: Callable[[Tally], Tally] | None = None
