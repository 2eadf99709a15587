"""A run on a real Ray: python -m tests.batching.ray_rounds.

A worker is killed, then the driver; its workers end by themselves, and the job is resumed. Every
record is in the result once, and only those that two attempts name were sent twice.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.batching.conftest import ModelServer, rows
from tests.batching.kill_rounds import named
from tests.support import polling
from tests.support.scripted_endpoint import Received, error, response

BAD = error(424, "ModelError", "bad row", OriginalStatusCode=400, OriginalMessage="bad")
MOST_SECONDS = 900.0
WORDS = ("--engine", "ray", "--address", "local", "--workers", "2", "--lease", "5")


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def worker_ids(job: Path) -> list[int]:
    """The process ids of the live workers, as the names of their heartbeats have them."""
    names = [path.name for path in job.glob("beat-*") if path.suffix != ".new"]
    return [pid for pid in (int(name.split("-")[-2]) for name in names) if exists(pid)]


def until(condition: Callable[[], object]) -> None:
    polling.until(condition, MOST_SECONDS)


def report(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run(records: int, kills: int, *, kills_driver: bool) -> None:
    bodies = rows(records)
    model = ModelServer()

    def respond(received: Received, _: int) -> bytes:
        return BAD if received.body == bodies[-1] else response(200, received.body)

    model.behavior = respond
    with ExitStack() as stack, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        job = folder / "job"
        (folder / "in.jsonl").write_bytes(b"".join(body + b"\n" for body in bodies))
        environ = {
            **os.environ,
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_DEDUP_LOGS": "0",
            "PYTHONPATH": os.getcwd(),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "else",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": model.url,
        }

        def start(*more: str) -> "subprocess.Popen[bytes]":
            process = subprocess.Popen(
                [sys.executable, "-m", "smrt", "batch", "--endpoint-name", "e", "in.jsonl",
                 "out.jsonl", "--job", "job", "--progress", "none", *WORDS, *more],
                cwd=folder,
                env=environ,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )  # fmt: skip
            stack.callback(process.communicate)
            stack.callback(process.kill)
            return process

        started_at = time.monotonic()
        process = start("--partition-size", str(max(2000, 10 * records // 32)))
        step = records // (kills + 3)
        for number in range(kills):
            until(lambda number=number: model.handled >= step * (number + 1) and worker_ids(job))  # type: ignore[misc]
            victim = random.choice(worker_ids(job))
            os.kill(victim, signal.SIGKILL)
            report(f"killed worker {victim} after {model.handled} calls")
        if kills_driver:
            until(lambda: model.handled >= step * (kills + 1))
            pids = worker_ids(job)
            process.kill()
            report(f"killed the driver after {model.handled} calls")
            until(lambda: not any(map(exists, pids)))
            report(f"its workers have ended by themselves after {model.handled} calls")
            process = start("--resume", "--partition-size", str(max(2000, 10 * records // 32)))
        out, err = process.communicate()
        assert process.returncode == 1, err.decode()
        lines = (folder / "out.jsonl").read_bytes().splitlines()
        ids = [json.loads(line)["recordId"] for line in lines]
        assert ids == list(range(1, records + 1))
        assert [n for n, line in enumerate(lines) if b'"error"' in line] == [records - 1]
        offsets, offset = {}, 0
        for body in bodies:
            offsets[body] = offset
            offset += len(body) + 1
        repeated = {offsets[body] for body, times in model.counts.items() if times > 1}
        in_doubt = named(path.read_bytes() for path in job.glob("part-*.log"))
        assert set(model.counts) == set(bodies)
        assert repeated <= in_doubt, repeated - in_doubt
        seconds = time.monotonic() - started_at
        report(
            f"{records} records, 0 lost, {len(repeated)} sent twice, {len(in_doubt)} named, "
            f"{seconds:.0f} s, printed {out.decode()}"
        )
    model.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=6000)
    parser.add_argument("--kills", type=int, default=1)
    parser.add_argument("--keep-driver", action="store_true")
    arguments = parser.parse_args()
    run(arguments.records, arguments.kills, kills_driver=not arguments.keep_driver)


if __name__ == "__main__":
    main()
