"""Sends signed requests over keep-alive connections, as fast as the responses arrive.

The requests are signed beforehand, and llhttp parses the responses: the server is the bottleneck.
"""

import os
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from hashlib import sha256
from itertools import cycle
from typing import NamedTuple

from httptools import HttpResponseParser

from smrt.local.signature import CREDENTIALS
from smrt.protocol.messages import Payload, Request, Url
from smrt.protocol.sigv4 import sign

BODY_SIZE = 1024
DISTINCT = 512
"""Number of requests with a body and signature of their own."""
_HEADERS = (("Content-Type", "application/octet-stream"), ("User-Agent", "benchmarks"))
_READ_SIZE = 1 << 16
_OK = 200


class Load(NamedTuple):
    """Connections with a request in flight, connections without one, and for how long to send."""

    connections: int
    idle: int
    seconds: float


class Result(NamedTuple):
    """The responses per second, and the seconds that each took, sorted."""

    rate: float
    latencies: Sequence[float]


class Client:
    """A connection with one request in flight."""

    def __init__(self, sock: socket.socket, requests: Iterator[bytes]) -> None:
        self.socket = sock
        self.latencies: list[float] = []
        self._requests = requests
        self._parser = HttpResponseParser(self)
        self._sent_at = 0.0

    def send(self) -> None:
        """Send the next request."""
        self._sent_at = time.perf_counter()
        self.socket.sendall(next(self._requests))

    def receive(self) -> None:
        """Read what has arrived."""
        data = self.socket.recv(_READ_SIZE)
        assert data, "the server has closed the connection"
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Send the next request after a response; called by llhttp."""
        assert self._parser.get_status_code() == _OK
        self.latencies.append(time.perf_counter() - self._sent_at)
        self.send()


def measure(url: Url, load: Load) -> Result:
    """Send requests to `url`."""
    requests = cycle([signed_request(url, os.urandom(BODY_SIZE)) for _ in range(DISTINCT)])
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        sockets = [
            stack.enter_context(socket.create_connection((url.host, url.port)))
            for _ in range(load.idle + load.connections)
        ]
        clients = [Client(sock, requests) for sock in sockets[load.idle :]]
        for each in clients:
            each.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(each.socket, selectors.EVENT_READ, each)
            each.send()
        started_at = time.perf_counter()
        while (elapsed := time.perf_counter() - started_at) < load.seconds:
            for key, _ in selector.select():
                key.data.receive()
    latencies = sorted(latency for each in clients for latency in each.latencies)
    return Result(len(latencies) / elapsed, latencies)


def signed_request(url: Url, body: bytes) -> bytes:
    """A request with `body`, signed now."""
    request = Request("POST", url, _HEADERS, Payload(body, len(body), sha256(body).hexdigest()))
    signature = sign(request, CREDENTIALS, region="us-east-1", service="sagemaker", now=time.time())
    headers = (("Host", url.authority), *_HEADERS, *signature, ("Content-Length", str(len(body))))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"POST {url.target} HTTP/1.1\r\n{lines}\r\n".encode() + body
