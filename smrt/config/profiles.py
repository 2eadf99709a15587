"""Parses ~/.aws/config and ~/.aws/credentials as botocore does.

https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
"""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from smrt.errors import ConfigurationError
from smrt.named_tuple import NamedTuple
from smrt.protocol.messages import masked_repr

Section = Mapping[str, Any]
Sections = Mapping[str, Section]
BOM = b"\xef\xbb\xbf"
"""The byte order mark of UTF-8: the text is in UTF-8 whatever the locale."""


class ConfigFile(NamedTuple):
    """The sections of a config file by kind and name; other kinds are ignored."""

    profiles: Sections
    sso_sessions: Sections
    services: Sections

    def __repr__(self) -> str:
        return masked_repr(self, *self._fields)


def config_file(path: str) -> ConfigFile:
    """Parse the config file at `path`; a missing file is empty.

    Raises ConfigurationError for a file that cannot be read or parsed.
    """
    kinds: dict[str, dict[str, Section]] = {"profile": {}, "sso-session": {}, "services": {}}
    for header, section in sections(path).items():
        kind = next((kind for kind in kinds if header.startswith(kind)), None)
        if kind is not None:
            for name in _names(header):
                kinds[kind][name] = section
        elif header == "default":
            kinds["profile"][header] = section
    return ConfigFile(*kinds.values())


def sections(path: str) -> Sections:
    """The sections of the INI file at `path` by header, with indented blocks as mappings.

    Raises ConfigurationError for a file that cannot be read or parsed.
    """
    if not os.path.isfile(path):
        return {}
    from configparser import Error, RawConfigParser

    parser = RawConfigParser()
    try:
        with open(path) as file:
            if file.buffer.peek().startswith(BOM):  # type: ignore[attr-defined]
                file.reconfigure(encoding="utf-8-sig")
            parser.read_file(file)
        return {name: _section(parser.items(name)) for name in parser.sections()}
    except OSError as exc:
        message = f"Unable to read config file: {path}: {exc.strerror}"
        raise ConfigurationError(message, f"make it readable: chmod u+r '{path}'") from exc
    except (Error, ValueError) as exc:
        # not `from exc`: configparser quotes the line, which may contain a secret
        raise ConfigurationError(f"Unable to parse config file: {path}", *_location(exc)) from None


def _section(items: Iterable[tuple[str, str]]) -> Section:
    return {key: _nested(value) if value.startswith("\n") else value for key, value in items}


def _nested(text: str) -> Mapping[str, str]:
    """Parse an indented block of `key = value` lines; raises ValueError for other lines."""
    lines = [line.partition("=") for line in text.splitlines() if line.strip()]
    if not all(equals for _, equals, _ in lines):
        raise ValueError("an indented block has a line without '='")
    return {key.strip(): value.strip() for key, _, value in lines}


def _names(header: str) -> list[str]:
    """The unquoted name in a header of two words; empty for other headers."""
    if header.isascii() and header.isprintable() and not {'"', "'", "\\"}.intersection(header):
        words = header.split()
    else:
        words = _shell_words(header)
    return words[1:] if len(words) == 2 else []  # noqa: PLR2004 - the kind and the name


def _shell_words(header: str) -> list[str]:
    import shlex

    try:
        return shlex.split(header)
    except ValueError:
        return []


def _location(exc: Exception) -> tuple[str, ...]:
    """Hints on the location of a parse error, without the content of the line."""
    errors = getattr(exc, "errors", None)
    line = errors[0][0] if errors else getattr(exc, "lineno", None)
    if line is not None:
        return (f"see line {line}",)
    return (
        ("it is not valid text in the locale's encoding",)
        if hasattr(exc, "encoding")
        else (str(exc),)
    )
