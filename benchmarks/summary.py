"""Summaries of runs."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .measure import Run


class Row(NamedTuple):
    """The results of a peer in a scenario: seconds, bytes, and the ratio of smrt's time to its.

    `ratio` is the median over pairs of consecutive runs, so a host that becomes slower or faster
    affects both runs of a pair.
    """

    scenario: str
    peer: str
    median: float
    minimum: float
    ratio: float
    cpu: float
    memory: int
    runs: int


def row(
    scenario: str, peer: str, runs: Sequence[Run], *, beside: Sequence[Run], figure: str
) -> Row:
    """Summarize the `runs` of a peer; `beside` are smrt's runs, each just before one of them."""
    times = [getattr(run, figure) for run in runs]
    ours = [getattr(run, figure) for run in beside]
    return Row(
        scenario,
        peer,
        median=median(times),
        minimum=min(times),
        ratio=median(our / time for our, time in zip(ours, times, strict=True)),
        cpu=median(run.cpu for run in runs),
        memory=max(run.memory for run in runs),
        runs=len(runs),
    )


def median(values: Iterable[float]) -> float:
    """The median; importing statistics would add 5 MB to the lowest measurable peak memory."""
    ranked = sorted(values)
    return (ranked[len(ranked) // 2] + ranked[(len(ranked) - 1) // 2]) / 2


def table(rows: Sequence[Row]) -> str:
    """The rows of a scenario as lines of text."""
    lines = [f"  {'':<18}{'median':>9}{'minimum':>9}{'cpu':>9}{'memory':>9}   ratio"]
    lines += [
        f"  {each.peer:<18}{each.median * 1e3:>6.1f} ms{each.minimum * 1e3:>6.1f} ms"
        f"{each.cpu * 1e3:>6.1f} ms{each.memory / (1 << 20):>6.1f} MB"
        + ("" if each.peer == "smrt" else f"   {each.ratio:.2f}")
        for each in rows
    ]
    return "\n".join(lines)
