"""Reads the files that options refer to: file:// (text) and fileb:// (bytes)."""

import os
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from smrt.errors import UsageError

BLOCK = 1 << 16
MAX_TEXT = 1 << 20
MAX_DOCUMENT = 64 << 20
"""The largest text of an option, and of an input document, whose Body can be large."""
TEXT = "file://"
BYTES = "fileb://"


def is_reference(value: str) -> bool:
    """Whether `value` refers to a file."""
    return value.startswith((TEXT, BYTES))


def path_in(value: str) -> str:
    """The path in a file:// or fileb:// URL, with ~ and variables expanded."""
    return os.path.expandvars(os.path.expanduser(value.partition("://")[2]))


def read(value: str, name: str, environ: Mapping[str, str], limit: int = MAX_TEXT) -> str | bytes:
    """The content of the file at the file:// or fileb:// URL `value`.

    Raises UsageError, which names the option, also for more than `limit` bytes or characters: a
    device can be without an end.
    """
    is_bytes = value.startswith(BYTES)
    content = _bytes(value, name, limit) if is_bytes else _text(value, name, environ, limit)
    check_limit(content, value, name, limit)
    return content


def check_limit(content: str | bytes, value: str, name: str, limit: int) -> None:
    """Raise UsageError, which names the option, for more than `limit` bytes or characters."""
    if len(content) > limit:
        raise _unreadable(value, name, f"it is larger than {limit >> 20} MiB")


def _bytes(value: str, name: str, limit: int) -> bytes:
    with open_bytes(value, name) as file:
        try:
            return file.read(limit + 1)
        except OSError as exc:
            raise _unreadable(value, name, exc) from exc


def _text(value: str, name: str, environ: Mapping[str, str], limit: int) -> str:
    chunks, size = [], 0
    for chunk in text_chunks(value, name, environ):
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            break
    return "".join(chunks)


def open_bytes(value: str, name: str) -> BinaryIO:
    """Open the file of the fileb:// URL `value`; UsageError mentions the option `name`."""
    try:
        return open(path_in(value), "rb")
    except OSError as exc:
        raise _unreadable(value, name, exc) from exc


def text_chunks(value: str, name: str, environ: Mapping[str, str]) -> Iterator[str]:
    """The text of the file:// URL `value`, with LF line ends; UsageError mentions `name`."""
    path = path_in(value)
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


def _encoding(environ: Mapping[str, str]) -> str:
    """As in AWS CLI: AWS_CLI_FILE_ENCODING, else that of the locale (UTF-8 for the C locale)."""
    configured = environ.get("AWS_CLI_FILE_ENCODING")
    if configured:
        return configured
    from locale import LC_CTYPE, getpreferredencoding, setlocale

    return "utf-8" if setlocale(LC_CTYPE) in ("C", "POSIX") else getpreferredencoding(False)


def _unreadable(value: str, name: str, reason: object) -> UsageError:
    message = f"Error parsing parameter '{name}': Unable to load paramfile {value}: {reason}"
    return UsageError(message)
