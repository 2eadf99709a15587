"""A request body made ready to be sent more than once: measured, hashed, and rewound."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from os import SEEK_END
from typing import Any, BinaryIO, cast

from smrt.errors import SmrtError, UsageError
from smrt.protocol.messages import Payload

BLOCK = 1 << 18
IN_MEMORY = 1 << 20
"""Bytes; what is larger and comes as a stream waits in an unlinked temporary file."""


def payload(content: bytes | bytearray | str | BinaryIO) -> Payload:
    """`content`, from where it stands, as something that can be signed and sent again.

    Raises UsageError for what cannot be read as bytes, SmrtError where it cannot be kept.
    """
    if isinstance(content, str):
        content = content.encode()
    if isinstance(content, bytes | bytearray):
        return Payload(bytes(content), len(content), hashlib.sha256(content).hexdigest())
    if not _can_rewind(content):
        return payload(spool(_blocks(content)))
    digest, length = hashlib.sha256(), 0
    for block in _readable(_blocks(content)):
        digest.update(block)
        length += len(block)
    return Payload(content, length, digest.hexdigest())


def length(content: Any) -> int:
    """How many bytes a body has, if that can be told afterwards; else 0."""
    if isinstance(content, bytes | bytearray):
        return len(content)
    try:
        return int(content.seek(0, SEEK_END))
    except (AttributeError, OSError, ValueError):
        return 0


def spool(pieces: Iterable[bytes]) -> bytes | BinaryIO:
    """The pieces put together: in memory up to IN_MEMORY bytes, else in a file without a name.

    Raises UsageError where they cannot be read, SmrtError where there is no room for them.
    """
    held: list[bytes] = []
    size = 0
    pieces = _readable(pieces)
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > IN_MEMORY:
            break
    else:
        return b"".join(held)
    from tempfile import TemporaryFile

    file = cast(BinaryIO, TemporaryFile())  # noqa: SIM115 - the caller reads it
    try:
        file.writelines(held)
        file.writelines(pieces)
        file.seek(0)
    except OSError as exc:
        with suppress(OSError):
            file.close()
        raise SmrtError(
            f"the body cannot be kept in a temporary file: {exc.strerror}",
            "TMPDIR names another folder for it",
        ) from exc
    return file


def _can_rewind(file: BinaryIO) -> bool:
    """Whether `file` stands at its beginning, and can go back there; some can only be read."""
    return hasattr(file, "seekable") and file.seekable() and file.tell() == 0


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while True:
        block = file.read(BLOCK)
        if not isinstance(block, bytes | bytearray):  # of a text file; None if it never waits
            raise UsageError(
                f"the body is a file that gives {type(block).__name__}, not bytes",
                'open it in binary mode, as in open(path, "rb")',
            )
        if not block:
            return
        yield block


def _readable(pieces: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from pieces
    except OSError as exc:
        raise UsageError(f"the body cannot be read: {exc.strerror or exc}") from exc
