"""Compare the CPU instructions of one call with those of an earlier commit.

valgrind counts them: unlike times, two counts of the same code differ by less than 0.001 %. Both
versions are installed into folders with paths of the same length, compiled, and run by the same
interpreter with the same hash seed. `make bench BASE=REVISION` selects the earlier commit.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping

from . import workspace

AT_MOST = 1.01
"""Maximum ratio of the instructions of one call to those of the earlier commit."""
_CALL = "invoke-endpoint --endpoint-name small --content-type application/json --body e30= out"


def main() -> int:
    """Print both counts; return 1 if their ratio is above --at-most."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instructions")
    parser.add_argument("--base", default="HEAD^", help="the commit to compare with")
    parser.add_argument("--at-most", type=float, default=AT_MOST)
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("instructions: skipped, valgrind is not installed")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        workspace.create(folder)
        _install(workspace.CLONE, os.path.join(folder, "new"))
        _install(_checkout(options.base, folder), os.path.join(folder, "old"))
        with workspace.serving(folder, tls=False) as urls:
            new, old = (count(folder, name, urls["http"]) for name in ("new", "old"))
    print(f"instructions: {new:,} here, {old:,} at {options.base}: ratio {new / old:.4f}")
    return int(new > old * options.at_most)


def count(folder: str, name: str, url: str) -> int:
    """The instructions of one call with the smrt installed in `folder`/`name`."""
    target = os.path.join(folder, name)
    variables = {"PYTHONHASHSEED": "0", "PYTHONPATH": target}
    environ = {**workspace.environment(folder, ""), **variables}
    argv = [sys.executable, os.path.join(target, "bin", "smrt"), *_CALL.split()]
    _run([*argv, "--endpoint-url", url], folder, environ)  # compiles the remaining modules
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    report = _run([*tool, *argv, "--endpoint-url", url], folder, environ)
    match = re.search(r"Collected : (\d+)", report)
    assert match is not None, report
    return int(match[1])


def _run(argv: list[str], folder: str, environ: Mapping[str, str]) -> str:
    done = subprocess.run(argv, cwd=folder, env=environ, capture_output=True, text=True, check=True)
    return done.stderr


def _checkout(revision: str, folder: str) -> str:
    """Check out a commit below `folder`."""
    path = os.path.join(folder, "clone")
    _run(["git", "clone", "--quiet", workspace.CLONE, path], folder, os.environ)
    commit = subprocess.run(
        ["git", "rev-parse", revision],
        cwd=workspace.CLONE,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    _run(["git", "checkout", "--quiet", commit], path, os.environ)
    return path


def _install(clone: str, target: str) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--compile"]
    _run([*pip, "--target", target, clone], clone, os.environ)


if __name__ == "__main__":
    sys.exit(main())
