"""The instants at which an open loop sends, known before it starts."""

from array import array
from collections.abc import Callable, Iterator
from itertools import count
from math import inf, sqrt
from random import Random
from typing import NamedTuple

from .load_options import Level, LoadOptions


class Arrivals(NamedTuple):
    """Seconds from the start of a level, in order; those before the index `measured` warm it up."""

    offsets: "array[float]"
    measured: int


def plan_arrivals(level: Level, options: LoadOptions) -> Arrivals:
    """The arrivals of a level: the ramp, the warm-up, then those that are measured."""
    instants = map(_instant(level.request_rate, options.ramp_up), _events(level, options))
    offsets = array("d")
    warmup, first = options.warmup(level), inf
    total: float = inf
    for instant in instants:
        if first == inf and instant >= options.ramp_up:
            if warmup == 0:
                first, measured = instant, len(offsets)
                total = measured + (options.measured(level) or inf)
            warmup -= 1
        if len(offsets) >= total or instant >= first + (options.duration or inf):
            break
        offsets.append(instant)
    return Arrivals(offsets, measured)


def _events(level: Level, options: LoadOptions) -> Iterator[float]:
    """The events of a process that has one per second on average."""
    if options.arrival == "constant":
        yield from count(0.0, 1.0)
    random = Random(f"{options.seed} {level.label}")  # noqa: S311 - a schedule is no secret
    event = 0.0
    while True:
        event += random.expovariate(1.0)
        yield event


def _instant(rate: float, ramp: float) -> Callable[[float], float]:
    """From an event to its instant, if the rate rises evenly for `ramp` seconds to `rate`."""
    before = rate * ramp / 2
    return lambda event: (
        sqrt(2 * ramp * event / rate) if event < before else ramp + (event - before) / rate
    )
