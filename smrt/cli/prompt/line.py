"""A command line that is being typed: its parsed words, what is missing, and completions."""

import re
import shlex
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from smrt.cli.arguments import OptionNames, is_value
from smrt.cli.completion import FILES, SERVICE, TYPES, option_rows, positional_rows
from smrt.cli.help.page import Page
from smrt.invoke.option_table import Row
from smrt.protocol.messages import masked_repr

WAIVES_REQUIRED = ("--cli-input-json", "--cli-input-yaml", "--generate-cli-skeleton")
"""With one of these, no option is required."""
REPLACED_BY = {"--body": ("--data", "--json")}
"""The options that replace a required one."""
FILE_PREFIXES = {"DATA": "@"}
"""The pattern of the prefix before the path of a file, by metavar."""


class Suggestion(NamedTuple):
    """A word that can come next, and its description."""

    text: str
    description: str = ""


class Candidates(NamedTuple):
    """Functions that list values; `endpoints` takes the profile and the Region.

    `configured` lists the required options that the environment or a profile sets.
    """

    profiles: Callable[[], Iterable[str]]
    regions: Callable[[], Iterable[str]]
    endpoints: Callable[[str | None, str | None], Iterable[str]]
    paths: Callable[[str], Iterable[str]]
    configured: Callable[[str | None], Collection[str]]


class Line(NamedTuple):
    """The parsed words: the command's page, the values of its options, and the other words.

    `pending` is the option whose value is next, if any; `positionals` is the number of other words.
    """

    page: Page
    values: Mapping[str, str]
    pending: Row | None
    positionals: int

    def __repr__(self) -> str:
        return masked_repr(self, "values")

    @property
    def profile(self) -> str | None:
        """The profile that the line names."""
        return self.values.get("--profile")

    def missing(self, candidates: Candidates) -> list[str]:
        """What the line needs before it can run."""
        if self.page.commands:
            return ["a command"]
        if self.pending is not None and not _is_optional(self.pending):
            return [f"a value for {self.pending.flag}"]
        if any(flag in self.values for flag in WAIVES_REQUIRED):
            return []
        required = [row.flag for row in option_rows(self.page) if row.group == "required"]
        known = {*self.values, *candidates.configured(self.profile)}
        return [flag for flag in required if known.isdisjoint((flag, *REPLACED_BY.get(flag, ())))]


def finished_words(text: str) -> tuple[list[str], int]:
    """The finished words of `text`, split as a shell does, and the index of the unfinished one."""
    quote, escaped, start = "", False, 0
    for index, character in enumerate(text):
        if escaped:
            escaped = False
        elif character == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character.isspace():
            start = index + 1
    return shlex.split(text[:start]), start


def unquoted(word: str) -> str:
    """An unfinished word without its quotes."""
    return re.sub(r"\\(.)|['\"]", r"\1", word)


def parse_line(pages: Mapping[str, Page], typed: Sequence[str]) -> Line:
    """Parse the finished words `typed`; `pages` are the pages of all commands by name."""
    name, values, pending, positionals = next(iter(pages)), dict[str, str](), None, 0
    for word in typed:
        rows = {row.flag: row for row in option_rows(pages[name])}
        if pending is not None and not (_is_optional(pending) and word.startswith("--")):
            values[pending.flag], pending = word, None
        elif word.startswith("--") or not is_value(word):
            *flags, last = _names(rows.values()).spelled_out(word)
            flag, equals, value = last.partition("=")
            values.update({**dict.fromkeys(flags, ""), flag: value})
            row = rows.get(flag)
            pending = row if row is not None and row.takes_value and not equals else None
        elif f"{name} {word}" in pages:
            name = f"{name} {word}"
        elif word != SERVICE:
            pending, positionals = None, positionals + 1
    return Line(pages[name], values, pending, positionals)


def suggestions(line: Line, current: str, candidates: Candidates) -> list[Suggestion]:
    """The completions of the word `current`, the best match first."""
    flag, equals, typed = current.partition("=")
    if line.pending is not None and not (_is_optional(line.pending) and current.startswith("-")):
        return fuzzy_matches(current, _values(line.pending, line, current, candidates))
    if equals and flag.startswith("--"):
        rows = [row for row in option_rows(line.page) if row.flag == flag]
        values = [value for row in rows for value in _values(row, line, typed, candidates)]
        matches = fuzzy_matches(typed, values)
        return [match._replace(text=f"{flag}={match.text}") for match in matches]
    commands = [Suggestion(*pair) for pair in line.page.commands.items()]
    if line.page.is_group and not current.startswith("-"):
        return fuzzy_matches(current, commands)
    rows = [
        row for row in option_rows(line.page) if row.is_repeatable or row.flag not in line.values
    ]
    options = [Suggestion(row.flag, _description(row)) for row in rows]
    next_rows = positional_rows(line.page)[line.positionals :][:1]
    expected = next_rows if current and current[0] != "-" else []
    values = [value for row in expected for value in _values(row, line, current, candidates)]
    if not line.values and not line.positionals:
        options = commands + options
    return fuzzy_matches(current, options + values)


def fuzzy_matches(typed: str, choices: Iterable[Suggestion]) -> list[Suggestion]:
    """The choices that contain the characters of `typed` in order, the closest together first."""
    pattern = re.compile(".*?".join(map(re.escape, typed)), re.IGNORECASE)
    ranked = [
        (match.end() - match.start(), match.start(), index, choice)
        for index, choice in enumerate(choices)
        if (match := pattern.search(choice.text))
    ]
    return [choice for *_, choice in sorted(ranked)]


def _values(row: Row, line: Line, typed: str, candidates: Candidates) -> list[Suggestion]:
    """The possible values of an option or argument."""
    prefix = re.match(FILE_PREFIXES.get(row.metavar, "fileb?://"), typed)
    if prefix:
        return [Suggestion(prefix[0] + path) for path in candidates.paths(typed[prefix.end() :])]
    if row.choices:
        return [Suggestion(word, "default" if word == row.default else "") for word in row.choices]
    region = line.values.get("--region")
    by_name: Mapping[str, Callable[[], Iterable[str]]] = {
        "PROFILE": candidates.profiles,
        "REGION": candidates.regions,
        "ENDPOINT": lambda: candidates.endpoints(line.profile, region),
        "TYPE": lambda: TYPES,
        **dict.fromkeys(FILES, lambda: candidates.paths(typed)),
        "DATA": lambda: ("@", "@-"),
        **dict.fromkeys(("INPUT", "JSON", "YAML"), lambda: ("fileb://", "file://", "-")),
    }
    return [Suggestion(text) for text in by_name.get(row.metavar, tuple)()]


def _names(rows: Iterable[Row]) -> OptionNames:
    """The names that shorter ones stand for."""
    return OptionNames((), (), short={row.short: row.flag for row in rows if row.short})


def _description(row: Row) -> str:
    prefix = "required: " if row.group == "required" else ""
    return prefix + row.help


def _is_optional(row: Row) -> bool:
    return row.metavar.startswith("[")
