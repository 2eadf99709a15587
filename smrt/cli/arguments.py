"""Orders the words of a command line by argparse's rules, before click parses them.

click would read `--body --accept x` as the body "--accept", report only the first of several
unknown options, and parse a global option before the command in a separate context.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

from smrt.errors import UsageError
from smrt.named_tuple import NamedTuple

if TYPE_CHECKING:
    import click

_NUMBER = r"-\d+|-\d*\.\d+"


class OptionNames(NamedTuple):
    """Known options: `valued` take a value, `flags` take none, `optional` have a default value.

    `attached` are flags with a value only after an equals sign, by default the first of theirs.
    `short` maps letters such as -i to flags.
    """

    valued: Collection[str]
    flags: Collection[str]
    optional: Mapping[str, str] = {}
    attached: Mapping[str, Sequence[str]] = {}
    short: Mapping[str, str] = {}

    def spelled_out(self, word: str) -> list[str]:
        """The long names of the flags in `word`, such as -iv; else `word` itself."""
        letters = [f"-{letter}" for letter in word[1:]]
        is_short = letters and all(letter in self.short for letter in letters)
        return [self.short[letter] for letter in letters] if is_short else [word]

    def is_value(self, word: str) -> bool:
        """Whether `word` can be a value: `--query=a b` contains a space, but is an option."""
        name = word.partition("=")[0]
        return is_value(word) and not any(name in group for group in self)


class Arranged(NamedTuple):
    """An ordered command line: options as `--name=value` or `--flag`, then the other words."""

    options: list[str]
    words: list[str]
    unknown: list[str]


def arrange(arguments: Sequence[str], names: OptionNames) -> Arranged:
    """Separate options from other words by argparse's rules. Raises UsageError."""
    line = Arranged([], [], [])
    rest = list(reversed(arguments))
    while rest:
        word = _next_word(rest, names)
        if word == "--":
            line.words.extend(reversed(rest))
            break
        name, equals, _ = word.partition("=")
        if name in names.flags:
            line.options.append(_flag(word, names))
        elif equals and name in names.valued:
            line.options.append(word)
        elif name in names.valued:
            line.options.append(f"{name}={_value(name, rest, names)}")
        elif name in names.optional:
            line.options.append(_optional(word, rest, names))
        elif is_value(word):
            line.words.append(word)
        else:
            line.unknown.append(word)
    return line


def is_value(word: str) -> bool:
    """Whether `word` is a value: without a dash in front, -, a negative number, or with a space."""
    plain = not word.startswith("-") or word == "-" or " " in word
    return plain or bool(re.fullmatch(_NUMBER, word))


def reject_unknown(
    unknown: Sequence[str],
    names: Collection[str],
    *hints: str,
    ctx: "click.Context | None" = None,
) -> None:
    """Raise UsageError for unknown words, with hints on options; see `option_hints`."""
    if unknown:
        from .suggestions import option_hints

        suggestions = option_hints(unknown, names, ctx)
        raise UsageError(f"Unknown options: {', '.join(unknown)}", *suggestions, *hints)


def reject_choice(name: str, word: str, choices: Collection[str]) -> NoReturn:
    """Raise UsageError for the invalid choice `word`, with the nearest choice or all as a hint."""
    from difflib import get_close_matches

    nearest = get_close_matches(word, choices, 1)
    raise UsageError(
        f"argument {name}: Found invalid choice '{word}'",
        f"did you mean {nearest[0]}?" if nearest else f"choose from {', '.join(choices)}",
    )


def _next_word(rest: list[str], names: OptionNames) -> str:
    word = rest.pop()
    if word.startswith("-") and not word.startswith("--"):
        rest += reversed(names.spelled_out(word))
        word = rest.pop()
    return word


def _flag(word: str, names: OptionNames) -> str:
    name, equals, value = word.partition("=")
    if name in names.attached:
        return word if equals else f"{name}={names.attached[name][0]}"
    if equals:
        raise UsageError(f"argument {name}: ignored explicit argument '{value}'")
    return word


def _value(name: str, rest: list[str], names: OptionNames) -> str:
    if not rest or not names.is_value(rest[-1]):
        hint = f"to pass a value that starts with -, use {name}=VALUE" if rest else ""
        raise UsageError(f"argument {name}: expected one argument", *filter(None, [hint]))
    return rest.pop()


def _optional(word: str, rest: list[str], names: OptionNames) -> str:
    if "=" in word:
        return word
    return f"{word}={rest.pop() if rest and names.is_value(rest[-1]) else names.optional[word]}"


def has_version_flag(arguments: Sequence[str]) -> bool:
    """Whether --version is among the options; it overrides everything else on the line."""
    words = list(arguments)
    return "--version" in words[: words.index("--") if "--" in words else None]


class Split(NamedTuple):
    """A line split at its command: the options before it, the command if any, and the rest."""

    options: list[str]
    command: str | None
    rest: list[str]


def split(arguments: Sequence[str], load_names: Callable[[], OptionNames], service: str) -> Split:
    """Split a line at its command, which follows any options and the optional word `service`.

    The names of the options are loaded only for a line that begins with options.
    """
    rest = list(arguments)
    while rest[:1] == [service]:
        del rest[0]
    if rest and not rest[0].startswith("-"):
        return Split([], rest[0], rest[1:])
    names, options = load_names(), list[str]()
    while rest:
        word = rest.pop(0)
        if names.is_value(word) and word != service:
            return Split(options, word, rest)
        if word != service:
            options.append(word)
        if word in names.valued and rest and names.is_value(rest[0]):
            options.append(rest.pop(0))
    return Split(options, None, rest)
