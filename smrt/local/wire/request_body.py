"""The body of a request, as it arrives."""

import hashlib
from io import BytesIO
from typing import BinaryIO

from smrt.protocol.messages import Payload

IN_MEMORY = 1 << 20
"""Bytes; a larger body goes to a temporary file, since its signature is not verified yet."""


class RequestBody:
    """Hashes the body while it arrives, and holds it in memory or in a temporary file."""

    __slots__ = ("_file", "_hash", "length")

    def __init__(self) -> None:
        self._file: BinaryIO = BytesIO()
        self._hash = hashlib.sha256()
        self.length = 0

    def write(self, chunk: bytes) -> None:
        """Add `chunk`. Raises OSError if the temporary file cannot be written."""
        self._hash.update(chunk)
        self.length += len(chunk)
        if self.length > IN_MEMORY and isinstance(self._file, BytesIO):
            self._file = _temporary_file(self._file)
        self._file.write(chunk)

    def payload(self) -> Payload:
        """The complete body."""
        digest = self._hash.hexdigest()
        if isinstance(self._file, BytesIO):
            return Payload(self._file.getvalue(), self.length, digest)
        self._file.seek(0)
        return Payload(self._file, self.length, digest)

    def close(self) -> None:
        """Remove the temporary file."""
        self._file.close()


def _temporary_file(content: BytesIO) -> BinaryIO:
    from tempfile import TemporaryFile

    file = TemporaryFile()  # noqa: SIM115 - RequestBody closes it
    file.write(content.getvalue())
    return file
