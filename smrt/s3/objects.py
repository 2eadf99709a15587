"""Objects in S3, through botocore's client: results to download, inputs to upload."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import local
from typing import Any, BinaryIO, NamedTuple

from smrt.config import botocore_chain as chain
from smrt.errors import ServiceError, SmrtError, TransportError, UsageError, after_sending
from smrt.transport.streaming_body import StreamingBody

from .s3_translation import BROKEN, CALLING, s3_translated

SCHEME = "s3://"
PART = 8 << 20
"""Bytes; larger objects go up in parts, the first of this size. S3 allows 10,000, of 5 MiB or more:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html"""
PARTS_OF_A_SIZE = 1000
BLOCK = 1 << 18
_FRAMING = {"content-length", "transfer-encoding"}
"""Every response of S3 has one of these. Python's http.client takes a head that breaks off for a
complete one, and the end of the connection for the end of the body."""
_CUT_HEAD = "An error occurred while reading from response stream: its headers are incomplete"


class Location(NamedTuple):
    """The location of an object, which may not exist yet."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}"


class Object(NamedTuple):
    """An existing object with its unread body."""

    content_type: str | None
    body: StreamingBody


class S3:
    """Gets and puts objects. Safe to share between threads."""

    def __init__(self, client: Any, *, verify: bool = True) -> None:
        self._client = client
        self._verify = verify
        self._has_sent = False
        self._unparsed = local()
        client.meta.events.register("before-send.s3", self._note_sending)
        client.meta.events.register("before-parse.s3.GetObject", self._note_response)

    def get(self, location: Location) -> Object | None:
        """The object at `location`; None if there is none. Raises SmrtError."""
        try:
            with self._calling():
                response = self._client.get_object(Bucket=location.bucket, Key=location.key)
        except ServiceError as exc:
            if exc.code in _MISSING:
                return None
            raise
        except TransportError:
            self._close_unparsed()
            raise
        body = response["Body"]
        if _FRAMING.isdisjoint(response["ResponseMetadata"]["HTTPHeaders"]):
            body.close()
            raise TransportError(_CUT_HEAD, code=BROKEN)
        chunks = self._chunks(body)
        return Object(response.get("ContentType"), StreamingBody(chunks, body.close))

    def may_list(self, location: Location) -> bool:
        """Whether the bucket can be listed, so that a missing key is a 404. Raises SmrtError."""
        try:
            with self._calling():
                self._client.list_objects_v2(Bucket=location.bucket, Prefix=location.key, MaxKeys=1)
        except ServiceError as exc:
            if is_denied(exc):
                return False
            raise
        return True

    def put(self, location: Location, file: BinaryIO, content_type: str | None = None) -> None:
        """Upload the rest of `file` to `location`, in parts if it is large.

        If a part fails, the upload is aborted. Raises SmrtError.
        """
        target = {"Bucket": location.bucket, "Key": location.key}
        typed = {"ContentType": content_type} if content_type else {}
        with self._calling():
            parts = _parts(file)
            waiting = [next(parts)]
            if len(waiting[0]) < PART:
                self._client.put_object(**target, **typed, Body=waiting[0])
            else:
                self._put_parts(target, typed, waiting, parts)

    def close(self) -> None:
        """Close the idle connections."""
        self._client.close()

    def _put_parts(
        self,
        target: Mapping[str, str],
        typed: Mapping[str, str],
        waiting: list[bytearray],
        parts: Iterator[bytearray],
    ) -> None:
        """Upload what is waiting, then each of `parts`; one of them is in memory at a time."""
        checked = self._client.meta.config.request_checksum_calculation == "when_supported"
        algorithm = {"ChecksumAlgorithm": "CRC32"} if checked else {}
        created = self._client.create_multipart_upload(**target, **typed, **algorithm)
        upload = {**target, "UploadId": created["UploadId"]}
        uploaded: list[dict[str, Any]] = []
        try:
            while waiting:
                uploaded.append(self._put_part(upload, len(uploaded) + 1, waiting.pop()))
                waiting += itertools.islice(parts, 1)
            self._client.complete_multipart_upload(**upload, MultipartUpload={"Parts": uploaded})
        except BaseException:
            with suppress(SmrtError), self._calling():
                self._client.abort_multipart_upload(**upload)
            raise

    def _put_part(self, upload: Mapping[str, str], number: int, part: bytearray) -> dict[str, Any]:
        response = self._client.upload_part(**upload, PartNumber=number, Body=part)
        checksums = {name: response[name] for name in ("ETag", "ChecksumCRC32") if name in response}
        return {"PartNumber": number, **checksums}

    def _chunks(self, body: Any) -> Iterator[bytes]:
        with self._calling():
            yield from body.iter_chunks(BLOCK)

    @contextmanager
    def _calling(self) -> Iterator[None]:
        with (
            after_sending(was_sent=lambda: self._has_sent),
            s3_translated(CALLING),
            chain.silence(verify=self._verify),
        ):
            yield

    def _note_response(self, response_dict: Mapping[str, Any], **_: object) -> None:
        self._unparsed.body = response_dict["body"]

    def _close_unparsed(self) -> None:
        """Close the connection of a response that botocore could not parse, and left open."""
        body = self._unparsed.__dict__.pop("body", None)
        if hasattr(body, "close"):
            body.close()

    def _note_sending(self, **_: object) -> None:
        """Record that a request was sent: later failures are not usage errors."""
        self._has_sent = True


_MISSING = ("NoSuchKey", "404")


def is_denied(error: ServiceError) -> bool:
    """Whether S3 denies permission; invalid credentials have other codes."""
    return error.code in ("AccessDenied", "403")


def location(text: str, name: str) -> Location:
    """Parse s3://BUCKET/KEY; UsageError, which mentions the option `name`, for other text."""
    bucket, slash, key = text.removeprefix(SCHEME).partition("/")
    if not text.startswith(SCHEME) or not bucket or not slash or not key:
        raise UsageError(
            f"{name}: not the S3 URI of an object: '{text}'",
            "use a URI such as s3://BUCKET/KEY",
        )
    return Location(bucket, key)


def _parts(file: BinaryIO) -> Iterator[bytearray]:
    """The parts of a file, the last of which may be empty if it is the first."""
    for number in itertools.count(1):
        part, size = bytearray(), part_size(number)
        while len(part) < size and (block := file.read(min(BLOCK, size - len(part)))):
            part += block
        is_last = len(part) < size
        if part or number == 1:
            yield part
        if is_last:
            return


def part_size(number: int) -> int:
    """The bytes of a part: later ones are larger, as their number is limited."""
    return PART * (1 + number // PARTS_OF_A_SIZE)
