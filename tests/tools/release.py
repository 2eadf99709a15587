"""Prepare a release: python -m tests.tools.release 0.2.0.

Sets the version of the code, moves the entries of [Unreleased] to the section of that version with
the date of today, and writes the generated files again. docs/releasing.md has the steps after it.
"""

import re
import shutil
import subprocess
import sys
from datetime import datetime, timezone

from tests.support.project import PACKAGE, ROOT

from . import changelog

CHANGELOG, CODE = ROOT / "CHANGELOG.md", PACKAGE / "__init__.py"
VERSION = re.compile(r"\d+\.\d+\.\d+")


def main(arguments: list[str]) -> None:
    """Prepare the release of the version in `arguments`."""
    version = "".join(arguments)
    if not VERSION.fullmatch(version):
        sys.exit("pass the version, such as make release VERSION=0.2.0")
    if f"v{version}" in tags():
        sys.exit(f"v{version} is already tagged: choose the next version")
    log = changelog.parse(CHANGELOG.read_text(encoding="utf-8"))
    if not log.sections[0].has_entries:
        sys.exit("CHANGELOG.md: [Unreleased] has no entries")
    prepared = log.released(version, datetime.now(timezone.utc).date().isoformat())
    if wrong := [*changelog.problems(prepared, version, [])]:
        sys.exit("\n".join(wrong))
    CHANGELOG.write_text(str(prepared), encoding="utf-8")
    CODE.write_text(with_version(CODE.read_text(encoding="utf-8"), version), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "tests.tools.generate"], cwd=ROOT, check=True)


def with_version(code: str, version: str) -> str:
    """The source of smrt/__init__.py with another version."""
    text, count = re.subn(r'(?m)^__version__ = ".+"$', f'__version__ = "{version}"', code)
    assert count == 1
    return text


def tags(*options: str) -> list[str]:
    """The tags of releases, such as v0.2.0; none outside of a git repository."""
    git = shutil.which("git")
    if git is None:
        return []
    words = [git, "tag", "--list", "v*", *options]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False, text=True)
    return done.stdout.split()


if __name__ == "__main__":
    main(sys.argv[1:])
