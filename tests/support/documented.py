"""What the examples of help and docs call: endpoints and an S3 on loopback, and files."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import boto3

from tests.conftest import without_coverage
from tests.support.polling import LIMIT
from tests.support.project import ROOT

ECHO = """
def model_fn(model_dir):
    return None

def transform_fn(model, body, content_type, accept):
    return body, content_type

def stream_fn(model, messages):
    yield from messages
"""
ENDPOINTS = {
    "my-endpoint": "model",
    "my-llm": "examples/storyteller",
    "iris": "examples/iris",
    "storyteller": "examples/storyteller",
    "counter": "examples/counter",
    "my-models": "models",
    "my-components/ranker": "model",
}
OBJECTS = ("input.csv", "output/1.out")
"""In the bucket `my-bucket`."""
REPORT = {
    "schema": "smrt-bench",
    "version": 1,
    "levels": [
        {
            "label": "1",
            "window_seconds": 40.0,
            "metrics": {"latency": {}},
            "seconds": [{"second": n, "samples": {"latency": [9.0, 10.0 + n]}} for n in range(40)],
        }
    ],
}
"""What `smrt bench compare` reads of a report."""
FLOWERS = "5.1,3.5,1.4,0.2\n6.3,3.3,6.0,2.5\n"


def fill(folder: Path) -> None:
    """Put the files and models that examples name into `folder`."""
    shutil.copytree(ROOT / "examples", folder / "examples")
    (folder / "input.csv").write_text(FLOWERS)
    (folder / "prompt.json").write_text('{"prompt": "The Queen", "max_tokens": 8, "seed": 7}')
    (folder / "photo.jpg").write_bytes(bytes(range(256)))
    (folder / "test_client.py").write_text("print('1 passed')\n")
    (folder / "rows.csv").write_text(FLOWERS)
    (folder / "prompts.jsonl").write_text('{"prompt": "The Queen"}\n{"prompt": "The Hatter"}\n')
    (folder / "requests.jsonl").write_text('{"model": "my-endpoint", "input": {"x": 1}}\n')
    (folder / "images").mkdir()
    (folder / "images" / "photo.jpg").write_bytes(bytes(range(256)))
    for name in ("old", "old-1", "old-2", "new", "new-1", "new-2"):
        (folder / f"{name}.json").write_text(json.dumps(REPORT))
    (folder / "model").mkdir()
    (folder / "model" / "inference.py").write_text(ECHO)
    (folder / "models").mkdir()
    with tarfile.open(folder / "models" / "season-3.tar.gz", "w:gz") as archive:
        archive.add(folder / "model" / "inference.py", "code/inference.py")


def environ_with_smrt(folder: Path) -> dict[str, str]:
    """A PATH on which `smrt` and `python3` are those that these tests test; a home of its own."""
    (folder / "bin").mkdir()
    for name, words in (("smrt", "-m smrt "), ("python3", "")):
        (folder / "bin" / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words}"$@"\n')
        (folder / "bin" / name).chmod(stat.S_IRWXU)
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(folder)}


@contextmanager
def served(folder: Path) -> Iterator[Mapping[str, str]]:
    """The variables of a `smrt local start` with the endpoints that examples call."""
    fill(folder)
    named = [f"{name}={path}" for name, path in ENDPOINTS.items()]
    words = [sys.executable, "-m", "smrt", "local", "start", "--port", "0", *named]
    env, pipe = without_coverage(_environ_without_account(folder)), subprocess.PIPE
    with subprocess.Popen(words, cwd=folder, env=env, stdout=pipe, text=True) as process:
        try:
            yield _with_objects(_exports(process))
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=LIMIT)


def _environ_without_account(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**kept, "PYTHONPATH": str(ROOT), "HOME": str(folder)}


def _exports(process: "subprocess.Popen[str]") -> dict[str, str]:
    """The variables that a server prints, before it serves."""
    assert process.stdout
    exports = {}
    for line in process.stdout:
        match = re.fullmatch(r"export (\w+)=(.*)\n", line)
        assert match
        exports[match[1]] = match[2]
        if match[1] == "NO_PROXY":
            break
    return exports


def _with_objects(env: dict[str, str]) -> Mapping[str, str]:
    for key in OBJECTS:
        put_object(env, "my-bucket", key, FLOWERS.encode())
    return env


def put_object(env: Mapping[str, str], bucket: str, key: str, content: bytes) -> None:
    """Put an object into the S3 of a server with these variables."""
    client = boto3.client(
        "s3",
        endpoint_url=env["AWS_ENDPOINT_URL_S3"],
        region_name="us-east-1",
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
    )
    client.create_bucket(Bucket=bucket)
    client.put_object(Bucket=bucket, Key=key, Body=content)
    client.close()


def run(
    folder: Path, words: Sequence[str], served: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run an example in `folder`, with its files, against what is served."""
    fill(folder)
    return subprocess.run(
        words,
        cwd=folder,
        env={**environ_with_smrt(folder), **served},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
