"""The small files of a job of several machines: who owns what, how far it is, whether it stops."""

from collections.abc import Iterable, Mapping
from typing import Protocol


class ControlFiles(Protocol):
    """Files by name, in a folder that machines share, or in S3. All methods raise SmrtError."""

    @property
    def location(self) -> str:
        """Where they are."""

    def create(self, name: str, content: bytes) -> bool:
        """Create a file; False if it exists: of several processes, one creates it."""

    def replace(self, name: str, content: bytes, *, is_lasting: bool = True) -> None:
        """Create or replace a file; it is never half there. A heartbeat need not last."""

    def read(self, name: str) -> bytes | None:
        """The content of a file; None if there is none."""

    def age(self, name: str) -> float | None:
        """Seconds since a file was written, by the clock of the store; None if there is none."""

    def ages(self, prefix: str) -> Mapping[str, float]:
        """The files whose names have this prefix, and about how old they are."""

    def remove(self, names: Iterable[str]) -> None:
        """Remove files, if they exist."""
