"""Compare what tools install, and their first run: python -m benchmarks.installation.

Each tool is installed with pip in a fresh environment in `.bench/installations`, without bytecode,
as uv installs it: the first run compiles what it imports. Sizes are those of the files of all
packages, without bytecode and pip. A run is `--version`, so that no tool calls a service.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from . import workspace
from .measure import run
from .summary import median

FOLDER = Path(workspace.BENCH, "installations")
RUNS = 5
MB = 1_000_000
_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


class Tool(NamedTuple):
    """A name, what pip installs, and the arguments of the program in `bin` that is run."""

    name: str
    requirement: str
    arguments: tuple[str, ...]


class Installed(NamedTuple):
    """Packages, bytes of their files, and the seconds of the first run and of later ones."""

    packages: int
    size: int
    first: float
    later: float


TOOLS = (
    Tool("smrt", workspace.CLONE, ("smrt", "--version")),
    Tool("smrt[local]", f"{workspace.CLONE}[local]", ("smrt", "--version")),
    Tool("smrt[local-async]", f"{workspace.CLONE}[local-async]", ("smrt", "--version")),
    Tool("smrt[ray]", f"{workspace.CLONE}[ray]", ("smrt", "--version")),
    Tool("boto3", "boto3", ("python", "-c", "import boto3")),
    Tool("aws v1", "awscli", ("aws", "--version")),
    Tool("awscurl", "awscurl", ("awscurl", "--help")),
)


def main() -> None:
    """Install and measure each tool, and print a table."""
    print(f"{'':<18}{'packages':>9}{'size':>10}{'first run':>13}{'later':>11}")
    for number, tool in enumerate(TOOLS):
        folder = FOLDER / str(number)
        install(tool.requirement, folder)
        packages, size, first, later = measured(folder, tool.arguments)
        print(
            f"{tool.name:<18}{packages:>9}{size / MB:>7.1f} MB{first * 1e3:>10.0f} ms"
            f"{later * 1e3:>8.0f} ms",
            flush=True,
        )


def install(requirement: str, folder: Path) -> None:
    """Install a requirement in a new environment, without bytecode."""
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    words = [*_PIP, "--python", str(folder / "bin" / "python"), "install", "--no-compile"]
    subprocess.run([*words, requirement], check=True)


def measured(folder: Path, arguments: tuple[str, ...]) -> Installed:
    """Measure an environment that has no bytecode yet, and runs of the program in it."""
    [packages] = folder.glob("lib/python*/site-packages")
    size = sum(path.stat().st_size for path in files(packages))
    count = len(list(packages.glob("*.dist-info")))
    program, *rest = arguments
    argv = [str(folder / "bin" / program), *rest]
    first, *later = (run(argv, _environ(), os.devnull).wall for _ in range(1 + RUNS))
    return Installed(count, size, first, median(later))


def files(folder: Path) -> Iterator[Path]:
    """The files below `folder`, without bytecode."""
    return (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def _environ() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LANG": "C.UTF-8"}


if __name__ == "__main__":
    main()
