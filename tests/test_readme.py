"""The README's examples are run against `smrt local`, by an environment without an account."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.project import ROOT

README = (ROOT / "README.md").read_text()
EXAMPLES = re.findall(r"^```(sh|python)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SHELL = [text for language, text in EXAMPLES if language == "sh" and "make " not in text]
PYTHON = [text for language, text in EXAMPLES if language == "python"]
ECHO = "def model_fn(d): pass\ndef transform_fn(model, body, content_type, accept): return body\n"


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A container that keeps sessions, at its address."""
    folder = tmp_path_factory.mktemp("counter")
    ready, sessions = folder / "ready", folder / "sessions"
    ready.touch()
    sessions.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    kept = {
        "SAGEMAKER_ENABLE_STATEFUL_SESSIONS": "true",
        "SAGEMAKER_SESSIONS_PATH": str(sessions),
    }
    words = [sys.executable, "-m", "tests.support.container", str(port), str(ready)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        words, cwd=ROOT, env={**os.environ, **kept}, stdout=quiet, stderr=quiet
    ) as process:
        try:
            for _ in range(600):
                with socket.socket() as sock:
                    if not sock.connect_ex(("127.0.0.1", port)):
                        break
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def run(tmp_path: Path, counter: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command beside the examples, and with the endpoints, that the README speaks of."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / "photo.jpg").write_bytes(bytes(range(256)))
    for folder in ("photos", "shop", "bin"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "inference.py").write_text(ECHO)
    (tmp_path / "bin" / "smrt").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m smrt "$@"\n')
    (tmp_path / "bin" / "smrt").chmod(0o755)
    endpoints = ("iris=examples/iris", "storyteller=examples/storyteller", "photos=photos")
    local = ("local", "run", *endpoints, "shop=shop", f"counter={counter}", "--")
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(
        (sys.executable, "-m", "smrt", *local, *words),
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def name(text: str) -> str:
    """A few words of an example, for its test's id."""
    return re.sub(r"\W+", "-", text)[:70]


@pytest.mark.parametrize("text", SHELL, ids=name)
def test_a_shell_example_works(text: str, tmp_path: Path, counter: str) -> None:
    done = run(tmp_path, counter, "sh", "-eu", "-c", text)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.parametrize("text", PYTHON, ids=name)
def test_a_python_example_works(text: str, tmp_path: Path, counter: str) -> None:
    done = run(tmp_path, counter, sys.executable, "-c", text)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith('{"predictions": [{"species": "setosa"')


def test_the_endpoints_that_recipes_call_can_be_served(tmp_path: Path, counter: str) -> None:
    line = re.search(r"^smrt local start (.+)$", README, re.MULTILINE)
    assert line
    done = run(tmp_path, counter, "sh", "-c", f"smrt local run {line[1]} -- echo served")
    assert (done.returncode, done.stdout, done.stderr) == (0, "served\n", "")


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = re.findall(r"^make (\w+)", README, re.MULTILINE)
    assert named == ["demo", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in named)


def test_what_the_readme_points_at_is_there() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_files_that_contributing_names_are_there() -> None:
    named = set(re.findall(r"`([\w/]+\.py)`", (ROOT / "CONTRIBUTING.md").read_text()))
    assert named
    folders = (ROOT, ROOT / "smrt")
    assert [path for path in named if not any((top / path).exists() for top in folders)] == []
