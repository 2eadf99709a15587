"""Control files in S3."""

from collections.abc import Iterable, Mapping

from smrt.s3.object_store import ObjectStore
from smrt.s3.objects import Location

from .s3_locations import below, s3_location

RESOLUTION = 1.0
"""Seconds: S3's times are whole ones, so that an object can be younger than they say."""
_FOLDERS = {".owner-": "owners/", "beat-": "beats/", "ended-": "ended/", ".json": "journals/"}
_TOP = ("job.json", "manifest.json")


class S3Control:
    """Control files below `location`, an S3 URI; the kinds that are listed have a prefix each."""

    def __init__(self, store: ObjectStore, location: str) -> None:
        self._store, self.location = store, location

    def create(self, name: str, content: bytes) -> bool:
        """Create an object; False if it exists, unless an attempt of this call has created it."""
        if self._store.create(self.at(name), content):
            return True
        return bool(content) and self.read(name) == content

    def replace(self, name: str, content: bytes, *, is_lasting: bool = True) -> None:
        """Create or replace an object."""
        del is_lasting
        self._store.write(self.at(name), content)

    def read(self, name: str) -> bytes | None:
        """The content of an object; None if there is none."""
        return self._store.read(self.at(name))

    def age(self, name: str) -> float | None:
        """Seconds since an object was written, at least, by the clock of S3."""
        age = self._store.age(self.at(name))
        return None if age is None else age.asked_at - age.modified_at - RESOLUTION

    def ages(self, prefix: str) -> Mapping[str, float]:
        """The objects with a prefix, and their ages."""
        bucket, key = self.at(prefix)
        start = len(key) - len(prefix)
        return {
            item.key[start:]: date - item.modified_at - RESOLUTION
            for date, page in self._store.pages(bucket, key)
            for item in page
        }

    def remove(self, names: Iterable[str]) -> None:
        """Remove objects, if they exist."""
        self._store.delete(s3_location(self.location).bucket, [self.at(n).key for n in names])

    def at(self, name: str) -> Location:
        """The location of a control file."""
        folder = "" if name in _TOP else _folder(name)
        return below(self.location, folder + name)

    def close(self) -> None:
        """Nothing: the owner of the store closes it."""


def _folder(name: str) -> str:
    """The prefix of the objects of a kind, by what is in their names."""
    return next((folder for mark, folder in _FOLDERS.items() if mark in name), "")
