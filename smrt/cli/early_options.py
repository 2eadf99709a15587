"""The options that hold before a line is parsed, and where parsing it fails."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from smrt.config import configuration
from smrt.errors import DEFAULT_ERROR_FORMAT, ERROR_FORMATS, SmrtError
from smrt.invoke.option_table import DEBUG, ERROR_FORMAT


class EarlyOptions(NamedTuple):
    """What a line names wherever it stands, nothing checked; None where it does not."""

    error_format: str | None = None
    profile: str | None = None
    color: str | None = None
    debug: bool = False


def early_options(arguments: Sequence[str]) -> EarlyOptions:
    """The options of a line of which nothing is known yet; the last of a name wins."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    words = arguments[:end]
    values: dict[str, str | None] = {}
    for word, following in zip_longest(words, words[1:]):
        name, equals, value = word.partition("=")
        values[name] = value if equals else following or values.get(name)
    return EarlyOptions(
        values.get(ERROR_FORMAT.flag),
        values.get("--profile") or None,
        values.get("--color"),
        DEBUG.flag in words,
    )


def error_format_in_force(options: EarlyOptions, environ: Mapping[str, str]) -> str:
    """The name of the format of errors: that of the line, if there is such a one, or configured."""
    if options.error_format in ERROR_FORMATS:
        return options.error_format
    try:
        return configuration.error_format(configuration.load(environ, options.profile))
    except SmrtError:
        return DEFAULT_ERROR_FORMAT
