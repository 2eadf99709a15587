"""Commands that add packages to the environment in which smrt is installed.

They name the packages that PyPI has, not an extra of smrt: that is true for an installation from a
clone, a wheel, a URL or an index alike, and needs no source that may no longer exist. The program
is the one that manages the environment:

    pipx           pipx inject, with --force for the extras of packages that are already installed;
                   `pipx reinstall` installs them again
    with pip       pip, run by the Python of the environment
    without pip    uv pip, for the Python of the environment: uv's environments and tools

`uv tool install --with` replaces the packages of earlier runs, and needs the source of smrt; uv pip
adds to a tool, until the next `uv tool upgrade`.
"""

import shlex
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from sysconfig import get_path
from typing import NamedTuple

LOCAL = ("numpy>=1.26", "websockets>=13")
LOCAL_ASYNC = ("flask>=3", "flask-cors>=5", "moto[s3]>=5.2.5")
BOTOCORE = ("botocore>=1.43",)
RAY = ("ray>=2.40",)
CRT = ("botocore[crt]",)
"""Requirements: of the extras, of smrt itself, and of botocore for some credentials and buckets.
The metadata of an editable installation may be older than its code, and a source tree has none."""


class Environment(NamedTuple):
    """A Python environment: its folder, its interpreter, and what manages its packages."""

    prefix: Path
    python: str
    is_from_pipx: bool
    has_pip: bool
    is_externally_managed: bool  # https://peps.python.org/pep-0668/


def install_command(requirements: Sequence[str], environment: Environment | None = None) -> str:
    """The shell command that adds packages to `environment`, by default that of this process."""
    return shlex.join([*_installer(environment or _current()), *requirements])


def dependency_hints(exc: Exception) -> list[str]:
    """The hint for an exception of botocore, if it lacks an optional dependency."""
    is_missing = type(exc).__name__ == "MissingDependencyException"
    return [install_command(CRT)] if is_missing else []


def _installer(environment: Environment) -> list[str]:
    """The command without the packages."""
    prefix, python, is_from_pipx, has_pip, is_externally_managed = environment
    if is_from_pipx:
        scope = ["--global"] if prefix.is_relative_to("/opt/pipx") else []
        return ["pipx", "inject", "--force", *scope, prefix.name]
    # smrt is in an externally managed environment only if it was installed with the same option
    override = ["--break-system-packages"] if is_externally_managed else []
    if has_pip:
        return [python, "-m", "pip", "install", *override]
    return ["uv", "pip", "install", *override, "--python", python]


def _current() -> Environment:
    prefix, is_system = Path(sys.prefix), sys.prefix == sys.base_prefix
    has_metadata = (prefix / "pipx_metadata.json").is_file()
    is_marked = Path(get_path("stdlib"), "EXTERNALLY-MANAGED").is_file()
    return Environment(
        prefix,
        sys.executable,
        is_from_pipx=has_metadata and prefix.parent.name == "venvs",  # `pipx run` has a cache
        has_pip=find_spec("pip") is not None,
        is_externally_managed=is_marked and is_system,
    )
