"""Runs of a batch that are killed again and again: nothing is lost, little is repeated.

A fork server starts the runs, as a new Python for each would take ten times as long.
"""

import json
import signal
import time
from collections.abc import Iterator
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from smrt.batching.job.outcomes import InDoubt
from tests.batching.conftest import ModelServer, results, write_rows
from tests.batching.whole_runs import WholeRun, run_to_exit
from tests.fuzz.target import Finding

RECORDS = 60
LONGEST_RUN = 60.0
POLICIES = tuple(InDoubt)


class Kill(NamedTuple):
    """When a run is killed: in its file operation of this number, or after so many requests."""

    in_operation: bool
    number: int


class Case(NamedTuple):
    """When each run is killed, and how records are sent."""

    policy: int
    concurrency: int
    partition_size: int
    kills: tuple[Kill, ...]


def cases(random: Random) -> Iterator[Case]:
    """Up to 24 kills each, early ones too."""
    while True:
        kills = tuple(_kill(random) for _ in range(random.randrange(8, 25)))
        sizes = (32, 100, 1 << 20)
        yield Case(random.randrange(2), random.randrange(1, 9), random.choice(sizes), kills)


def _kill(random: Random) -> Kill:
    in_operation = random.random() < 0.5
    return Kill(in_operation, random.randrange(100 if in_operation else 8))


def run(case: Case) -> Finding | None:
    """Kill runs, let the last one end, and compare the result with that of an undisturbed run."""
    with TemporaryDirectory(prefix="smrt-fuzz-") as name:
        model = ModelServer()
        try:
            return _run(case, Path(name), model)
        finally:
            model.close()


def _run(case: Case, folder: Path, model: ModelServer) -> Finding | None:
    lines = write_rows(folder / "in.jsonl", RECORDS)
    killed = 0
    for planned in case.kills:
        code = _killed(case, folder, model, planned)
        if code != -signal.SIGKILL or WholeRun(folder, model.url).has_succeeded():
            break
        killed += 1
    else:
        code = _ended(_start(case, folder, model, None))
    if code not in (0, 1, -signal.SIGKILL):
        return Finding("a run that did not end", str(code))
    repeated = sum(model.counts.values()) - len(model.counts)
    if repeated > (0 if POLICIES[case.policy] is InDoubt.SKIP else killed * case.concurrency):
        return Finding("repeated requests", str(repeated))
    return _compared(case, (folder / "out.jsonl").read_bytes(), set(model.counts) == set(lines))


def _compared(case: Case, result: bytes, is_all_sent: bool) -> Finding | None:  # noqa: FBT001
    if POLICIES[case.policy] is InDoubt.RESEND:
        is_right = is_all_sent and result == results(RECORDS)
        return None if is_right else Finding("another result")
    values = [json.loads(line) for line in result.splitlines()]
    if [value["recordId"] for value in values] != list(range(1, RECORDS + 1)):
        return Finding("records without a result")
    in_doubt = sum("error" in value for value in values)
    if in_doubt > len(case.kills) * case.concurrency:
        return Finding("too many records in doubt", str(in_doubt))
    return None


@cache
def _forks() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload([run_to_exit.__module__])
    return context


def _start(case: Case, folder: Path, model: ModelServer, number: int | None) -> ForkServerProcess:
    options = {
        "in_doubt": POLICIES[case.policy],
        "concurrency": case.concurrency,
        "partition_size": case.partition_size,
    }
    args = (str(folder), model.url, options, number)
    process = _forks().Process(target=run_to_exit, args=args)
    process.start()
    return process


def _killed(case: Case, folder: Path, model: ModelServer, planned: Kill) -> int | None:
    """Run until the planned kill, or to the end; return the exit status."""
    target = model.handled + planned.number
    process = _start(case, folder, model, planned.number if planned.in_operation else None)
    if not planned.in_operation:
        deadline = time.monotonic() + LONGEST_RUN
        while model.handled < target and process.is_alive() and time.monotonic() < deadline:
            time.sleep(0.0005)
        process.kill()
    return _ended(process)


def _ended(process: ForkServerProcess) -> int | None:
    """The exit status; None if the process hangs."""
    process.join(LONGEST_RUN)
    code = process.exitcode
    process.kill()
    process.join()
    process.close()
    return code
