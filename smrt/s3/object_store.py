"""Objects in S3 as a store: created exclusively, listed in pages, read in ranges."""

from collections.abc import Iterable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from smrt.errors import ServiceError

from .objects import S3, Location

PRECONDITION_FAILED = ("PreconditionFailed", "412")
EXISTS = (*PRECONDITION_FAILED, "ConditionalRequestConflict", "409")
MISSING = ("NoSuchKey", "404", "NotFound")
MOST_DELETED = 1000
"""Keys in a request to delete objects."""


class ListedObject(NamedTuple):
    """An object as a listing describes it; `modified_at` is in seconds since the epoch."""

    key: str
    size: int
    etag: str
    modified_at: float


class ObjectAge(NamedTuple):
    """When an object was written, and when S3 said so, both by the clock of S3."""

    modified_at: float
    asked_at: float


class ObjectStore(S3):
    """An S3 that batches use. All methods raise SmrtError."""

    def create(self, location: Location, content: bytes) -> bool:
        """Write an object unless it exists; return whether this call has created it."""
        try:
            self._request("put_object", location, Body=content, IfNoneMatch="*")
        except ServiceError as exc:
            if exc.code in EXISTS:
                return False
            raise
        return True

    def write(self, location: Location, content: bytes | bytearray) -> None:
        """Create or replace an object."""
        self._request("put_object", location, Body=content)

    def read(self, location: Location, etag: str | None = None) -> bytes | None:
        """The content of an object; None if there is none.

        Raises a ServiceError of PRECONDITION_FAILED if it is not the one with this ETag.
        """
        condition = {} if etag is None else {"IfMatch": etag}
        try:
            response = self._request("get_object", location, **condition)
        except ServiceError as exc:
            if exc.code in MISSING:
                return None
            raise
        return b"".join(self._chunks(response["Body"]))

    def chunks(self, location: Location) -> Iterator[bytes]:
        """The content of an object, as it arrives; nothing if there is none."""
        stored = self.get(location)
        if stored is not None:
            with stored.body as body:
                yield from body.chunks()

    def read_range(self, location: Location, etag: str, start: int, size: int) -> bytes:
        """The bytes from `start` on, `size` at most, of the object with this ETag."""
        span = f"bytes={start}-{start + size - 1}"
        response = self._request("get_object", location, IfMatch=etag, Range=span)
        return b"".join(self._chunks(response["Body"]))

    def head(self, location: Location) -> ListedObject | None:
        """What is known about an object; None if there is none."""
        response = self._head(location)
        if response is None:
            return None
        modified = response["LastModified"].timestamp()
        return ListedObject(location.key, response["ContentLength"], response["ETag"], modified)

    def age(self, location: Location) -> ObjectAge | None:
        """When an object was written; None if there is none."""
        response = self._head(location)
        if response is None:
            return None
        return ObjectAge(response["LastModified"].timestamp(), _date(response))

    def pages(
        self, bucket: str, prefix: str, after: str = ""
    ) -> Iterator[tuple[float, list[ListedObject]]]:
        """The objects under a prefix, by their keys, in pages; each with the date of S3.

        They follow the key `after`.
        """
        token = {"StartAfter": after} if after else {}
        while True:
            with self._calling():
                response = self._client.list_objects_v2(Bucket=bucket, Prefix=prefix, **token)
            yield _date(response), [_listed(item) for item in response.get("Contents", ())]
            if not response.get("IsTruncated"):
                return
            token = {"ContinuationToken": response["NextContinuationToken"]}

    def listed(self, bucket: str, prefix: str, after: str = "") -> Iterator[ListedObject]:
        """The objects under a prefix, by their keys, of which they follow `after`."""
        for _, page in self.pages(bucket, prefix, after):
            yield from page

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        """Delete objects, if they exist."""
        waiting = list(keys)
        while waiting:
            batch, waiting = waiting[:MOST_DELETED], waiting[MOST_DELETED:]
            named = {"Objects": [{"Key": key} for key in batch], "Quiet": True}
            with self._calling():
                self._client.delete_objects(Bucket=bucket, Delete=named)

    def _request(self, method: str, location: Location, **parameters: Any) -> Any:
        with self._calling():
            call = getattr(self._client, method)
            return call(Bucket=location.bucket, Key=location.key, **parameters)

    def _head(self, location: Location) -> Any:
        try:
            return self._request("head_object", location)
        except ServiceError as exc:
            if exc.code in MISSING:
                return None
            raise


def _listed(item: Any) -> ListedObject:
    return ListedObject(item["Key"], item["Size"], item["ETag"], item["LastModified"].timestamp())


def _date(response: Any) -> float:
    """The time of a response, by the clock of S3."""
    headers = response["ResponseMetadata"]["HTTPHeaders"]
    return parsedate_to_datetime(headers["date"]).timestamp()
