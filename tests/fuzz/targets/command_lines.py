"""Command lines: valid ones, made of the rows of the option table, with words that are mutated."""

import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

import click

from smrt.cli.main import COMMANDS, commands
from smrt.cli.operation_command import RowsCommand
from smrt.invoke.option_table import SKELETON, Row
from tests.fuzz import sandbox
from tests.fuzz.judging import judged
from tests.fuzz.sandbox import ENDPOINT, ENVIRON, Setup
from tests.fuzz.target import Finding
from tests.fuzz.values import CHARACTERS, HOSTILE, SETTINGS, VALUES, VARIABLES
from tests.support.scripted_endpoint import raw, response

ONE_PROCESS_IN = 200
"""A process takes as long as some dozens of cases in this one."""
BODY = b'{"predictions":[1]}'
STREAMING = "invoke-endpoint-with-response-stream"
FILES = {
    "work/input.csv": b"1,2\n",
    "work/old.json": b"old",
    "work/parameters.json": b'{"EndpointName": "e", "Body": "e30="}',
    "work/call.json": b'{"OutputLocation": "s3://b/k"}',
    ".aws/config": b"[profile p]\noutput = text\n[default]\n",
}
_WITHOUT_CALL = ("--dry-run", SKELETON, "--help", "-h", "--version")


class Case(NamedTuple):
    """The words of a command line, the environment, and lines of the profile.

    A `real` one gets a process of its own.
    """

    words: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()
    profile: tuple[str, ...] = ()
    real: bool = False


def cases(random: Random) -> Iterator[Case]:
    """Valid lines with up to four mutations; some have none."""
    lines = tuple(_lines())
    while True:
        words = _line(random, *random.choice(lines))
        for _ in range(random.randrange(5)):
            words = _mutated(random, words)
        real = random.randrange(ONE_PROCESS_IN) == 0
        yield Case(tuple(map(_confined, words)), _variables(random), _profile(random), real)


def run(case: Case) -> Finding | None:
    """Run the line against an endpoint that responds with BODY, as S3 does."""
    options = case.words[: case.words.index("--") if "--" in case.words else None]
    sends = not any(word in _WITHOUT_CALL or word.startswith(f"{SKELETON}=") for word in options)
    config = FILES[".aws/config"] + "\n".join((*case.profile, "")).encode()
    setup = Setup(
        {**ENVIRON, **dict(case.variables)},
        {**FILES, ".aws/config": config},
        stdin=b"{}",
        respond=raw(response(200, BODY)),
        real=case.real,
    )
    streams = STREAMING in case.words  # with --include, the head of a response may be saved
    return judged(sandbox.run(case.words, setup), sends=sends, bodies=(BODY,), streams=streams)


def _variables(random: Random) -> tuple[tuple[str, str], ...]:
    """Mostly none."""
    names = random.sample(tuple(VARIABLES), random.choice((0, 0, 0, 1, 2)))
    return tuple((name, random.choice(VARIABLES[name])) for name in names)


def _profile(random: Random) -> tuple[str, ...]:
    keys = random.sample(tuple(SETTINGS), random.choice((0, 0, 0, 1, 2)))
    return tuple(f"{key} = {random.choice(SETTINGS[key])}" for key in keys)


def _lines() -> Iterator[tuple[str, Sequence[Row]]]:
    """The commands that call a service, and the rows of their options."""
    context = click.Context(commands, info_name="smrt")
    for name in COMMANDS:
        command = commands.get_command(context, name)
        yield name, command.rows if isinstance(command, RowsCommand) else ()


def _line(random: Random, command: str, rows: Sequence[Row]) -> list[str]:
    """A line with all that is required, some options and at times an OUTFILE."""
    required = [row for row in rows if row.group == "required"]
    others = [row for row in rows if row not in required]
    chosen = [*required, *random.sample(others, min(len(others), random.randrange(5)))]
    words = [word for row in chosen for word in _option(random, row)]
    outfile = random.choice(((), ("new.json",), ("old.json",), ("nowhere/x",)))
    return [command, *words, *outfile]


def _option(random: Random, row: Row) -> list[str]:
    if not row.takes_value:
        return [row.flag]
    values = row.choices or VALUES.get(row.metavar, VALUES["TEXT"])
    value = random.choice(values[:1] if row.group == "required" else values)
    return [f"{row.flag}={value}"] if random.randrange(2) else [row.flag, value]


def _mutated(random: Random, words: list[str]) -> list[str]:
    at = random.randrange(len(words) + 1)
    match random.randrange(6):
        case 0:
            return words[:at] + words[at + 1 :]
        case 1:
            return [*words[:at], random.choice(HOSTILE), *words[at:]]
        case 2:
            return [*words[:at], random.choice(VALUES[random.choice(tuple(VALUES))]), *words[at:]]
        case 3:
            return random.sample(words, len(words))
        case 4:
            return [*words[:at], *words[at : at + 2], *words[at:]]
        case _:
            return [
                *words[:at],
                *(_misspelled(random, word) for word in words[at : at + 1]),
                *words[at + 1 :],
            ]


def _misspelled(random: Random, word: str) -> str:
    """Another character somewhere in `word`; URLs stay as they are, for they have a host."""
    if "//" in word or ENDPOINT in word:
        return word
    at = random.randrange(len(word) + 1)
    return word[:at] + random.choice(CHARACTERS) + word[at + random.randrange(2) :]


def _confined(word: str) -> str:
    """`word`, unless it is a path out of the current folder."""
    return re.sub(r"(^|=)[/~]+", r"\1", word.replace("..", "."))
