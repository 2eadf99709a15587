"""A request body that can be sent more than once: measured, hashed, and rewound."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from os import SEEK_END
from typing import Any, BinaryIO, cast

from smrt.errors import SmrtError, UsageError
from smrt.protocol.messages import Payload
from smrt.protocol.sha256 import sha256

BLOCK = 1 << 18
IN_MEMORY = 1 << 20
"""Bytes; a larger stream is saved in an unlinked temporary file."""


def payload(content: bytes | bytearray | str | BinaryIO) -> Payload:
    """`content`, from its current position, as a payload that can be signed and resent.

    Raises UsageError if it cannot be read as bytes, SmrtError if it cannot be saved.
    """
    if isinstance(content, str):
        content = content.encode()
    if isinstance(content, bytes | bytearray):
        return Payload(bytes(content), len(content), sha256(content).hexdigest())
    if not _can_rewind(content):
        return payload(spool(_blocks(content)))
    blocks = _readable(_blocks(content))
    first = next(blocks, b"")
    digest, length = sha256(first), len(first)
    for block in blocks:
        digest.update(block)
        length += len(block)
    return Payload(content, length, digest.hexdigest())


def length(content: Any) -> int:
    """The length of a body in bytes; 0 if it is unknown."""
    if isinstance(content, bytes | bytearray):
        return len(content)
    try:
        return int(content.seek(0, SEEK_END))
    except (AttributeError, OSError, ValueError):
        return 0


def spool(chunks: Iterable[bytes]) -> bytes | BinaryIO:
    """Join the chunks: in memory up to IN_MEMORY bytes, else in an unnamed temporary file.

    Raises UsageError if they cannot be read, SmrtError if they cannot be saved.
    """
    buffer: list[bytes] = []
    size = 0
    chunks = _readable(chunks)
    for chunk in chunks:
        buffer.append(chunk)
        size += len(chunk)
        if size > IN_MEMORY:
            break
    else:
        return b"".join(buffer)
    from tempfile import TemporaryFile

    file = cast(BinaryIO, TemporaryFile())  # noqa: SIM115 - the caller reads it
    try:
        file.writelines(buffer)
        file.writelines(chunks)
        file.seek(0)
    except OSError as exc:
        with suppress(OSError):
            file.close()
        raise SmrtError(
            f"cannot save the body in a temporary file: {exc.strerror}",
            "set TMPDIR to a folder with enough space",
        ) from exc
    return file


def _can_rewind(file: BinaryIO) -> bool:
    """Whether `file` is at its beginning and can return there; a pipe cannot."""
    return hasattr(file, "seekable") and file.seekable() and file.tell() == 0


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while True:
        block = file.read(BLOCK)
        if not isinstance(
            block, bytes | bytearray
        ):  # a text file returns str, a non-blocking one None
            raise UsageError(
                f"the body is a file of {type(block).__name__}, not of bytes",
                'open it in binary mode, as in open(path, "rb")',
            )
        if not block:
            return
        yield block


def _readable(chunks: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from chunks
    except OSError as exc:
        raise UsageError(f"cannot read the body: {exc.strerror or exc}") from exc
