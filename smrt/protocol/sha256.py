"""SHA-256 and its HMAC, by OpenSSL where it is loaded already or the input is large.

Python's own SHA-256 takes four times as long; but loading OpenSSL takes 2 ms, a twentieth of the
time of a call.
"""

import sys
from contextlib import suppress
from importlib import import_module
from typing import Protocol

LARGE = 1 << 18
"""Bytes; OpenSSL hashes more than this sooner, even if it has to be loaded first."""
BLOCK = 64
_OWN = "_sha2" if sys.version_info >= (3, 12) else "_sha256"
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


class Hash(Protocol):
    """A hash of the data so far."""

    def update(self, data: bytes | bytearray | memoryview, /) -> None:
        """Add data."""
        ...

    def digest(self) -> bytes:
        """The hash in bytes."""
        ...

    def hexdigest(self) -> str:
        """The hash in hexadecimal digits."""
        ...


def sha256(data: bytes | bytearray) -> Hash:
    """The hash of `data`, to which more can be added."""
    if "_hashlib" not in sys.modules and len(data) < LARGE:
        with suppress(ImportError):
            made: Hash = import_module(_OWN).sha256(data)
            return made
    import hashlib

    return hashlib.sha256(data)


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """The HMAC of `message` (RFC 2104)."""
    if "_hashlib" in sys.modules:
        import hmac

        return hmac.digest(key, message, "sha256")
    block = (key if len(key) <= BLOCK else sha256(key).digest()).ljust(BLOCK, b"\0")
    inner = sha256(block.translate(_INNER) + message).digest()
    return sha256(block.translate(_OUTER) + inner).digest()
