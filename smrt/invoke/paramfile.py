"""Reads the files that options refer to: file:// (text) and fileb:// (bytes)."""

import os
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from smrt.errors import UsageError

BLOCK = 1 << 16
TEXT = "file://"
BYTES = "fileb://"


def is_reference(value: str) -> bool:
    """Whether `value` refers to a file."""
    return value.startswith((TEXT, BYTES))


def read(value: str, name: str, environ: Mapping[str, str]) -> str | bytes:
    """The content of the file:// or fileb:// URL `value`; UsageError mentions the option `name`."""
    if value.startswith(BYTES):
        with open_bytes(value, name) as file:
            try:
                return file.read()
            except OSError as exc:
                raise _unreadable(value, name, exc) from exc
    return "".join(text_chunks(value, name, environ))


def open_bytes(value: str, name: str) -> BinaryIO:
    """Open the file of the fileb:// URL `value`; UsageError mentions the option `name`."""
    try:
        return open(_expanded(value.removeprefix(BYTES)), "rb")
    except OSError as exc:
        raise _unreadable(value, name, exc) from exc


def text_chunks(value: str, name: str, environ: Mapping[str, str]) -> Iterator[str]:
    """The text of the file:// URL `value`, with LF line ends; UsageError mentions `name`."""
    path = _expanded(value.removeprefix(TEXT))
    try:
        with open(path, encoding=_encoding(environ)) as file:
            while chunk := file.read(BLOCK):
                yield chunk
    except OSError as exc:
        raise _unreadable(value, name, exc) from exc
    except UnicodeError as exc:  # utf-16 without a byte order mark
        raise UsageError(
            f"Error parsing parameter '{name}': Unable to load paramfile ({path}), text contents "
            "could not be decoded.  If this is a binary file, please use the fileb:// prefix "
            "instead of the file:// prefix."
        ) from exc
    except LookupError as exc:
        raise UsageError(
            f"{exc}", "set AWS_CLI_FILE_ENCODING to an encoding such as utf-8"
        ) from exc


def _expanded(path: str) -> str:
    return os.path.expandvars(os.path.expanduser(path))


def _encoding(environ: Mapping[str, str]) -> str:
    """As in AWS CLI: AWS_CLI_FILE_ENCODING, else that of the locale (UTF-8 for the C locale)."""
    configured = environ.get("AWS_CLI_FILE_ENCODING")
    if configured:
        return configured
    from locale import LC_CTYPE, getpreferredencoding, setlocale

    return "utf-8" if setlocale(LC_CTYPE) in ("C", "POSIX") else getpreferredencoding(False)


def _unreadable(value: str, name: str, exc: OSError) -> UsageError:
    return UsageError(f"Error parsing parameter '{name}': Unable to load paramfile {value}: {exc}")
