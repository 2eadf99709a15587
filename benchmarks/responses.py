"""The recorded responses of the server: each is a file with head and body, sent unchanged."""

import os
import struct
from typing import NamedTuple
from zlib import crc32

MB = 1 << 20
LARGE = 100 * MB
SMALL = b'{"predictions": [[0.1, 0.2, 0.7]]}'
EVENT = b"x" * 1024
EVENTS = 20 * MB // len(EVENT)
PAUSE = 0.25
"""Seconds between the first event of the paced stream and the rest."""


class Response(NamedTuple):
    """A file with a response; after `first` bytes the server pauses for `pause` seconds."""

    path: str
    first: int = 0
    pause: float = 0.0


def record(folder: str) -> dict[str, Response]:
    """Write the responses to `folder` and return them by endpoint name."""
    opening = _head(200, "application/vnd.amazon.eventstream", "Transfer-Encoding: chunked")
    opening += _chunk(_event(EVENT))
    ending = b"0\r\n\r\n"
    contents = {
        "small": [_head(200, "application/json", _length(SMALL)), SMALL],
        "large": [_head(200, "application/octet-stream", f"Content-Length: {LARGE}")],
        "queue": [_head(202, "application/json", _length(QUEUED), *OUTPUT), QUEUED],
        "paced": [opening, _chunk(_event(EVENT)), ending],
        "events": [opening, *[_chunk(_event(EVENT))] * (EVENTS - 1), ending],
    }
    responses = {}
    for name, chunks in contents.items():
        path = os.path.join(folder, name)
        with open(path, "wb") as file:
            file.writelines(chunks)
            if name == "large":
                file.truncate(file.tell() + LARGE)
        responses[name] = Response(path)
    responses["paced"] = Response(responses["paced"].path, len(opening), PAUSE)
    return responses


QUEUED = b'{"InferenceId": "7d0c7e2a-0000-4000-8000-000000000000"}'
OUTPUT = (
    "X-Amzn-SageMaker-OutputLocation: s3://bucket/output/7d0c7e2a.out",
    "X-Amzn-SageMaker-FailureLocation: s3://bucket/failure/7d0c7e2a.out",
)


def _head(status: int, content_type: str, *lines: str) -> bytes:
    head_lines = (
        f"HTTP/1.1 {status} {'OK' if status == 200 else 'Accepted'}",
        "x-amzn-RequestId: 2b1e0a52-0000-4000-8000-000000000000",
        "x-Amzn-Invoked-Production-Variant: AllTraffic",
        f"X-Amzn-SageMaker-Content-Type: {content_type}",
        f"Content-Type: {content_type}",
        *lines,
        "",
        "",
    )
    return "\r\n".join(head_lines).encode()


def _length(body: bytes) -> str:
    return f"Content-Length: {len(body)}"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _event(payload: bytes) -> bytes:
    """A PayloadPart in AWS's framing: https://smithy.io/2.0/aws/amazon-eventstream.html."""
    pairs = (
        (":event-type", "PayloadPart"),
        (":content-type", "application/octet-stream"),
        (":message-type", "event"),
    )
    headers = b"".join(
        struct.pack(
            f"!B{len(name)}sBH{len(value)}s",
            len(name),
            name.encode(),
            7,
            len(value),
            value.encode(),
        )
        for name, value in pairs
    )
    prelude = struct.pack("!II", 16 + len(headers) + len(payload), len(headers))
    prelude += struct.pack("!I", crc32(prelude))
    message = prelude + headers + payload
    return message + struct.pack("!I", crc32(message))
