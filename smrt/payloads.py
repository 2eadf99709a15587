"""A request body made ready to be sent more than once: measured, hashed, and rewound."""

import hashlib
from collections.abc import Iterable
from typing import BinaryIO, cast

from .message import Payload

BLOCK = 1 << 18
IN_MEMORY = 1 << 20
"""Bytes; what is larger and comes as a stream waits in an unlinked temporary file."""


def payload(content: bytes | bytearray | str | BinaryIO) -> Payload:
    """`content`, from where it stands, as something that can be signed and sent again."""
    if isinstance(content, str):
        content = content.encode()
    if isinstance(content, bytes | bytearray):
        return Payload(bytes(content), len(content), hashlib.sha256(content).hexdigest())
    begin = content.tell() if content.seekable() else 0
    if begin or not content.seekable():
        return payload(spool(iter(lambda: content.read(BLOCK), b"")))
    digest, length = hashlib.sha256(), 0
    while block := content.read(BLOCK):
        digest.update(block)
        length += len(block)
    return Payload(content, length, digest.hexdigest())


def spool(pieces: Iterable[bytes]) -> bytes | BinaryIO:
    """The pieces put together: in memory up to IN_MEMORY bytes, else in a file without a name."""
    held: list[bytes] = []
    size = 0
    pieces = iter(pieces)
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > IN_MEMORY:
            break
    else:
        return b"".join(held)
    from tempfile import TemporaryFile

    file = cast(BinaryIO, TemporaryFile())  # noqa: SIM115 - the caller reads it
    file.writelines(held)
    file.writelines(pieces)
    file.seek(0)
    return file
