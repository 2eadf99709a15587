"""Hints name packages that PyPI has, and a command that adds them to this installation."""

import os
import re
import shlex
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import MissingDependencyException, NoRegionError

from smrt.config.installation import (
    BOTOCORE,
    LOCAL,
    LOCAL_ASYNC,
    Environment,
    dependency_hints,
    install_command,
)
from tests.conftest import without_coverage
from tests.support.project import PACKAGE, ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]
PAGES = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "man").glob("*/*")]
SOURCES = [p for p in PACKAGE.rglob("*.py") if p.name != "installation.py"]
PRINT = "from smrt.config import installation as i; print(i.install_command(['numpy>=1.26']))"
VENV = Environment(
    Path("/my venvs/smrt-cli"),
    "/my venvs/smrt-cli/bin/python",
    is_from_pipx=False,
    has_pip=True,
    is_externally_managed=False,
)


def test_the_requirements_are_those_of_the_project() -> None:
    assert list(LOCAL) == EXTRAS["local"]
    assert list(LOCAL_ASYNC) == EXTRAS["local-async"]
    assert set(BOTOCORE) <= set(PROJECT["dependencies"])


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        (VENV, "'/my venvs/smrt-cli/bin/python' -m pip install"),
        (
            VENV._replace(is_externally_managed=True),
            "'/my venvs/smrt-cli/bin/python' -m pip install --break-system-packages",
        ),
        (
            VENV._replace(has_pip=False),
            "uv pip install --python '/my venvs/smrt-cli/bin/python'",
        ),
        (
            VENV._replace(has_pip=False, is_externally_managed=True),
            "uv pip install --break-system-packages --python '/my venvs/smrt-cli/bin/python'",
        ),
        (VENV._replace(is_from_pipx=True), "pipx inject --force smrt-cli"),
        (VENV._replace(is_from_pipx=True, has_pip=False), "pipx inject --force smrt-cli"),
        (
            VENV._replace(is_from_pipx=True, prefix=Path("/opt/pipx/venvs/smrt-cli@1")),
            "pipx inject --force --global smrt-cli@1",
        ),
    ],
)
def test_the_program_that_manages_the_environment_adds_the_packages(
    environment: Environment, command: str
) -> None:
    expected = f"{command} 'flask>=3' 'flask-cors>=5' 'moto[s3]>=5.2.5'"
    assert install_command(LOCAL_ASYNC, environment) == expected


@pytest.mark.parametrize(
    ("folder", "files", "command"),
    [
        ("venv", [], "uv pip install --python {folder}/bin/python 'numpy>=1.26'"),
        ("a b", ["uv-receipt.toml"], "uv pip install --python '{folder}/bin/python' 'numpy>=1.26'"),
        ("venv", ["pip.py"], "{folder}/bin/python -m pip install 'numpy>=1.26'"),
        ("venvs/smrt-cli", ["pipx_metadata.json"], "pipx inject --force smrt-cli 'numpy>=1.26'"),
        (
            ".cache/1f",
            ["pipx_metadata.json"],
            "uv pip install --python {folder}/bin/python 'numpy>=1.26'",
        ),
    ],
)
def test_the_command_depends_on_how_this_environment_was_made(
    tmp_path: Path, folder: str, files: list[str], command: str
) -> None:
    prefix = tmp_path / folder
    venv.create(prefix, symlinks=True)
    for name in files:
        (prefix / name).touch()
    (prefix / "smrt").symlink_to(PACKAGE)  # without the packages beside it: pip may be one of them
    ran = subprocess.run(
        [prefix / "bin" / "python", "-c", PRINT],
        env=without_coverage(os.environ) | {"PYTHONPATH": str(prefix)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert ran.stdout == command.format(folder=prefix) + "\n"


def test_the_command_for_this_installation_runs(tmp_path: Path) -> None:
    offline = {"PIP_NO_INDEX": "1", "UV_OFFLINE": "1"}  # numpy is already installed here
    ran = subprocess.run(
        shlex.split(install_command(LOCAL)),
        cwd=tmp_path,
        env={**without_coverage(os.environ), **offline},
        capture_output=True,
        check=False,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert sys.prefix in ran.stdout + ran.stderr


def test_a_dependency_that_botocore_lacks_is_added_to_this_installation() -> None:
    assert dependency_hints(MissingDependencyException(msg="")) == [
        install_command(["botocore[crt]"])
    ]
    assert dependency_hints(NoRegionError()) == []


def test_no_other_module_knows_how_packages_are_installed() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in SOURCES}
    pattern = re.compile(r"pip install|pipx|smrt-cli")
    assert [path for path, text in texts.items() if pattern.search(text)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_only_extras_of_the_project_and_none_on_pypi(page: Path) -> None:
    text = page.read_text(encoding="utf-8").replace("\\-", "-")
    assert "smrt-cli[" not in text
    named = re.findall(r'"\.\[([\w,-]+)\]"|\bextra `?([\w-]+)`?', text)
    extras = {name for names in named for name in ",".join(names).split(",") if name}
    assert extras <= EXTRAS.keys()
