"""The options that apply before a line is parsed, and if parsing fails."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from smrt.config import configuration
from smrt.errors import DEFAULT_ERROR_FORMAT, ERROR_FORMATS, SmrtError
from smrt.invoke.option_table import DEBUG, ERROR_FORMAT


class EarlyOptions(NamedTuple):
    """Options read without validation, wherever they are on the line; None if missing."""

    error_format: str | None = None
    profile: str | None = None
    color: str | None = None
    debug: bool = False


def early_options(arguments: Sequence[str]) -> EarlyOptions:
    """Read the options of an unparsed line; the last occurrence of an option wins."""
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


def effective_error_format(options: EarlyOptions, environ: Mapping[str, str]) -> str:
    """The format of error messages: from the line if it is valid, else from the configuration."""
    if options.error_format in ERROR_FORMATS:
        return options.error_format
    try:
        return configuration.error_format(configuration.load(environ, options.profile))
    except SmrtError:
        return DEFAULT_ERROR_FORMAT
