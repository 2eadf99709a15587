"""Build the sdist and the wheel of the last commit in dist/: python -m tests.tools.dist.

The build is reproducible: all times in it are that of the commit. It runs twice, the second time
from the first sdist, with another path and umask; both have the same bytes, or nothing is written.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.support.project import ROOT

DIST = ROOT / "dist"
SUMS = "SHA256SUMS"
PRIVATE = 0o077
"""The umask of the second build."""


def main() -> None:
    """Build, compare, and write the files with their checksums."""
    epoch = _git("log", "-1", "--format=%ct")
    if _git("status", "--porcelain"):
        sys.stderr.write("note: uncommitted changes are not in the build\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        export(folder / "commit")
        built = build(folder / "commit", folder / "first", epoch)
        again = rebuild(folder / "first", folder / "second", epoch)
        if differences := differing(built, again):
            sys.exit(f"not reproducible: {', '.join(differences)}")
        write(built)


def export(folder: Path) -> None:
    """Write the files of the last commit to `folder`."""
    folder.mkdir()
    archive = subprocess.run(
        ["git", "archive", "HEAD"], cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)


def build(source: Path, target: Path, epoch: str, umask: int = -1) -> list[Path]:
    """Build the sdist and the wheel of the tree `source` in `target`; return their paths."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(target)],
        cwd=source,
        env={**os.environ, "SOURCE_DATE_EPOCH": epoch},
        umask=umask,
        capture_output=True,
        check=False,
        text=True,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return sorted(target.iterdir())


def rebuild(first: Path, folder: Path, epoch: str) -> list[Path]:
    """Build again, from the sdist in `first`."""
    source = unpack(next(first.glob("*.tar.gz")), folder / "sdist", PRIVATE)
    return build(source, folder / "built", epoch, PRIVATE)


def unpack(sdist: Path, folder: Path, umask: int = -1) -> Path:
    """Unpack an sdist in `folder`; return its only folder."""
    folder.mkdir(parents=True)
    words = ["tar", "-xz", "--no-same-permissions", "-C", str(folder), "-f", str(sdist)]
    subprocess.run(words, check=True, umask=umask)
    [source] = folder.iterdir()
    return source


def differing(built: Iterable[Path], again: Iterable[Path]) -> list[str]:
    """The names of files that only one build has, or whose bytes differ."""
    first, second = ({path.name: path.read_bytes() for path in paths} for paths in (built, again))
    return sorted(name for name in first | second if first.get(name) != second.get(name))


def write(built: Iterable[Path]) -> None:
    """Replace what is in dist/, and print the commands that install it."""
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    sums = {}
    for path in built:
        sums[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
        shutil.copy(path, DIST)
    text = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
    (DIST / SUMS).write_text(text, encoding="ascii")
    sys.stdout.write(text)


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False, text=True)
    if done.returncode:
        sys.exit(f"the build is that of the last commit: {done.stderr.strip()}")
    return done.stdout.strip()


if __name__ == "__main__":
    main()
