"""The words of a command line put in order before click reads them.

click takes `--body --accept x` for a body that is "--accept", names only the first of several
unknown words, and would parse a global option before the command in a context of its own.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, NoReturn

from smrt.errors import UsageError

_NUMBER = r"-\d+|-\d*\.\d+"


class Names(NamedTuple):
    """The options that are known: `valued` take a value, `flags` none, `optional` a default."""

    valued: Collection[str]
    flags: Collection[str]
    optional: Mapping[str, str] = {}

    def is_value(self, word: str) -> bool:
        """Whether `word` can be a value here: `--query=a b` holds a space, but is an option."""
        name = word.partition("=")[0]
        return is_value(word) and not any(name in group for group in self)


class Arranged(NamedTuple):
    """A command line in order: options as `--name=value` or `--flag`, then the other words."""

    options: list[str]
    words: list[str]
    unknown: list[str]


def arrange(arguments: Sequence[str], names: Names) -> Arranged:
    """Tell options from other words, by argparse's rules; UsageError for a misused option."""
    found = Arranged([], [], [])
    rest = list(reversed(arguments))
    while rest:
        word = rest.pop()
        if word == "--":
            found.words.extend(reversed(rest))
            break
        name, equals, _ = word.partition("=")
        if name in names.flags and equals:
            raise UsageError(
                f"argument {name}: ignored explicit argument '{word[len(name) + 1 :]}'"
            )
        if name in names.flags or (equals and name in names.valued):
            found.options.append(word)
        elif name in names.valued:
            found.options.append(f"{name}={_value(name, rest, names)}")
        elif name in names.optional:
            found.options.append(_optional(word, rest, names))
        elif is_value(word):
            found.words.append(word)
        else:
            found.unknown.append(word)
    return found


def is_value(word: str) -> bool:
    """Whether `word` is no option: it has no dash, or is one, a negative number, or a phrase."""
    plain = not word.startswith("-") or word == "-" or " " in word
    return plain or bool(re.fullmatch(_NUMBER, word))


def refuse_unknown(unknown: Sequence[str], names: Collection[str], *hints: str) -> None:
    """Raise UsageError for words that nothing takes, with the options they may have meant."""
    if unknown:
        from difflib import get_close_matches

        meant = [
            f"did you mean {near[0]} instead of {word}?"
            for word in unknown
            if (near := get_close_matches(word.partition("=")[0], names, 1)) and near[0] not in word
        ]
        raise UsageError(f"Unknown options: {', '.join(unknown)}", *meant, *hints)


def refuse_choice(name: str, word: str, choices: Collection[str]) -> NoReturn:
    """Raise UsageError: an argument cannot be `word`; it names the nearest choice, or all."""
    from difflib import get_close_matches

    near = get_close_matches(word, choices, 1)
    raise UsageError(
        f"argument {name}: Found invalid choice '{word}'",
        f"did you mean {near[0]}?" if near else f"choose from {', '.join(choices)}",
    )


def _value(name: str, rest: list[str], names: Names) -> str:
    if not rest or not names.is_value(rest[-1]):
        hint = f"if the value starts with -, use {name}=VALUE" if rest else ""
        raise UsageError(f"argument {name}: expected one argument", *filter(None, [hint]))
    return rest.pop()


def _optional(word: str, rest: list[str], names: Names) -> str:
    if "=" in word:
        return word
    return f"{word}={rest.pop() if rest and names.is_value(rest[-1]) else names.optional[word]}"


def asks_version(arguments: Sequence[str]) -> bool:
    """Whether --version is among the options: it wins over everything, wherever it stands."""
    words = list(arguments)
    return "--version" in words[: words.index("--") if "--" in words else None]


class Split(NamedTuple):
    """A line cut at its command: the options before it, the command if there is one, the rest."""

    options: list[str]
    command: str | None
    rest: list[str]


def split(arguments: Sequence[str], names: Names, service: str) -> Split:
    """Find the command, behind any options and the word `service`."""
    options: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if names.is_value(word) and word != service:
            return Split(options, word, rest)
        if word != service:
            options.append(word)
        if word in names.valued and rest and names.is_value(rest[0]):
            options.append(rest.pop(0))
    return Split(options, None, rest)
