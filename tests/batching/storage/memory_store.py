"""S3 in memory, with a clock of its own, that counts requests."""

from collections import Counter
from collections.abc import Iterable, Iterator

from smrt.s3.object_store import ListedObject, ObjectAge, ObjectStore
from smrt.s3.objects import Location

PAGE = 1000
"""Objects in a page of a listing, as in S3."""


class MemoryStore(ObjectStore):
    """Objects of one bucket. `requests` counts them by S3's names."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, float]] = {}
        self.requests: Counter[str] = Counter()
        self.now = 0.0

    def create(self, location: Location, content: bytes) -> bool:
        self.requests["PUT"] += 1
        if location.key in self.objects:
            return False
        self.objects[location.key] = content, self.now
        return True

    def write(self, location: Location, content: bytes | bytearray) -> None:
        self.requests["PUT"] += 1
        self.objects[location.key] = bytes(content), self.now

    def read(self, location: Location, etag: str | None = None) -> bytes | None:
        del etag
        self.requests["GET"] += 1
        content, _ = self.objects.get(location.key, (None, 0.0))
        return content

    def age(self, location: Location) -> ObjectAge | None:
        self.requests["HEAD"] += 1
        if location.key not in self.objects:
            return None
        return ObjectAge(self.objects[location.key][1], self.now)

    def pages(
        self, bucket: str, prefix: str, after: str = ""
    ) -> Iterator[tuple[float, list[ListedObject]]]:
        del bucket
        found = [
            ListedObject(key, len(content), "etag", at)
            for key, (content, at) in sorted(self.objects.items())
            if key.startswith(prefix) and key > after
        ]
        for start in range(0, max(1, len(found)), PAGE):
            self.requests["LIST"] += 1
            yield self.now, found[start : start + PAGE]

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        del bucket
        self.requests["POST"] += 1
        for key in keys:
            self.objects.pop(key, None)

    def close(self) -> None:
        pass
