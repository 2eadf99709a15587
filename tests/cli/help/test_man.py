import os
import shutil
import subprocess
from pathlib import Path

import pytest

from smrt.cli.help.differences import DIFFERENCES
from smrt.cli.help.man import man_page
from smrt.cli.help.page import Page
from smrt.cli.help.reference import STATUSES
from smrt.errors import ExitCode
from smrt.invoke.option_table import Row
from tests.conftest import Smrt
from tests.support.project import ROOT
from tests.tools.generate import generated

PAGES = sorted(path for path in generated() if path.startswith("man/"))
MAN = shutil.which("man")
needs_man = pytest.mark.skipif(MAN is None, reason="man is not installed (apt-get install man-db)")


def committed(folder: str) -> set[str]:
    return {str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*") if path.is_file()}


@pytest.mark.parametrize(("path", "expected"), sorted(generated().items()))
def test_a_generated_file_is_up_to_date(path: str, expected: str) -> None:
    assert (ROOT / path).read_text() == expected, "the file is stale: run make generate"


def test_the_folders_have_only_generated_files() -> None:
    expected = {path for path in generated() if not path.startswith("docs/")}
    assert committed("man") | committed("completions") == expected


def manual(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    assert MAN is not None
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAN")}
    return subprocess.run(
        [MAN, *words],
        env={**environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80", **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@needs_man
@pytest.mark.parametrize("path", PAGES)
def test_man_prints_no_warnings(path: str) -> None:
    done = manual("--warnings", str(ROOT / path))
    assert (done.returncode, done.stderr) == (0, "")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "NAME\n" in done.stdout


AWKWARD = Page(
    "smrt odd",
    "Show what roff would interpret.",
    ("--back\\slash", "[OPTION]..."),
    (".dot first, 'quote first", "^caret ~tilde `grave` \\(bu and -dash--dash"),
    rows=(Row("--dot", "dot", ".B is no macro; 'TP neither. \\fBnot bold\\fR", "other", '"X"'),),
    examples=(("quote", "smrt odd 'a b' \\\n  --dot \"x\""),),
)


@needs_man
def test_special_characters_of_roff_are_shown_unchanged(tmp_path: Path) -> None:
    (tmp_path / "odd.1").write_text(man_page(AWKWARD))
    done = manual("--warnings", str(tmp_path / "odd.1"))
    shown = " ".join(done.stdout.split())
    assert done.stderr == ""
    for words in (
        "smrt odd --back\\slash [OPTION]...",
        *AWKWARD.text,
        '--dot "X"',
        ".B is no macro; 'TP neither. \\fBnot bold\\fR",
        "smrt odd 'a b' \\ --dot \"x\"",
    ):
        assert words in shown


def test_the_man_pages_are_installed_in_the_home_directory(smrt: Smrt, tmp_path: Path) -> None:
    pages = {path: text for path, text in generated().items() if path in PAGES}
    share = tmp_path / "share"
    for _ in range(2):
        done = smrt("help", "--install-man", env={"XDG_DATA_HOME": str(share)})
        assert (done.code, done.out) == (0, b"")
        assert done.err.startswith(f"smrt: wrote {len(pages)} man pages to {share}/man\n")
        written = {str(path.relative_to(share)): path for path in share.rglob("*.[17]")}
        assert {name: path.read_text() for name, path in written.items()} == pages


@needs_man
@pytest.mark.parametrize("is_in_path", [True, False])
def test_man_finds_the_pages_in_the_home_directory(
    is_in_path: bool,  # noqa: FBT001 - pytest passes it by name
    smrt: Smrt,
    tmp_path: Path,
) -> None:
    home = str(tmp_path / "my home")
    err = smrt("help", "--install-man", env={"HOME": home}).err
    (tmp_path / "my home/.local/bin").mkdir()
    line = "" if is_in_path else err.partition("~/.profile: ")[2]
    path = f"{home}/.local/bin:{os.environ['PATH']}" if is_in_path else os.environ["PATH"]
    located = subprocess.run(
        ["sh", "-c", f"unset MANPATH; {line}\nman -w smrt 7 smrt-differences"],
        env={**os.environ, "HOME": home, "PATH": path},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    paths = [
        f"{home}/.local/share/man/{name}" for name in ("man1/smrt.1", "man7/smrt-differences.7")
    ]
    assert (located.stdout.splitlines(), located.stderr) == (paths, "")


def test_a_man_page_that_cannot_be_written_is_an_error(smrt: Smrt, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = smrt("help", "--install-man", env={"XDG_DATA_HOME": str(tmp_path / "file")})
    assert done.code == 255
    assert f"cannot create the folder of {tmp_path}/file/man/man1/smrt.1: " in done.err


@pytest.mark.parametrize(
    ("words", "unknown"), [(("--install-man", "x"), "x"), (("--instal-man",), "--instal-man")]
)
def test_help_has_no_other_options(words: tuple[str, ...], unknown: str, smrt: Smrt) -> None:
    done = smrt("help", *words)
    assert (done.code, f"Unknown options: {unknown}\n" in done.err) == (252, True)


def test_every_exit_status_is_documented() -> None:
    assert set(STATUSES) == set(ExitCode)


def test_every_difference_has_both_sides_and_a_reason() -> None:
    assert all(all(row) for row in DIFFERENCES)
    assert len({topic for topic, *_ in DIFFERENCES}) == len(DIFFERENCES)
