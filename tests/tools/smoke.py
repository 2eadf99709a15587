"""Call an installed smrt on loopback: python tests/tools/smoke.py SMRT [EXTRA]...

Needs only Python, on any system; no account, no network and no test dependency. SMRT is the command
or its path; an EXTRA of the installation adds the calls that need it. Exits with 1 if one fails.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

RECORDS = "5.1,3.5,1.4,0.2\n6.3,3.3,6.0,2.5\n"
MODEL = """
def model_fn(model_dir):
    return sum

def predict_fn(data, model):
    return data.sum(axis=1)
"""
RAY_FILES = ("--workers", "1", "records.csv", "rays.csv")
CALL = ("invoke-endpoint", "--endpoint-name", "echo", "--data", "hello")


class Check(NamedTuple):
    """A command line, and what its output contains; `smrt local` serves `models` beside it."""

    words: Sequence[str]
    expected: str
    models: Sequence[str] | None = ()
    extra: str = ""


CHECKS = (
    Check(("--version",), "smrt/", models=None),
    Check(("invoke-endpoint", "--help"), "--endpoint-name", models=None),
    Check(("completion", "bash"), "--endpoint-name", models=None),
    Check(("help", "--install-man"), "man pages to", models=None),
    Check(("configure", "list"), "us-east-1", models=None),
    Check(CALL, "hello"),
    Check((*CALL, "out.txt", "--output", "yaml"), "ContentType: application/octet-stream"),
    Check((*CALL, "out.txt", "--query", "ContentType"), '"application/octet-stream"'),
    Check((*CALL, "out.txt", "--output", "table", "--color", "on"), "ContentType"),
    Check(("batch", "--endpoint-name", "echo", "records.csv", "results.csv"), "RecordCount"),
    Check(
        ("invoke-endpoint", "--endpoint-name", "rows", "--data", "@records.csv"),
        "10.2",
        models=("rows=rows",),
        extra="local",
    ),
    Check(
        ("invoke-endpoint-async", "--endpoint-name", "echo", "--data", "hello", "--wait"),
        "hello",
        extra="local-async",
    ),
    Check(
        ("batch", "--endpoint-name", "echo", "--engine", "ray", "--address", "local", *RAY_FILES),
        "RecordCount",
        extra="ray",
    ),
)


def main(arguments: Sequence[str]) -> int:
    """Run the checks against the command in `arguments`; return the exit status."""
    name, *extras = arguments or ("smrt",)
    smrt = shutil.which(name)
    if smrt is None:
        sys.exit(f"{name}: command not found")
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder))
        failed = [*failures(os.path.abspath(smrt), extras, folder)]
    sys.stdout.write("".join(failed) or f"{smrt} works\n")
    return int(bool(failed))


def fill(folder: Path) -> None:
    """Create the files that the checks use in `folder`."""
    (folder / "records.csv").write_text(RECORDS)
    (folder / "rows").mkdir()
    (folder / "rows" / "inference.py").write_text(MODEL)


def failures(smrt: str, extras: Sequence[str], folder: str) -> Iterator[str]:
    """Run the checks of an installation with `extras`, and describe those that fail."""
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "XDG_DATA_HOME": folder,
    }
    for check in CHECKS:
        if check.extra and check.extra not in extras:
            continue
        local = [] if check.models is None else ["local", "run", *check.models, "--", smrt]
        words = [smrt, *local, *check.words]
        done = subprocess.run(
            words, cwd=folder, env=environ, capture_output=True, check=False, text=True, timeout=120
        )
        if done.returncode or check.expected not in done.stdout + done.stderr:
            line = " ".join(check.words)
            yield f"smrt {line}: exit status {done.returncode}\n{done.stdout}{done.stderr}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
