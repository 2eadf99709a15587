"""Runs cases of several targets in equal shares of time, and reports what they show."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from random import Random
from types import MappingProxyType
from typing import Any

from .shrinking import shrunk
from .target import Target

Report = Callable[[str], None]


class Runner:
    """A run of `targets` with one seed; the n-th case of a target depends on nothing else.

    `least` has the cases per minute that a target needs, however long they take.
    """

    def __init__(
        self,
        targets: Mapping[str, Target],
        seed: int,
        report: Report,
        least: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self.findings: dict[str, str] = {}
        """The first case of each signature."""
        self._seed = seed
        self._report = report
        self._least = least
        self._shares = [Share(name, target, seed) for name, target in targets.items()]

    def run(self, seconds: float, clock: Callable[[], float]) -> None:
        """Run cases for `seconds`, and at least one of each target."""
        deadline = clock() + seconds
        while clock() < deadline:
            share = min(self._shares, key=lambda each: each.seconds)
            started_at = clock()
            self._run_next(share)
            share.seconds += clock() - started_at
        for share in self._shares:
            while share.count < max(1, self._least.get(share.name, 0) * seconds / 60):
                self._run_next(share)
        for share in self._shares:
            self._report(f"{share.name}: {share.count} cases")

    def run_one(self, number: int) -> None:
        """Run the case with this number, of each target."""
        for share in self._shares:
            share.skip(number)
            self._run_next(share)

    def _run_next(self, share: "Share") -> None:
        number, case = share.next_case()
        finding = share.target.run(case)
        if finding is None or (signature := share.name + finding.signature) in self.findings:
            return
        command = f"--seed {self._seed} --target {share.name} --case {number}"
        smallest = shrunk(share.target, case, finding)
        self.findings[signature] = command
        self._report(f"\n{share.name}: {finding}\n  python -m tests.fuzz {command}\n  {smallest}\n")


class Share:
    """A target, its cases, and the time that it has used."""

    def __init__(self, name: str, target: Target, seed: int) -> None:
        self.name = name
        self.target = target
        self.count = 0
        self.seconds = 0.0
        self._cases: Iterator[Any] = target.cases(Random(f"{seed} {name}"))

    def next_case(self) -> tuple[int, Any]:
        """The next case, and its number."""
        self.count += 1
        return self.count - 1, next(self._cases)

    def skip(self, count: int) -> None:
        """Make `count` cases without running them."""
        self.count += sum(1 for _ in islice(self._cases, count))
