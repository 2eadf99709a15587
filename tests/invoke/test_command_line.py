"""The corrected command line of a hint."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.invoke.command_line import LONGEST, corrected

WORDS = st.text(st.characters(categories=["L", "P", "S"]), max_size=10)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("smrt x --body a out", "smrt x --data @a out"),
        ("smrt x --body=a --accept b", "smrt x --data @a --accept b"),
        ("smrt x --body a --body=b", "smrt x --body a --data @a"),
        ("smrt x", "smrt x --data @a"),
    ],
)
def test_the_last_occurrence_of_the_option_is_replaced(line: str, expected: str) -> None:
    assert corrected(line.split(), "--body", "--data", "@a") == expected


@given(WORDS, WORDS)
def test_a_shell_reads_the_words_of_the_corrected_line(name: str, value: str) -> None:
    line = ["smrt", "x", f"--name={name}", "--body", "b", name]
    if f"--name={name}".isprintable() and value.isprintable():
        words = shlex.split(corrected(line, "--body", "--json", value))
        assert words == ["smrt", "x", f"--name={name}", "--json", value, name]


@pytest.mark.parametrize("value", ["x" * LONGEST, "a\nb", "\x1b[2J"])
def test_a_value_that_does_not_fit_on_a_line_is_abbreviated(value: str) -> None:
    assert corrected(["smrt", "--body", value], "--body", "--json", value) == "smrt --json ..."


def test_a_line_that_does_not_fit_is_abbreviated() -> None:
    line = ["smrt", "--accept", "x" * LONGEST, "--body", "b"]
    assert corrected(line, "--body", "--json", "b") == "--json ..."
