"""What smrt has promised: ratios to a peer that was measured beside it, and one bound on memory.

Times are no target: another machine has others.
"""

from collections.abc import Sequence
from typing import NamedTuple

from .summary import Row

MB = 1 << 20


class Target(NamedTuple):
    """At most so many times a peer's figure; `peer` empty: at most so many bytes."""

    scenario: str
    peer: str
    figure: str
    at_most: float


TARGETS = (
    Target("http", "aws v1", "time", 0.19),
    Target("http", "aws v2", "time", 0.19),
    Target("http", "boto3", "time", 0.30),
    Target("http", "import click", "time", 1.7),
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
    """A target and what was measured; None where its peer was not."""

    target: Target
    found: float | None

    @property
    def is_missed(self) -> bool:
        """Whether it was measured, and is more than promised."""
        return self.found is not None and self.found > self.target.at_most

    def __str__(self) -> str:
        scenario, peer, figure, at_most = self.target
        word = "not measured" if self.found is None else "MISSED" if self.is_missed else "met"
        unit, of = (1.0, f"of {peer}'s") if peer else (MB, "MB")
        found = "-" if self.found is None else f"{self.found / unit:.2f}"
        return (
            f"{word:<12}  {scenario:<8} {figure:<6}  {found:>6} (at most {at_most / unit:g}) {of}"
        )


def verdicts(rows: Sequence[Row]) -> list[Verdict]:
    """Each target, held against what was measured."""
    found = {(row.scenario, row.peer): row for row in rows}
    return [Verdict(target, _figure(target, found)) for target in TARGETS]


def _figure(target: Target, rows: dict[tuple[str, str], Row]) -> float | None:
    ours = rows.get((target.scenario, "smrt"))
    if not target.peer:
        return ours and ours.memory
    theirs = rows.get((target.scenario, target.peer))
    if ours is None or theirs is None:
        return None
    return theirs.ratio if target.figure == "time" else ours.memory / theirs.memory
