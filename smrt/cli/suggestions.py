"""Suggestions for unknown words: what other tools call it, which command has it, the nearest."""

from collections.abc import Collection, Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches
from itertools import takewhile
from typing import TYPE_CHECKING, NoReturn

import click

from smrt.errors import UsageError

if TYPE_CHECKING:
    from .help.page import Page

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "--cacert": ("--ca-bundle",),
    "--endpoint": ("--endpoint-name",),
    "--insecure": ("--no-verify-ssl",),
    "--max-time": ("--cli-read-timeout", "--wait-timeout"),
    "--timeout": ("--cli-read-timeout", "--wait-timeout"),
    "--url": ("--endpoint-url",),
}
"""Options of other tools, and abbreviations, with smrt's options for the same purpose."""

_RESOURCES = ("endpoint", "endpoint-config", "inference-component", "model")
MANAGEMENT_COMMANDS = frozenset(
    f"{verb}-{resource}{'s' * (verb == 'list')}"
    for verb in ("list", "describe", "create", "delete")
    for resource in _RESOURCES
) | {"update-endpoint", "update-endpoint-weights-and-capacities", "update-inference-component"}
"""Commands of `aws sagemaker` that manage what smrt calls."""


def option_hints(
    unknown: Sequence[str], known: Collection[str], ctx: click.Context | None = None
) -> list[str]:
    """A hint for each unknown word that resembles an option, or is that of another command.

    `known` are the options of the command; those of all others are found through `ctx`.
    """
    pages = [] if ctx is None else _pages(ctx)
    hints = (
        _other_commands(word, pages) or _nearest(word, known)
        for word in unknown
        if word.partition("=")[0] not in known
    )
    return [hint for hint in hints if hint]


def reject_command(word: str, rest: Sequence[str], commands: Collection[str]) -> NoReturn:
    """Raise UsageError for the unknown command `word`, with what to run instead as a hint."""
    is_service = word == "sagemaker" and bool(rest)
    name = rest[0] if is_service else word
    started = [command for command in commands if word and command.startswith(word)]
    nearest = started or get_close_matches(word, commands, 1)
    if name in MANAGEMENT_COMMANDS:
        hint = f"smrt only invokes endpoints; to manage them: aws sagemaker {name}"
    elif nearest:
        hint = f"did you mean {nearest[0]}?"
    else:
        hint = f"choose from {', '.join(commands)}"
    raise UsageError(f"argument operation: Found invalid choice '{word}'", hint)


def _pages(ctx: click.Context) -> "list[Page]":
    from .help_option import pages

    return pages(ctx.find_root())


def _other_commands(word: str, pages: "Sequence[Page]") -> str:
    """The commands that have the option `word`, as a hint; empty if there are none."""
    name = word.partition("=")[0]
    commands = [page.name for page in pages if name in {row.flag for row in page.rows}]
    return f"{name} is an option of {', '.join(commands)}" if name and commands else ""


def _nearest(word: str, known: Collection[str]) -> str:
    """The options that `word` probably means, as a hint; empty if it resembles none."""
    name = word.partition("=")[0]
    meanings: dict[str, tuple[str, ...]] = {option: (option,) for option in known}
    for synonym, options in SYNONYMS.items():
        if usable := tuple(option for option in options if option in known):
            meanings[synonym] = usable
    nearest = max(
        get_close_matches(name, meanings), key=lambda meant: _likeness(name, meant), default=""
    )
    return f"did you mean {' or '.join(meanings[nearest])} instead of {word}?" if nearest else ""


def _likeness(typed: str, option: str) -> float:
    """How probably `option` is meant: its first letters count more than the others."""
    pairs = zip(typed, option, strict=False)
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return SequenceMatcher(None, typed, option).ratio() + common / 100 + option.startswith(typed)
