"""Rounds of joined processes that are killed and frozen: python -m tests.batching.kill_rounds.

In each round three processes with clocks an hour apart work on one job, in a shared folder or in
S3; two are killed in turn, one is stopped past its lease and continued. Nothing may be lost, and
only those records may be sent twice that two attempts name.
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
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from smrt.batching.job.logs.job_log import SENT, UNSENT, read_log
from tests.batching.conftest import ModelServer, rows
from tests.support.polling import until
from tests.support.scripted_endpoint import Received, error, response
from tests.support.storage_server import bucket

RECORDS, CONCURRENCY, LEASE = 600, 4, 6.0
BAD = error(424, "ModelError", "bad row", OriginalStatusCode=400, OriginalMessage="bad")
SHIFTED = """
import sys, time
real = time.time
time.time = lambda: real() + {hours} * 3600.0
from smrt.__main__ import main
sys.exit(main())
"""


def entries(content: bytes) -> Iterator[tuple[int, list[int]]]:
    """The kinds and offsets of the entries of a log that say what was sent."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        for entry in read_log(file.name):
            if entry.kind in (SENT, UNSENT):
                yield entry.kind, list(entry.offsets)


def named(logs: Iterable[bytes]) -> set[int]:
    """The offsets that two attempts name as sent."""
    attempts: Counter[int] = Counter()
    for log in logs:
        sent: set[int] = set()
        for kind, offsets in entries(log):
            (sent.update if kind == SENT else sent.difference_update)(offsets)
        attempts.update(sent)
    return {offset for offset, times in attempts.items() if times > 1}


class Place:
    """Where the input, the output and the job are."""

    def __init__(self, folder: Path, storage: Any | None, number: int) -> None:
        self._folder, self._storage = folder, storage
        self._prefix = f"round{number}/"
        uri = f"s3://{storage.name}/{self._prefix}" if storage is not None else ""
        self.words = (f"{uri}in.jsonl", f"{uri}out.jsonl", "--join", f"{uri}job")

    def write(self, content: bytes) -> None:
        """Write the input."""
        if self._storage is None:
            (self._folder / "in.jsonl").write_bytes(content)
        else:
            self._storage.put_object(Key=self._prefix + "in.jsonl", Body=content)

    def result(self) -> bytes:
        """The output."""
        if self._storage is None:
            return (self._folder / "out.jsonl").read_bytes()
        return self._object(self._prefix + "out.jsonl")

    def logs(self) -> list[bytes]:
        """The logs of the attempts."""
        if self._storage is None:
            return [path.read_bytes() for path in (self._folder / "job").glob("part-*.log")]
        logs: dict[str, bytes] = {}
        for item in self._storage.objects.filter(Prefix=f"{self._prefix}job/logs/"):
            name = item.key.rpartition("/")[0]
            logs[name] = logs.get(name, b"") + self._object(item.key)
        return list(logs.values())

    def _object(self, key: str) -> bytes:
        content: bytes = self._storage.Object(key).get()["Body"].read()  # type: ignore[union-attr]
        return content


def slow_echo(received: Received, _: int) -> bytes:
    time.sleep(0.01)
    is_last = received.body == rows(RECORDS)[-1]  # so that the logs stay
    return BAD if is_last else response(200, received.body)


def run_round(place: Place, folder: Path, environ: Mapping[str, str], chance: random.Random) -> str:
    """One round; return what happened."""
    model = ModelServer()
    model.behavior = slow_echo
    bodies = rows(RECORDS)
    place.write(b"".join(body + b"\n" for body in bodies))
    with ExitStack() as stack:
        stack.callback(model.close)
        processes = []
        for number in range(3):
            wrapper = folder / f"clock{number}.py"
            wrapper.write_text(SHIFTED.format(hours=number - 1))
            words = ("--partition-size", "500", "--concurrency", str(CONCURRENCY))
            process = subprocess.Popen(
                [sys.executable, str(wrapper), "batch", "--endpoint-name", "e", *place.words,
                 *words, "--lease", str(LEASE), "--progress", "none"],
                cwd=folder,
                env={**environ, "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": model.url},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )  # fmt: skip
            stack.callback(process.communicate)
            stack.callback(process.kill)
            processes.append(process)
        chance.shuffle(processes)
        first, second, third = processes
        at = sorted(chance.sample(range(20, RECORDS - 100), 3))
        until(lambda: model.handled >= at[0])
        first.kill()
        until(lambda: model.handled >= at[1])
        third.send_signal(signal.SIGSTOP)
        until(lambda: model.handled >= at[2])
        second.kill()
        time.sleep(LEASE + 2)  # a lease cannot be awaited otherwise
        third.send_signal(signal.SIGCONT)
        _, err = third.communicate(timeout=300)
        assert third.returncode == 1, err.decode()
    values = [json.loads(line) for line in place.result().splitlines()]
    assert len(values) == RECORDS
    assert len({value["recordId"] for value in values}) == RECORDS
    assert [n for n, value in enumerate(values) if "error" in value] == [RECORDS - 1]
    assert set(model.counts) == set(bodies)
    offsets, offset = {}, 0
    for body in bodies:
        offsets[body] = offset
        offset += len(body) + 1
    repeated = {offsets[body] for body, times in model.counts.items() if times > 1}
    in_doubt = named(place.logs())
    assert repeated <= in_doubt, repeated - in_doubt
    return f"0 lost, {len(repeated)} sent twice, {len(in_doubt)} named"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    with bucket() as storage:
        environ = {
            **os.environ,
            "PYTHONPATH": os.getcwd(),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "else",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_S3": storage.url,
        }
        for number in range(arguments.rounds):
            for where in (None, storage):
                with tempfile.TemporaryDirectory() as folder:
                    place = Place(Path(folder), where, number)
                    done = run_round(place, Path(folder), environ, chance)
                kind = "S3" if where else "folder"
                sys.stdout.write(f"round {number}, {kind}: {done}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
