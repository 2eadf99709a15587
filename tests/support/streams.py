"""Response streams as the service sends them, encoded from the specification, not by smrt."""

import json
import socket
from collections.abc import Callable, Iterable
from zlib import crc32

from tests.support.scripted_endpoint import Received, Responder

REQUEST_ID = "11111111-2222-3333-4444-555555555555"
HEADERS = (
    ("x-amzn-RequestId", REQUEST_ID),
    ("Content-Type", "application/vnd.amazon.eventstream"),
    ("X-Amzn-SageMaker-Content-Type", "text/event-stream"),
    ("x-Amzn-Invoked-Production-Variant", "AllTraffic"),
)


def message(headers: dict[str, str], payload: bytes = b"") -> bytes:
    """An event stream message with string headers."""
    raw = b""
    for name, value in headers.items():
        raw += bytes([len(name.encode())]) + name.encode() + b"\7"
        raw += len(value.encode()).to_bytes(2, "big") + value.encode()
    lengths = (16 + len(raw) + len(payload)).to_bytes(4, "big") + len(raw).to_bytes(4, "big")
    start = lengths + crc32(lengths).to_bytes(4, "big") + raw + payload
    return start + crc32(start).to_bytes(4, "big")


def part(payload: bytes) -> bytes:
    """A PayloadPart event."""
    return message(
        {
            ":event-type": "PayloadPart",
            ":content-type": "application/octet-stream",
            ":message-type": "event",
        },
        payload,
    )


def exception(code: str, text: str, **members: str) -> bytes:
    """An exception that AWS's service model defines."""
    return message(
        {
            ":exception-type": code,
            ":content-type": "application/json",
            ":message-type": "exception",
        },
        json.dumps({"Message": text, **members}).encode(),
    )


def error(code: str, text: str) -> bytes:
    """An error that the service model does not define."""
    return message({":error-code": code, ":error-message": text, ":message-type": "error"})


BROKEN = exception("ModelStreamError", "the model went away", ErrorCode="StreamBroken")


def stream(
    chunks: Iterable[bytes], *, whole: bool = True, between: Callable[[], None] = lambda: None
) -> Responder:
    """A chunked response; `between` is called after each chunk."""

    def responder(sock: socket.socket, _: Received) -> None:
        lines = "".join(f"{name}: {value}\r\n" for name, value in HEADERS)
        head = f"HTTP/1.1 200 OK\r\n{lines}Transfer-Encoding: chunked\r\n\r\n"
        sock.sendall(head.encode())
        for chunk in chunks:
            sock.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            between()
        if whole:
            sock.sendall(b"0\r\n\r\n")
        else:
            sock.shutdown(socket.SHUT_RDWR)

    return responder
