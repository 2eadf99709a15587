"""Commands of sh and fish that set variables, and restore them."""

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smrt.local.daily.shell_variables import SAVED, set_commands, unset_commands, without_saved

SHELLS = ("sh", "fish")
values = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_has_the_values_and_then_the_old_ones(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    before = {"A": 'it\'s \\ "$HOME" `x`', "PATH": "/usr/bin:/bin"}
    added = {"A": "new \\' value", "B": "$(false)"}
    lines = "".join(set_commands(added, before, shell))
    inside = {**before, **added, SAVED: _saved(before, added)}
    restored = "".join(unset_commands(inside, shell))
    shown = "printenv A; printenv B; "
    done = subprocess.run(
        [
            shutil.which(shell) or shell,
            "-c",
            f"{lines}{shown}\n{restored}{shown} printenv {SAVED}; true",
        ],
        env=before,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{added['A']}\n{added['B']}\n{before['A']}\n"


def _saved(before: dict[str, str], added: dict[str, str]) -> str:
    (last,) = [line for line in set_commands(added, before, "fish") if SAVED in line]
    text = last.removeprefix(f"set -gx {SAVED} '").removesuffix("'\n")
    return text.replace("\\'", "'").replace("\\\\", "\\")


@given(
    st.dictionaries(st.sampled_from("ABC"), values), st.dictionaries(st.sampled_from("ABC"), values)
)
@settings(max_examples=50)
def test_without_the_saved_values_the_environment_is_as_before(
    before: dict[str, str], added: dict[str, str]
) -> None:
    inside = {**before, **added, SAVED: _saved(before, added)}
    assert without_saved(inside) == before


@pytest.mark.parametrize("saved", ["", "no JSON", "[1]"])
def test_a_damaged_variable_is_removed(saved: str) -> None:
    assert list(unset_commands({SAVED: saved}, "sh")) == [f"unset {SAVED}\n"]
    assert without_saved({"A": "1", SAVED: saved}) == {"A": "1"}
