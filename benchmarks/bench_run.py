"""Runs `smrt bench` on a processor of its own, and reads its reports."""

import csv
import json
import os
import subprocess
import sys
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from . import workspace
from .many_calls import CLIENT_CPU
from .many_calls_client import ACCESS_KEY, NAME, SECRET_KEY

SMRT = "import sys; from smrt.__main__ import main; sys.exit(main())"
_PRIORITY = 10


class Reports(NamedTuple):
    """The figures of a run's one level, and its requests in the order of the schedule."""

    level: dict[str, Any]
    requests: list[dict[str, str]]


def send_load(folder: str, url: str, *options: str) -> None:
    """Run the command; raises CalledProcessError if it fails."""
    subprocess.run(
        [sys.executable, "-c", SMRT, "bench", "--endpoint-name", NAME, "--endpoint-url", url,
         "--content-type", "application/json", *options],
        cwd=folder,
        capture_output=True,
        check=True,
        preexec_fn=partial(use_processor, 0, CLIENT_CPU),
        env={
            **os.environ,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONPATH": workspace.CLONE,
        },
    )  # fmt: skip


def measured_load(folder: str, url: str, *options: str) -> Reports:
    """Run the command with reports, and read them."""
    document, rows = (os.path.join(folder, name) for name in ("run.json", "run.csv"))
    send_load(folder, url, *options, "--report", document, "--report", rows)
    with open(document) as file:
        [level] = json.load(file)["levels"]
    assert level["successes"] == level["requests"], level["errors"]
    with open(rows, newline="") as file:
        requests = sorted(csv.DictReader(file), key=lambda row: int(row["request_planned_ns"]))
    return Reports(level, requests)


def use_processor(process: int, cpu: int) -> None:
    """Run a process on one processor, before all other programs if that is permitted.

    The figures are those of an idle processor; on others, a process waits for its turn.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process, {cpu})
        with suppress(PermissionError):
            os.sched_setscheduler(process, os.SCHED_FIFO, os.sched_param(_PRIORITY))
