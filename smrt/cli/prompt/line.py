"""A command line that is being typed: what it says so far, what it lacks, what may come next."""

import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from smrt.cli.completion import SERVICE, TYPES, option_rows, positional_rows
from smrt.cli.help.page import Page
from smrt.invoke.option_table import Row
from smrt.protocol.messages import masked_repr

WAIVES_REQUIRED = ("--cli-input-json", "--cli-input-yaml", "--generate-cli-skeleton")
"""With one of these nothing is required any more."""


class Suggestion(NamedTuple):
    """A word that may come next, and what it means."""

    text: str
    meaning: str = ""


class Candidates(NamedTuple):
    """What completes values: by profile and region for the names of endpoints."""

    profiles: Callable[[], Iterable[str]]
    regions: Callable[[], Iterable[str]]
    endpoints: Callable[[str | None, str | None], Iterable[str]]
    paths: Callable[[str], Iterable[str]]


class Line(NamedTuple):
    """The words so far: the command, the values of options, the option that waits for its value."""

    page: Page
    values: Mapping[str, str]
    pending: Row | None
    positionals: int

    def __repr__(self) -> str:
        return masked_repr(self, "values")

    @property
    def missing(self) -> list[str]:
        """What the line needs before it can run."""
        if self.page.commands:
            return ["a command"]
        if self.pending is not None and not _is_optional(self.pending):
            return [f"a value for {self.pending.flag}"]
        if any(flag in self.values for flag in WAIVES_REQUIRED):
            return []
        needed = [row.flag for row in option_rows(self.page) if row.group == "required"]
        return [flag for flag in needed if flag not in self.values]


def finished_words(text: str) -> tuple[list[str], int]:
    """The finished words of `text`, as a shell reads them, and where the last one begins."""
    quote, escaped, start = "", False, 0
    for place, letter in enumerate(text):
        if escaped:
            escaped = False
        elif letter == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter.isspace():
            start = place + 1
    return shlex.split(text[:start]), start


def unquoted(word: str) -> str:
    """A word that is not finished, without its quotes."""
    return re.sub(r"\\(.)|['\"]", r"\1", word)


def parse_line(pages: Mapping[str, Page], typed: Sequence[str]) -> Line:
    """What the finished words `typed` say; `pages` are those of all commands by their names."""
    name, values, waiting, loose = next(iter(pages)), dict[str, str](), None, 0
    for word in typed:
        rows = {row.flag: row for row in option_rows(pages[name])}
        flag, equals, value = word.partition("=")
        if waiting is not None and not (_is_optional(waiting) and word.startswith("--")):
            values[waiting.flag], waiting = word, None
        elif word.startswith("--"):
            values[flag] = value
            row = rows.get(flag)
            waiting = row if row is not None and row.takes_value and not equals else None
        elif f"{name} {word}" in pages:
            name = f"{name} {word}"
        elif word != SERVICE:
            waiting, loose = None, loose + 1
    return Line(pages[name], values, waiting, loose)


def suggestions(found: Line, current: str, candidates: Candidates) -> list[Suggestion]:
    """What may stand where `current` is being typed, the likeliest first."""
    flag, equals, typed = current.partition("=")
    if found.pending is not None and not (_is_optional(found.pending) and current.startswith("-")):
        return fuzzy_matches(current, _values(found.pending, found, current, candidates))
    if equals and flag.startswith("--"):
        rows = [row for row in option_rows(found.page) if row.flag == flag]
        values = [value for row in rows for value in _values(row, found, typed, candidates)]
        return [
            offer._replace(text=f"{flag}={offer.text}") for offer in fuzzy_matches(typed, values)
        ]
    if found.page.commands and not current.startswith("-"):
        return fuzzy_matches(current, [Suggestion(*pair) for pair in found.page.commands.items()])
    rows = [row for row in option_rows(found.page) if row.flag not in found.values]
    expected = (
        positional_rows(found.page)[found.positionals :][:1]
        if current and current[0] != "-"
        else []
    )
    values = [offer for row in expected for offer in _values(row, found, current, candidates)]
    return fuzzy_matches(current, [Suggestion(row.flag, _meaning(row)) for row in rows] + values)


def fuzzy_matches(typed: str, choices: Iterable[Suggestion]) -> list[Suggestion]:
    """The choices that have the letters of `typed` in that order, the closest together first."""
    pattern = re.compile(".*?".join(map(re.escape, typed)), re.IGNORECASE)
    ranked = [
        (match.end() - match.start(), match.start(), place, offer)
        for place, offer in enumerate(choices)
        if (match := pattern.search(offer.text))
    ]
    return [offer for *_, offer in sorted(ranked)]


def _values(row: Row, found: Line, typed: str, candidates: Candidates) -> list[Suggestion]:
    """What the value of an option can be."""
    scheme = re.match("fileb?://", typed)
    if scheme:
        return [Suggestion(scheme[0] + path) for path in candidates.paths(typed[scheme.end() :])]
    if row.choices:
        return [Suggestion(word, "default" if word == row.default else "") for word in row.choices]
    profile, region = found.values.get("--profile"), found.values.get("--region")
    by_name: Mapping[str, Callable[[], Iterable[str]]] = {
        "PROFILE": candidates.profiles,
        "REGION": candidates.regions,
        "ENDPOINT": lambda: candidates.endpoints(profile, region),
        "TYPE": lambda: TYPES,
        "FILE": lambda: candidates.paths(typed),
        "[OUTFILE]": lambda: candidates.paths(typed),
        **dict.fromkeys(("INPUT", "JSON", "YAML"), lambda: ("fileb://", "file://", "-")),
    }
    return [Suggestion(text) for text in by_name.get(row.metavar, tuple)()]


def _meaning(row: Row) -> str:
    needed = "required: " if row.group == "required" else ""
    return needed + row.help


def _is_optional(row: Row) -> bool:
    return row.metavar.startswith("[")
