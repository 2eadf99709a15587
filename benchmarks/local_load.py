"""Measure the requests per second that `smrt local` serves, and their latency.

    python -m benchmarks.local_load

Starts `smrt local start` on one processor, and sends signed requests of 1 KB from another, over
keep-alive connections, while idle connections stay open. The requests are signed beforehand, so the
server is the bottleneck. The exit status is 1 if it is slower than the target.
"""

import argparse
import os
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from itertools import cycle

from httptools import HttpResponseParser

from smrt.local.signature import CREDENTIALS
from smrt.protocol.messages import Payload, Request, Url
from smrt.protocol.sigv4 import sign

from .summary import median

AT_LEAST = 6000.0
"""Requests per second, with the client on a processor of its own."""
BODY_SIZE = 1024
DISTINCT = 512
"""Number of requests with bodies and signatures of their own."""
_HEADERS = (("Content-Type", "application/octet-stream"),)
_READ_SIZE = 1 << 16
_OK = 200
_URL = re.compile(r" at (http://([0-9.]+):([0-9]+));")


class Client:
    """A connection with one request in flight; `latencies` are in seconds."""

    def __init__(self, url: Url, requests: Iterator[bytes]) -> None:
        self.socket = socket.create_connection((url.host, url.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.latencies: list[float] = []
        self._requests = requests
        self._parser = HttpResponseParser(self)
        self._sent_at = 0.0

    def send(self) -> None:
        """Send the next request."""
        self._sent_at = time.perf_counter()
        self.socket.sendall(next(self._requests))

    def receive(self) -> None:
        """Read what has arrived; send the next request after a complete response."""
        data = self.socket.recv(_READ_SIZE)
        assert data, "the server closed the connection"
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Called by the parser."""
        assert self._parser.get_status_code() == _OK
        self.latencies.append(time.perf_counter() - self._sent_at)
        self.send()


def main() -> int:
    """Print the rate and the latencies; return 1 if the rate is too low."""
    options = _options()
    server_processor, client_processor = _processors()
    with ExitStack() as stack:
        url = stack.enter_context(_server(server_processor))
        _pin(client_processor)
        for _ in range(options.idle):
            stack.enter_context(socket.create_connection((url.host, url.port)))
        requests = cycle(signed_requests(url, time.time()))
        clients = [Client(url, requests) for _ in range(options.connections)]
        _run(clients, options.seconds / 5)
        for each in clients:
            each.latencies.clear()
        elapsed = _run(clients, options.seconds)
    latencies = sorted(latency for each in clients for latency in each.latencies)
    rate = len(latencies) / elapsed
    print(
        f"{rate:,.0f} requests/s over {options.connections} connections, {options.idle} idle: "
        f"median {median(latencies) * 1e3:.2f} ms, "
        f"99 % below {latencies[len(latencies) * 99 // 100] * 1e3:.2f} ms"
    )
    return int(rate < options.at_least)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.local_load")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--idle", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--at-least", type=float, default=AT_LEAST)
    return parser.parse_args()


def signed_requests(url: Url, now: float) -> list[bytes]:
    """Requests of the endpoint echo, each with a body of its own, signed at `now`."""
    return [_signed(url, os.urandom(BODY_SIZE), now) for _ in range(DISTINCT)]


def _signed(url: Url, body: bytes, now: float) -> bytes:
    payload = Payload(body, len(body), sha256(body).hexdigest())
    request = Request("POST", url, _HEADERS, payload)
    added = sign(request, CREDENTIALS, region="us-east-1", service="sagemaker", now=now)
    headers = (
        ("Host", url.authority),
        *_HEADERS,
        *added,
        ("User-Agent", "benchmarks"),
        ("Content-Length", str(len(body))),
    )
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"POST {url.target} HTTP/1.1\r\n{lines}\r\n".encode() + body


def _run(clients: list[Client], seconds: float) -> float:
    """Send requests for `seconds`, then wait for the last responses; return the elapsed time."""
    selector = selectors.DefaultSelector()
    for each in clients:
        selector.register(each.socket, selectors.EVENT_READ, each.receive)
        each.send()
    started_at = time.perf_counter()
    while time.perf_counter() - started_at < seconds:
        for key, _ in selector.select():
            receive: Callable[[], None] = key.data
            receive()
    elapsed = time.perf_counter() - started_at
    for each in clients:
        each.receive()
    selector.close()
    return elapsed


@contextmanager
def _server(processor: int | None) -> Iterator[Url]:
    """Run `smrt local start` on `processor`; yields the URL of the endpoint echo."""
    argv = [sys.executable, "-m", "smrt", "local", "start", "--port", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=pipe, text=True) as process:
        if processor is not None:
            os.sched_setaffinity(process.pid, {processor})
        assert process.stderr is not None
        match = _URL.search(process.stderr.readline())
        assert match is not None
        yield Url("http", match[2], int(match[3]), "/endpoints/echo/invocations")
        process.terminate()


def _processors() -> tuple[int | None, int | None]:
    """A processor for the server, and one for the client, if there are two."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    available = sorted(os.sched_getaffinity(0))
    return (available[0], available[1]) if len(available) > 1 else (None, None)


def _pin(processor: int | None) -> None:
    if processor is not None:
        os.sched_setaffinity(0, {processor})


if __name__ == "__main__":
    sys.exit(main())
