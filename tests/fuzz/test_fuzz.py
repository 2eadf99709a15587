"""The machinery of the fuzz targets: what it notices, repeats, and makes smaller."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count, islice
from random import Random
from threading import Event, Thread
from typing import NamedTuple

import pytest

from tests.support.project import ROOT

from . import sandbox
from .edits import Edit, edited
from .judging import judged
from .runner import Runner
from .sandbox import SECRET, Outcome, Setup
from .target import Finding
from .targets import TARGETS
from .watching import watched


class Numbers(NamedTuple):
    numbers: tuple[int, ...]


class Sevens:
    """A target whose runs fail with a seven, in one way, and with a nine, in another."""

    def cases(self, random: Random) -> Iterator[Numbers]:
        while True:
            yield Numbers(tuple(random.randrange(10) for _ in range(4)))

    def run(self, case: Numbers) -> Finding | None:
        for number, kind in ((7, "seven"), (9, "nine")):
            if number in case.numbers:
                return Finding(kind, f"in {len(case.numbers)} numbers")
        return None


def findings(seed: int, run: Callable[[Runner], None]) -> tuple[dict[str, str], str]:
    reports: list[str] = []
    runner = Runner({"sevens": Sevens()}, seed, reports.append)
    run(runner)
    return runner.findings, "\n".join(reports)


def test_a_finding_is_reported_once_with_its_smallest_case() -> None:
    ticks = count()
    found, report = findings(3, lambda runner: runner.run(500, lambda: float(next(ticks))))
    assert len(found) == 2
    assert report.count("Numbers(") == 2
    assert "Numbers(numbers=(7,))" in report
    assert "Numbers(numbers=(9,))" in report
    assert report.endswith("sevens: 167 cases")


def test_the_command_of_a_finding_repeats_it() -> None:
    ticks = count()
    found, _ = findings(3, lambda runner: runner.run(500, lambda: float(next(ticks))))
    for signature, command in found.items():
        number = int(command.split()[-1])
        again, _ = findings(3, lambda runner, n=number: runner.run_one(n))  # type: ignore[misc]
        assert again == {signature: command}


@pytest.mark.parametrize("name", TARGETS)
def test_a_seed_makes_the_same_cases(name: str) -> None:
    def first(seed: int) -> list[object]:
        return list(islice(TARGETS[name].cases(Random(seed)), 40))

    assert first(1) == first(1)
    assert first(1) != first(2)


def test_edits_are_applied_one_after_another() -> None:
    assert edited(b"abcdef", (Edit(1, 2, b"X"), Edit(3, 99), Edit(0, 0, b">"))) == b">aXd"


GOOD = Outcome(0, b"", "", (), {}, {})
FAILED = GOOD._replace(code=255, err="smrt: [ERROR]: lost\n")
WRONG = {
    "crash": GOOD._replace(problem="KeyError: 1"),
    "hang": GOOD._replace(problem="hang"),
    "defect": FAILED._replace(err="smrt: hint: this is a defect of smrt\n"),
    "undocumented exit status": GOOD._replace(code=3, err="?"),
    "failure without a message": FAILED._replace(err="\n"),
    "secret in the output": GOOD._replace(out=SECRET.encode()),
    "secret in a message": FAILED._replace(err=f"token {SECRET}"),
    "secret in a file": GOOD._replace(files={"out": SECRET.encode()}),
    "cached credentials that others can read": GOOD._replace(home={".aws/cli/cache": 0o40755}),
    "partial file": FAILED._replace(files={"out": b"ha"}),
    "temporary file left": GOOD._replace(files={".out.0123456789ab.smrt": b"half"}),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_no_run_may_do_is_a_finding(kind: str) -> None:
    finding = judged(WRONG[kind], bodies=(b"half",))
    assert finding is not None
    assert finding.kind == kind


@pytest.mark.parametrize("outcome", [GOOD, FAILED, FAILED._replace(files={"out": b"half"})])
def test_what_is_documented_is_none(outcome: Outcome) -> None:
    assert judged(outcome, bodies=(b"half",)) is None


CALL = ("invoke-endpoint", "--endpoint-name=e", "--body=e30=")


@pytest.mark.parametrize("real", [False, True])
def test_the_sandbox_runs_a_call(real: bool) -> None:  # noqa: FBT001 - a parameter of the table
    outcome = sandbox.run((*CALL, "out.json"), Setup(real=real))
    assert (outcome.code, outcome.files) == (0, {"out.json": b'{"predictions":[1]}'})
    assert [request.target for request in outcome.requests] == ["/endpoints/e/invocations"]
    assert judged(outcome) is None
    finding = judged(outcome, sends=False)
    assert finding is not None
    assert finding.kind == "request that should not be sent"


def test_a_hang_ends() -> None:
    with watched(0.01) as watch, watch:
        Event().wait()
    assert watch.problem.startswith("hang")


def test_an_exception_of_a_thread_is_noticed() -> None:
    with watched() as watch:
        thread = Thread(target=int, args=["seven"])
        thread.start()
        thread.join()
    assert watch.problem.startswith("ValueError: invalid literal")


def test_the_program_runs_one_case_of_one_target() -> None:
    options = ["--seed", "7", "--target", "event-streams", "--case", "0"]
    ran = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "seed 7\n0 findings\n"
