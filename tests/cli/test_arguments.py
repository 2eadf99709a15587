"""The words of a command line, classified as argparse classifies them."""

import argparse
from itertools import pairwise
from typing import NoReturn

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from smrt.cli.arguments import (
    Arranged,
    OptionNames,
    Split,
    arrange,
    is_value,
    reject_unknown,
    split,
)
from smrt.errors import UsageError

NAMES = OptionNames(
    valued=["--body", "--accept", "--region", "--query"],
    flags=["--debug", "--no-sign-request", "-h"],
    optional={"--generate-cli-skeleton": ""},
)


def words(line: str) -> list[str]:
    """The words of `line`; an underscore becomes a space."""
    return [word.replace("_", " ") for word in line.split()]


def arranged(line: str) -> Arranged:
    return arrange(words(line), NAMES)


@pytest.mark.parametrize(
    ("line", "options", "others", "unknown"),
    [
        ("", [], [], []),
        ("--body b out", ["--body=b"], ["out"], []),
        ("out --body b", ["--body=b"], ["out"], []),
        ("--body b out --debug", ["--body=b", "--debug"], ["out"], []),
        ("--body=b", ["--body=b"], [], []),
        ("--body=", ["--body="], [], []),
        ("--body=a=b", ["--body=a=b"], [], []),
        ("--body=--accept", ["--body=--accept"], [], []),
        ("--body - out", ["--body=-"], ["out"], []),
        ("--body -5 --accept -1.5", ["--body=-5", "--accept=-1.5"], [], []),
        ("--body -x_y", ["--body=-x y"], [], []),
        ("--body a --body b", ["--body=a", "--body=b"], [], []),
        ("--debug --debug", ["--debug", "--debug"], [], []),
        ("-h", ["-h"], [], []),
        ("o1 o2 o3", [], ["o1", "o2", "o3"], []),
        ("--bogus x out", [], ["x", "out"], ["--bogus"]),
        ("--bogus=x -x --bod", [], [], ["--bogus=x", "-x", "--bod"]),
        ("--BODY b", [], ["b"], ["--BODY"]),
        ("-- -out.bin", [], ["-out.bin"], []),
        ("--debug -- --body b", ["--debug"], ["--body", "b"], []),
        ("a -- -- b", [], ["a", "--", "b"], []),
        ("- -5 -x_y", [], ["-", "-5", "-x y"], []),
        ("--generate-cli-skeleton", ["--generate-cli-skeleton="], [], []),
        ("--generate-cli-skeleton output", ["--generate-cli-skeleton=output"], [], []),
        ("--generate-cli-skeleton=output x", ["--generate-cli-skeleton=output"], ["x"], []),
        ("--generate-cli-skeleton --debug", ["--generate-cli-skeleton=", "--debug"], [], []),
    ],
)
def test_options_words_and_unknown_options_are_separated(
    line: str, options: list[str], others: list[str], unknown: list[str]
) -> None:
    assert arranged(line) == Arranged(options, others, unknown)


@pytest.mark.parametrize(
    ("line", "message", "hints"),
    [
        ("--body", "argument --body: expected one argument", ()),
        (
            "--body --accept x",
            "argument --body: expected one argument",
            ("to pass a value that starts with -, use --body=VALUE",),
        ),
        (
            "--body -x",
            "argument --body: expected one argument",
            ("to pass a value that starts with -, use --body=VALUE",),
        ),
        (
            "--body --accept=a_b",
            "argument --body: expected one argument",
            ("to pass a value that starts with -, use --body=VALUE",),
        ),
        ("--debug=1", "argument --debug: ignored explicit argument '1'", ()),
        ("--debug=", "argument --debug: ignored explicit argument ''", ()),
    ],
)
def test_a_misused_option_is_a_usage_error(line: str, message: str, hints: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as caught:
        arranged(line)
    assert (caught.value.message, caught.value.hints) == (message, hints)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("", True),
        ("x", True),
        ("-", True),
        ("-1", True),
        ("-1.5", True),
        ("-.5", True),
        ("-a b", True),
        ("--", False),
        ("-a", False),
        ("--a", False),
        ("-1x", False),
        ("-1.", False),
        ("--1", False),
    ],
)
def test_a_value_is_what_argparse_accepts_as_a_value(word: str, *, expected: bool) -> None:
    assert is_value(word) is expected


class Parser(argparse.ArgumentParser):
    """An argparse parser with the same options."""

    def __init__(self) -> None:
        super().__init__(allow_abbrev=False, add_help=False)
        for name in NAMES.valued:
            self.add_argument(name)
        for name in NAMES.flags:
            self.add_argument(name, action="store_true")

    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


PLAIN = "x - -5 -.5 -1. -x_y a_b -x = -= --_ --body_x"
OPTIONS = "--body=x --accept= --region=-x --body=a_b --debug=1 --debug=a_b --query=[a,_b]"
UNKNOWN = "--bogus --bogus=x --bogus=_x --bod --Body --no-sign"
WORDS = st.sampled_from(
    ["", "--", *NAMES.valued, *NAMES.flags, *words(PLAIN), *words(OPTIONS), *words(UNKNOWN)]
)


@given(st.lists(WORDS, max_size=7))
def test_options_are_parsed_as_argparse_parses_them(argv: list[str]) -> None:
    assume(not any(word in NAMES.valued and after == "--" for word, after in pairwise(argv)))
    try:
        expected, extras = Parser().parse_known_args(argv)
    except UsageError as exc:
        message = exc.message
        with pytest.raises(UsageError) as caught:
            arrange(argv, NAMES)
        assert caught.value.message == message
        return
    line = arrange(argv, NAMES)
    assert Parser().parse_args(line.options) == expected
    rest = [*line.words, *line.unknown]  # versions of Python differ in how they handle --
    assert sorted(w for w in rest if w != "--") == sorted(w for w in extras if w != "--")


@pytest.mark.parametrize(
    ("unknown", "hints"),
    [
        (["--bdoy"], ("did you mean --body instead of --bdoy?",)),
        (["--regoin=x"], ("did you mean --region instead of --regoin=x?",)),
        (["--bdoy", "qqq", "--acept"], ("--body", "--accept")),
        (["out.bin"], ()),
    ],
)
def test_all_unknown_words_are_reported_with_the_nearest_options(
    unknown: list[str], hints: tuple[str, ...]
) -> None:
    with pytest.raises(UsageError) as caught:
        reject_unknown(unknown, NAMES.valued)
    assert caught.value.message == "Unknown options: " + ", ".join(unknown)
    assert len(caught.value.hints) == len(hints)
    for hint, expected in zip(caught.value.hints, hints, strict=True):
        assert expected in hint


def test_no_unknown_words_are_no_error() -> None:
    reject_unknown([], NAMES.valued)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", ([], None, [])),
        ("invoke --body x", ([], "invoke", ["--body", "x"])),
        ("service invoke out", ([], "invoke", ["out"])),
        ("--debug invoke", (["--debug"], "invoke", [])),
        ("--region r service --debug invoke", (["--region", "r", "--debug"], "invoke", [])),
        ("--region=r invoke --region s", (["--region=r"], "invoke", ["--region", "s"])),
        ("--region service service invoke", (["--region", "service"], "invoke", [])),
        ("--query=[a,_b] invoke", (["--query=[a, b]"], "invoke", [])),
        ("--region --query=a_b invoke", (["--region", "--query=a b"], "invoke", [])),
        ("--region --debug invoke", (["--region", "--debug"], "invoke", [])),
        ("--bogus invoke", (["--bogus"], "invoke", [])),
        ("--version", (["--version"], None, [])),
        ("service", ([], None, [])),
        ("--region", (["--region"], None, [])),
    ],
)
def test_the_command_follows_options_and_the_service(
    line: str, expected: tuple[list[str], str | None, list[str]]
) -> None:
    assert split(words(line), lambda: NAMES, "service") == Split(*expected)


@pytest.mark.parametrize(
    ("line", "loads"),
    [("command", 0), ("service command --debug", 0), ("--debug command", 1)],
)
def test_the_names_of_all_options_are_loaded_for_a_line_that_begins_with_one(
    line: str, loads: int
) -> None:
    loaded: list[OptionNames] = []

    def load_names() -> OptionNames:
        loaded.append(NAMES)
        return NAMES

    assert split(line.split(), load_names, "service").command == "command"
    assert len(loaded) == loads
