"""Objects in S3, by botocore's client: results are read from there, and inputs put there."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, NamedTuple

from smrt.config import botocore_chain as chain
from smrt.errors import (
    ConfigurationError,
    ServiceError,
    SmrtError,
    TransportError,
    UsageError,
    after_sending,
)
from smrt.protocol.redaction import cause
from smrt.transport.streaming_body import StreamingBody

SCHEME = "s3://"
PART = 8 << 20
"""Bytes; what is larger goes up in parts of this size. S3 takes 10,000 parts of 5 MiB and more:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html"""
BLOCK = 1 << 18


class Location(NamedTuple):
    """Where an object is, or will be."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}"


class Object(NamedTuple):
    """An object that is there; its body is still to be read."""

    content_type: str | None
    body: StreamingBody


class S3:
    """Gets and puts objects. Safe to share between threads."""

    def __init__(self, client: Any, *, verify: bool = True) -> None:
        self._client = client
        self._verify = verify
        self._has_sent = False
        client.meta.events.register("before-send.s3", self._note_sending)

    def get(self, place: Location) -> Object | None:
        """The object at `place`; None while there is none. Raises SmrtError."""
        try:
            with self._calling():
                reply = self._client.get_object(Bucket=place.bucket, Key=place.key)
        except ServiceError as exc:
            if exc.code in _MISSING:
                return None
            raise
        body = reply["Body"]
        pieces = self._pieces(body)
        return Object(reply.get("ContentType"), StreamingBody(pieces, body.close))

    def may_list(self, place: Location) -> bool:
        """Whether the bucket lets us see that a key is not there. Raises SmrtError."""
        try:
            with self._calling():
                self._client.list_objects_v2(Bucket=place.bucket, Prefix=place.key, MaxKeys=1)
        except ServiceError as exc:
            if is_denied(exc):
                return False
            raise
        return True

    def put(self, place: Location, file: BinaryIO, content_type: str | None = None) -> None:
        """Make what is left of `file` the object at `place`, in parts where it is large.

        Parts that were sent are taken back where the rest fails. Raises SmrtError.
        """
        target = {"Bucket": place.bucket, "Key": place.key}
        typed = {"ContentType": content_type} if content_type else {}
        with self._calling():
            first = file.read(PART)
            if len(first) < PART:
                self._client.put_object(**target, **typed, Body=first)
            else:
                self._put_parts(target, typed, _parts(first, file))

    def close(self) -> None:
        """Close the connections that are kept for the next call."""
        self._client.close()

    def _put_parts(
        self, target: Mapping[str, str], typed: Mapping[str, str], parts: Iterator[bytes]
    ) -> None:
        checked = self._client.meta.config.request_checksum_calculation == "when_supported"
        algorithm = {"ChecksumAlgorithm": "CRC32"} if checked else {}
        begun = self._client.create_multipart_upload(**target, **typed, **algorithm)
        upload = {**target, "UploadId": begun["UploadId"]}
        try:
            done = [
                self._put_part(upload, number, part) for number, part in enumerate(parts, start=1)
            ]
            self._client.complete_multipart_upload(**upload, MultipartUpload={"Parts": done})
        except BaseException:
            with suppress(SmrtError), self._calling():
                self._client.abort_multipart_upload(**upload)
            raise

    def _put_part(self, upload: Mapping[str, str], number: int, part: bytes) -> dict[str, Any]:
        reply = self._client.upload_part(**upload, PartNumber=number, Body=part)
        known = {name: reply[name] for name in ("ETag", "ChecksumCRC32") if name in reply}
        return {"PartNumber": number, **known}

    def _pieces(self, body: Any) -> Iterator[bytes]:
        with self._calling():
            yield from body.iter_chunks(BLOCK)

    @contextmanager
    def _calling(self) -> Iterator[None]:
        with (
            after_sending(was_sent=lambda: self._has_sent),
            s3_translated(),
            chain.silence(verify=self._verify),
        ):
            yield

    def _note_sending(self, **_: object) -> None:
        """From now on no failure is one of usage or configuration."""
        self._has_sent = True


_MISSING = ("NoSuchKey", "404")


def is_denied(error: ServiceError) -> bool:
    """Whether S3 says that this may not be done, and not that the keys are bad."""
    return error.code in ("AccessDenied", "403")


def location(text: str, name: str) -> Location:
    """The place that s3://BUCKET/KEY names; UsageError, which names the option, for others."""
    bucket, slash, key = text.removeprefix(SCHEME).partition("/")
    if not text.startswith(SCHEME) or not bucket or not slash or not key:
        raise UsageError(
            f"{name}: not the address of an object in S3: '{text}'",
            "such an address looks like s3://BUCKET/KEY",
        )
    return Location(bucket, key)


def _parts(first: bytes, file: BinaryIO) -> Iterator[bytes]:
    part = first
    while part:
        yield part
        part = file.read(PART)


ERRORS: tuple[tuple[type[SmrtError], tuple[str, ...]], ...] = (
    (UsageError, ("ParamValidationError", "EndpointProviderError")),
    (
        TransportError,
        (
            "HTTPClientError",
            "ConnectionError",
            "IncompleteReadError",
            "ChecksumError",
            "FlexibleChecksumError",
        ),
    ),
    (ConfigurationError, ("BotoCoreError", "OSError", "ValueError", "RuntimeError")),
)
"""What botocore's exceptions are here, by the names of their classes; the first that fits counts.
The last three come of an unreadable CA bundle, a bad address, and keys that stay expired."""

_HINTS = {
    "NoSuchBucket": "make the bucket, or name one that is there",
    "AccessDenied": "the keys that sign this call need the permission for it on this bucket",
}


@contextmanager
def s3_translated() -> Iterator[None]:
    """Botocore's failures as ours."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as exc:
        error = {"Message": "", **exc.response["Error"]}
        hints = filter(None, [_HINTS.get(error["Code"])])
        raise ServiceError({**exc.response, "Error": error}, exc.operation_name, *hints) from exc
    except (BotoCoreError, OSError, ValueError, RuntimeError) as exc:
        names = {kind.__name__ for kind in type(exc).__mro__}
        kind = next(kind for kind, fitting in ERRORS if names.intersection(fitting))
        raise kind(str(exc), code=type(exc).__name__) from cause(exc)
