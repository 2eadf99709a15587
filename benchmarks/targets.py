"""Targets for smrt: maximum ratios to a peer, and a maximum of memory.

There are no targets for times, which depend on the host.
"""

from collections.abc import Sequence
from typing import NamedTuple

from .summary import Row

MB = 1 << 20


class Target(NamedTuple):
    """A maximum ratio of smrt's figure to the peer's; without a peer, a maximum of bytes."""

    scenario: str
    peer: str
    figure: str
    at_most: float


TARGETS = (
    Target("http", "aws v1", "time", 0.19),
    Target("http", "aws v2", "time", 0.15),
    Target("http", "boto3", "time", 0.27),
    Target("http", "import click", "time", 1.45),
    Target("http", "aws v1", "memory", 0.45),
    Target("http", "aws v2", "memory", 0.45),
    Target("https", "aws v1", "time", 0.22),
    Target("https", "aws v2", "time", 0.22),
    Target("down", "curl", "time", 2.0),
    Target("down", "", "memory", 40 * MB),
    Target("version", "import click", "time", 1.2),
    Target("tab", "import click", "time", 0.36),  # 10 ms where importing click takes 28
)


class Verdict(NamedTuple):
    """A target and the measured value; None if it was not measured."""

    target: Target
    measured: float | None

    @property
    def is_missed(self) -> bool:
        """Whether the measured value is above the target."""
        return self.measured is not None and self.measured > self.target.at_most

    def __str__(self) -> str:
        scenario, peer, figure, at_most = self.target
        verdict = "not measured" if self.measured is None else "MISSED" if self.is_missed else "met"
        unit, of = (1.0, f"of {peer}'s") if peer else (MB, "MB")
        value = "-" if self.measured is None else f"{self.measured / unit:.2f}"
        limit = f"(at most {at_most / unit:g}) {of}"
        return f"{verdict:<12}  {scenario:<8} {figure:<6}  {value:>6} {limit}"


def verdicts(rows: Sequence[Row]) -> list[Verdict]:
    """Compare the results with each target."""
    by_peer = {(row.scenario, row.peer): row for row in rows}
    return [Verdict(target, _figure(target, by_peer)) for target in TARGETS]


def _figure(target: Target, rows: dict[tuple[str, str], Row]) -> float | None:
    ours = rows.get((target.scenario, "smrt"))
    if not target.peer:
        return ours and ours.memory
    theirs = rows.get((target.scenario, target.peer))
    if ours is None or theirs is None:
        return None
    return theirs.ratio if target.figure == "time" else ours.memory / theirs.memory
