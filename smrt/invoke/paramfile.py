"""Reads what the command line points at: file://, fileb:// and standard input."""

import os
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from smrt.errors import UsageError

BLOCK = 1 << 16
TEXT = "file://"
BYTES = "fileb://"


def is_reference(value: str) -> bool:
    """Whether `value` points at a file."""
    return value.startswith((TEXT, BYTES))


def read(value: str, name: str, environ: Mapping[str, str]) -> str | bytes:
    """What the file:// or fileb:// address `value` holds, whole; UsageError names the option."""
    if value.startswith(BYTES):
        with open_bytes(value, name) as file:
            try:
                return file.read()
            except OSError as exc:
                raise _unreadable(value, name, exc) from exc
    return "".join(text_pieces(value, name, environ))


def open_bytes(value: str, name: str) -> BinaryIO:
    """The file at the fileb:// address `value`, open; UsageError names the option."""
    try:
        return open(_place(value.removeprefix(BYTES)), "rb")
    except OSError as exc:
        raise _unreadable(value, name, exc) from exc


def text_pieces(value: str, name: str, environ: Mapping[str, str]) -> Iterator[str]:
    """The text at the file:// address `value`, line ends made LF; UsageError names the option."""
    place = _place(value.removeprefix(TEXT))
    try:
        with open(place, encoding=_encoding(environ)) as file:
            while piece := file.read(BLOCK):
                yield piece
    except OSError as exc:
        raise _unreadable(value, name, exc) from exc
    except UnicodeDecodeError as exc:
        raise UsageError(
            f"Error parsing parameter '{name}': Unable to load paramfile ({place}), text contents "
            "could not be decoded.  If this is a binary file, please use the fileb:// prefix "
            "instead of the file:// prefix."
        ) from exc
    except LookupError as exc:
        raise UsageError(
            f"{exc}", "set AWS_CLI_FILE_ENCODING to an encoding such as utf-8"
        ) from exc


def _place(path: str) -> str:
    return os.path.expandvars(os.path.expanduser(path))


def _encoding(environ: Mapping[str, str]) -> str:
    """AWS CLI's choice: its variable, else the locale's, where the C locale counts as UTF-8."""
    named = environ.get("AWS_CLI_FILE_ENCODING")
    if named:
        return named
    from locale import LC_CTYPE, getpreferredencoding, setlocale

    return "utf-8" if setlocale(LC_CTYPE) in ("C", "POSIX") else getpreferredencoding(False)


def _unreadable(value: str, name: str, exc: OSError) -> UsageError:
    return UsageError(f"Error parsing parameter '{name}': Unable to load paramfile {value}: {exc}")
