"""The wheel and the sdist: reproducible, complete, and with nothing else in them."""

import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from smrt import __version__
from tests.support.project import ROOT
from tests.tools import dist, installs
from tests.tools.generate import generated

EPOCH = "1600000000"
FOLDERS = {"benchmarks", "completions", "docs", "examples", "man", "smrt", "tests"}
FILES = {"CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "pyproject.toml"}
ADDED = {"PKG-INFO", ".gitignore", ".ci"}
"""By the build itself (hatchling reads .gitignore), and the gates, which run the tests."""
COMPLETIONS = {
    "share/bash-completion/completions/smrt",
    "share/zsh/site-functions/_smrt",
    "share/fish/vendor_completions.d/smrt.fish",
}


class Built(NamedTuple):
    """A wheel and an sdist, and the folder that they are in."""

    folder: Path
    sdist: Path
    wheel: Path

    def files(self) -> list[Path]:
        return [self.sdist, self.wheel]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("dist") / "first"
    wheel, sdist = dist.build(ROOT, folder, EPOCH)
    return Built(folder, sdist, wheel)


def test_the_names_have_the_version(built: Built) -> None:
    names = [path.name for path in built.files()]
    assert names == [f"smrt_cli-{__version__}.tar.gz", f"smrt_cli-{__version__}-py3-none-any.whl"]


def test_a_build_from_the_sdist_has_the_same_bytes(built: Built, tmp_path: Path) -> None:
    again = dist.rebuild(built.folder, tmp_path, EPOCH)
    assert dist.differing(built.files(), again) == []


def test_files_that_differ_or_exist_once_are_reported(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, texts in ((first, "aab"), (second, "aac")):
        folder.mkdir()
        for number, text in enumerate(texts):
            (folder / str(number)).write_text(text)
    (second / "3").touch()
    assert dist.differing(first.iterdir(), second.iterdir()) == ["2", "3"]


def test_the_sdist_has_what_builds_and_tests_need_and_nothing_else(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        paths = [Path(name).parts[1:] for name in archive.getnames()]
    assert {parts[0] for parts in paths} == FOLDERS | FILES | ADDED
    assert [parts for parts in paths if "__pycache__" in parts] == []


def test_the_wheel_has_the_package_its_man_pages_and_completions(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        names = wheel.namelist()
        packaged = {name: wheel.read(name) for name in names if name.startswith("smrt/")}
    shared = {name.partition(".data/data/")[2] for name in names if ".data/data/" in name}
    pages = {f"share/{path}" for path in generated() if path.startswith("man/")}
    assert shared == pages | COMPLETIONS
    assert packaged == {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in (ROOT / "smrt").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    metadata = f"smrt_cli-{__version__}.dist-info/"
    rest = {name for name in names if ".data/" not in name and name not in packaged}
    assert {name.partition("/")[0] + "/" for name in rest} == {metadata}


def test_installers_try_the_extras_that_the_wheel_declares(built: Built) -> None:
    assert set(installs.declared(built.wheel)) >= {"local", "local-async", "ray"}
    assert not installs.FOR_DEVELOPERS.intersection(installs.declared(built.wheel))
    assert [*installs.choices(["a", "b"])] == [(), ("a",), ("b",), ["a", "b"]]
    assert installs.with_extras("a.whl", ["a", "b"]) == "a.whl[a,b]"


def test_man_finds_the_pages_of_an_installed_wheel(built: Built, tmp_path: Path) -> None:
    man = shutil.which("man")
    if man is None:
        pytest.skip("man is not installed (apt-get install man-db)")
    with zipfile.ZipFile(built.wheel) as wheel:
        wheel.extractall(tmp_path)
    prefix = next(tmp_path.glob("*.data")) / "data"
    (prefix / "bin").mkdir()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAN")}
    environ["PATH"] = f"{prefix / 'bin'}:{os.environ['PATH']}"
    for name, path in (("smrt", "man1/smrt.1"), ("smrt-differences", "man7/smrt-differences.7")):
        located = subprocess.run(
            [man, "-w", name], env=environ, capture_output=True, check=False, text=True, timeout=60
        )
        assert (located.stdout.strip(), located.stderr) == (str(prefix / "share/man" / path), "")
