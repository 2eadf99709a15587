"""Bytes that arrive at `smrt local`: requests that are cut, and with edits."""

import re
import socket
from collections.abc import Iterator
from random import Random
from typing import NamedTuple
from urllib.parse import urlsplit

from smrt.local.endpoint import Endpoint, echo
from smrt.local.server import serving
from smrt.local.server_response import ServerResponse
from smrt.local.service import Service
from smrt.local.signature import CREDENTIALS
from smrt.protocol.messages import Request
from tests.fuzz.edits import Edit, edited, random_edits
from tests.fuzz.target import Finding
from tests.fuzz.watching import HANG_SECONDS, watched
from tests.support.local_server import request, signed

NOW = 1_700_000_000.0
"""The time of the server, and of the signatures."""
PORT = 8808
"""The port in requests, and in their signatures; the server listens on another."""
ENDPOINTS: dict[str, Endpoint] = {"echo": echo}
PATHS = ("invocations", "invocations-response-stream", "async-invocations")


def _request(path: str, *lines: str) -> bytes:
    """A signed request for the endpoint `echo`."""
    body = b'{"a": 1}'
    target = f"/endpoints/echo/{path}"
    made = signed(request(f"http://127.0.0.1:{PORT}", target, body, (("Content-Type", "x"),)), NOW)
    headers = [f"{name}: {value}" for name, value in made.headers]
    head = [f"POST {target} HTTP/1.1", *headers, f"Content-Length: {len(body)}", *lines]
    return "\r\n".join([*head, "", ""]).encode() + body


REQUESTS = (
    *map(_request, PATHS),
    _request(PATHS[0], "Expect: 100-continue"),
    _request(PATHS[0], "X-Amzn-SageMaker-Custom-Attributes: a") * 2,
    _request(PATHS[0])
    .replace(b"Content-Length: 8", b"Transfer-Encoding: chunked")
    .replace(b'{"a": 1}', b'8\r\n{"a": 1}\r\n0\r\n\r\n'),
    re.sub(rb"X-Amz-Date: \w+", b"Date: Tue, 14 Nov 2023 22:13:20 GMT", _request(PATHS[0])),
    b"GET /ping HTTP/1.0\r\n\r\n",
)


class _OnPort(NamedTuple):
    """A service that takes its requests for those of PORT, for which they are signed."""

    service: Service

    def rejection(self, head: Request) -> ServerResponse | None:
        return self.service.rejection(self._moved(head))

    def respond(self, request: Request) -> ServerResponse:
        return self.service.respond(self._moved(request))

    def _moved(self, request: Request) -> Request:
        return request._replace(url=request.url._replace(port=PORT))


class Case(NamedTuple):
    """A request by its number, its edits, and the number of its bytes that arrive."""

    number: int
    edits: tuple[Edit, ...]
    cut: int = 1 << 30


def cases(random: Random) -> Iterator[Case]:
    """Requests with edits, some of them cut."""
    while True:
        number = random.randrange(len(REQUESTS))
        edits = random_edits(random, REQUESTS[number])
        cut = random.choice((1 << 30, random.randrange(len(REQUESTS[number]))))
        yield Case(number, edits if random.randrange(8) else (), cut)


def run(case: Case) -> Finding | None:
    """Send the bytes, then a valid request, to a server of their own."""
    reported: list[str] = []
    service = Service(ENDPOINTS, lambda: NOW, reported.append, reported.append)
    with watched() as watch, serving(_OnPort(service)) as url:
        port = urlsplit(url).port
        assert port is not None
        data = edited(REQUESTS[case.number], case.edits)[: case.cut]
        received = _exchange(port, data)
        after = _exchange(port, b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % PORT)
    if watch.problem:
        return Finding("crash", watch.problem)
    if received is None or after is None:
        return Finding("hang")
    if not after.startswith(b"HTTP/1.1 404 "):
        return Finding("next request is not served", repr(after[:80]))
    return _judged(received, "".join(reported).encode())


def _judged(received: bytes, logged: bytes) -> Finding | None:
    """What is wrong with what the server sent, and what it logged."""
    if received and not received.startswith(b"HTTP/1.1 "):
        return Finding("response that is not HTTP", repr(received[:80]))
    if line := re.search(rb"(?m)^HTTP/1.1 500.*", received):
        return Finding("internal error", line[0].decode("latin-1"))
    for secret in (CREDENTIALS.secret_key.encode(), b"Traceback"):
        if secret in received + logged:
            return Finding("secret or traceback", repr(logged[:300]))
    return None


def _exchange(port: int, data: bytes) -> bytes | None:
    """Send `data` and the end of the stream; return what the server sends, None if it hangs."""
    chunks = []
    with socket.create_connection(("127.0.0.1", port), timeout=HANG_SECONDS) as sock:
        try:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            while chunk := sock.recv(1 << 16):
                chunks.append(chunk)
        except TimeoutError:
            return None
        except OSError:  # the server closed the connection before it had read everything
            pass
    return b"".join(chunks)
