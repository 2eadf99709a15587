"""Try to install the wheel in dist/: python -m tests.tools.installs [pip|pipx|uv]...

Each installer puts it in fresh folders: alone, with each extra, and with all; tests/tools/smoke.py
calls what is installed. Your own installations stay as they are.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from pathlib import Path

from tests.support.project import ROOT

from .dist import DIST

COMMANDS = {
    "pip": (
        (sys.executable, "-m", "venv", "{folder}"),
        ("{folder}/bin/pip", "install", "{wheel}"),
    ),
    "pipx": (("pipx", "install", "{wheel}"),),
    "uv": (("uv", "tool", "install", "{wheel}"),),
}
FOLDERS = {
    "PIPX_HOME": "pipx",
    "PIPX_BIN_DIR": "bin",
    "UV_TOOL_DIR": "uv",
    "UV_TOOL_BIN_DIR": "bin",
}
"""Variables, and where they point to in a fresh folder: each installer puts smrt in its bin/."""
FOR_DEVELOPERS = {"bench", "dev"}
SMOKE = str(ROOT / "tests" / "tools" / "smoke.py")


def main(names: Sequence[str]) -> int:
    """Try each installer in `names`, by default all; return the exit status."""
    [wheel] = DIST.glob("*.whl")
    failed = 0
    for name in names or COMMANDS:
        for extras in choices(declared(wheel)):
            output = attempt(name, wheel, extras)
            failed += bool(output)
            sys.stdout.write(f"{name} {with_extras(wheel.name, extras)}: {output or 'works'}\n")
            sys.stdout.flush()
    return int(bool(failed))


def declared(wheel: Path) -> list[str]:
    """The extras for users in the metadata of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        [path] = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = message_from_bytes(archive.read(path))
    return sorted({*metadata.get_all("Provides-Extra", [])} - FOR_DEVELOPERS)


def choices(extras: Sequence[str]) -> Iterator[Sequence[str]]:
    """No extra, each of them, and all."""
    yield ()
    yield from ((extra,) for extra in extras)
    yield extras


def with_extras(wheel: str, extras: Sequence[str]) -> str:
    """The argument of an installer: a wheel, and its extras in brackets."""
    return f"{wheel}[{','.join(extras)}]" if extras else wheel


def attempt(name: str, wheel: Path, extras: Sequence[str]) -> str:
    """Install in a fresh folder, and call what is installed; return the output if that fails."""
    with tempfile.TemporaryDirectory() as folder:
        names = {"folder": folder, "wheel": with_extras(str(wheel), extras)}
        commands = [[word.format(**names) for word in words] for words in COMMANDS[name]]
        smoke = [sys.executable, SMOKE, f"{folder}/bin/smrt", *extras]
        paths = {variable: f"{folder}/{path}" for variable, path in FOLDERS.items()}
        for words in (*commands, smoke):
            done = subprocess.run(
                words,
                env={**os.environ, **paths},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
                text=True,
            )
            if done.returncode:
                return done.stdout
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
