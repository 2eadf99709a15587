"""Clients without a valid signature cannot make the server hold what they send."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from time import time
from typing import NamedTuple

import pytest

from smrt.protocol.messages import Request
from tests.local.test_command import environ
from tests.support.local_server import request, signed, with_host
from tests.support.polling import LIMIT

SERVER = """
import sys
from threading import Thread
from time import time
from smrt.local.endpoint import echo
from smrt.local.server import Server
from smrt.local.service import Service

server = Server(Service({"echo": echo}, clock=time, report_error=print))
Thread(target=server.serve, daemon=True).start()
print(server.url, flush=True)
for _ in sys.stdin:
    with open("/proc/self/status") as status:
        print(*[line.split()[1] for line in status if line.startswith("VmHWM")], flush=True)
"""
MB = 1 << 20
CLIENTS = 8
ANNOUNCED = 100 * MB
SENT = 20 * MB
"""More than the limit together, less than they announce."""
LIMIT_KB = 128 << 10


class Running(NamedTuple):
    """A server in a process of its own."""

    url: str
    process: "subprocess.Popen[str]"

    def peak_memory(self) -> int:
        """The peak of its resident memory, in KB."""
        assert self.process.stdin
        assert self.process.stdout
        print(file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())


@contextmanager
def running() -> Iterator[Running]:
    argv = [sys.executable, "-c", SERVER]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True, env=environ()) as process:
        assert process.stdout
        yield Running(process.stdout.readline().strip(), process)
        assert process.stdin
        process.stdin.close()


def head(http_request: Request) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in http_request.headers)
    start = f"POST {http_request.url.target} HTTP/1.1\r\n{lines}"
    return f"{start}Content-Length: {ANNOUNCED}\r\n\r\n".encode()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("is_signed", [False, True])
def test_bodies_without_a_valid_signature_take_little_memory(*, is_signed: bool) -> None:
    with running() as server, ExitStack() as stack:
        unsigned = request(server.url, "/endpoints/echo/invocations", b"another body")
        forged = signed(unsigned, time()) if is_signed else with_host(unsigned)
        address = (forged.url.host, forged.url.port)
        clients = [
            stack.enter_context(socket.create_connection(address, LIMIT)) for _ in range(CLIENTS)
        ]
        for client in clients:
            client.sendall(head(forged))
        for client in clients:
            for _ in range(SENT // MB):
                client.sendall(bytes(MB))
        if not is_signed:
            for client in clients:
                assert client.recv(12) == b"HTTP/1.1 403"
        assert server.peak_memory() < LIMIT_KB
