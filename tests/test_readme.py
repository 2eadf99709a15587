"""The README's examples are run, in a copy of the clone and an environment without an account."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
EXAMPLES = re.findall(r"^```(sh|python)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SHELL = [text for language, text in EXAMPLES if language == "sh" and "make " not in text]
PYTHON = [text for language, text in EXAMPLES if language == "python"]


def run(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command beside the examples, with this interpreter's `smrt` first on PATH."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "smrt").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m smrt "$@"\n')
    (bin_folder / "smrt").chmod(0o755)
    return subprocess.run(
        words,
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": f"{bin_folder}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def name(text: str) -> str:
    """A few words of an example, for its test's id."""
    return re.sub(r"\W+", "-", text)[:60]


@pytest.mark.parametrize("text", SHELL, ids=name)
def test_a_shell_example_works(text: str, tmp_path: Path) -> None:
    done = run(tmp_path, "sh", "-eu", "-c", text)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.parametrize("text", PYTHON, ids=name)
def test_a_python_example_works(text: str, tmp_path: Path) -> None:
    local = (sys.executable, "-m", "smrt", "local", "run", f"iris={ROOT / 'examples/iris'}", "--")
    done = run(tmp_path, *local, sys.executable, "-c", text)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = re.findall(r"^make (\w+)", README, re.MULTILINE)
    assert named == ["demo", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in named)
