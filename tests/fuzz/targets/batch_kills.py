"""Runs of `smrt batch` that are killed again and again: nothing is lost, little is repeated."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.batch.conftest import ModelServer, results, write_rows
from tests.fuzz.target import Finding
from tests.support.project import ROOT

RECORDS = 120
LONGEST_RUN = 60.0
POLICIES = ("resend", "skip")
ENVIRON = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secretEXAMPLE",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "PYTHONPATH": str(ROOT),
}


class Case(NamedTuple):
    """After how many more requests each run is killed, and how records are sent."""

    policy: int
    concurrency: int
    partition_size: int
    kills: tuple[int, ...]


def cases(random: Random) -> Iterator[Case]:
    """Some kills each, early ones too."""
    while True:
        kills = tuple(random.randrange(20) for _ in range(random.randrange(1, 8)))
        sizes = (64, 300, 1 << 20)
        yield Case(random.randrange(2), random.randrange(1, 17), random.choice(sizes), kills)


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
    for number in (*case.kills, None):
        process = _start(case, folder, model)
        code, err = _ended(process, model, number)
        if code in (0, 1):
            break
        if number is None:
            return Finding("a run that did not end", f"{code}: {err}")
        killed += 1
    repeated = sum(model.counts.values()) - len(model.counts)
    if repeated > (0 if POLICIES[case.policy] == "skip" else killed * case.concurrency):
        return Finding("repeated requests", str(repeated))
    return _compared(case, (folder / "out.jsonl").read_bytes(), set(model.counts) == set(lines))


def _compared(case: Case, result: bytes, is_all_sent: bool) -> Finding | None:  # noqa: FBT001
    if POLICIES[case.policy] == "resend":
        is_right = is_all_sent and result == results(RECORDS)
        return None if is_right else Finding("another result")
    values = [json.loads(line) for line in result.splitlines()]
    if [value["recordId"] for value in values] != list(range(1, RECORDS + 1)):
        return Finding("records without a result")
    in_doubt = sum("error" in value for value in values)
    if in_doubt > len(case.kills) * case.concurrency:
        return Finding("too many records in doubt", str(in_doubt))
    return None


def _start(case: Case, folder: Path, model: ModelServer) -> "subprocess.Popen[bytes]":
    options = ("--in-doubt", POLICIES[case.policy], "--concurrency", str(case.concurrency))
    size = ("--partition-size", str(case.partition_size), "--progress", "none")
    words = ("batch", "--endpoint-name", "e", "--endpoint-url", model.url, *options, *size)
    return subprocess.Popen(
        [sys.executable, "-m", "smrt", *words, "--resume", "in.jsonl", "out.jsonl"],
        cwd=folder,
        env={**ENVIRON, "PATH": os.environ["PATH"], "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _ended(
    process: "subprocess.Popen[bytes]", model: ModelServer, number: int | None
) -> tuple[int, str]:
    """Kill the process after `number` more requests, if that is not None; return how it ended."""
    if number is not None:
        target, deadline = model.handled + number, time.monotonic() + LONGEST_RUN
        while model.handled < target and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.0005)
        process.kill()
    try:
        _, err = process.communicate(timeout=LONGEST_RUN)
    except subprocess.TimeoutExpired:
        process.kill()
        _, err = process.communicate()
    return process.returncode, err.decode(errors="replace")
