"""An endpoint that logs when it received and sent what; the oracle of `load_test.py`.

    python -m benchmarks.timed_server LOG STALL_AT STALL_SECONDS

Returns the body of each request; at request number STALL_AT, all of the server stops for so many
seconds. A response stream has an event with only a role, then tokens. Prints its URL. Each line of
LOG is an object: the `body`, and nanoseconds since the epoch of `received`, `first_token`, `sent`.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from typing import TextIO

from smrt.protocol.eventstream import encode_message
from smrt.protocol.response_stream import part

PAUSE = 0.01
"""Seconds before each token."""
TOKENS = ("Once", " upon", " a", " time")
STREAM_TYPE = "application/vnd.amazon.eventstream"


class TimedServer:
    """Responds to requests, and logs each."""

    def __init__(self, log: TextIO, stall_at: int, stall: float) -> None:
        self._log, self._stall_at, self._stall = log, stall_at, stall
        self._requests = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Respond to the requests of a connection."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(_length(head))
                received = time.time_ns()
                respond = self._stream if b"response-stream " in head else self._return
                first_token = await respond(writer, body)
                entry = {"body": body.decode(), "received": received}
                entry |= {"first_token": first_token, "sent": time.time_ns()}
                self._log.write(json.dumps(entry) + "\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _return(self, writer: asyncio.StreamWriter, body: bytes) -> None:
        self._requests += 1
        if self._requests == self._stall_at:
            time.sleep(self._stall)  # noqa: ASYNC251 - all of the server stops
        writer.write(_head(len(body), "application/json") + body)

    async def _stream(self, writer: asyncio.StreamWriter, _: bytes) -> int:
        """Send the events; return when the first token left."""
        role, *tokens = map(encode_message, map(part, _events()))
        writer.write(_head(len(role) + sum(map(len, tokens)), STREAM_TYPE) + role)
        times = []
        for token in tokens:
            await asyncio.sleep(PAUSE)
            times.append(time.time_ns())
            writer.write(token)
        return times[0]


def _events() -> Iterator[bytes]:
    deltas = [{"role": "assistant"}, *({"content": text} for text in TOKENS)]
    for delta in deltas:
        yield b"data: " + json.dumps({"choices": [{"delta": delta}]}).encode() + b"\n\n"


def _head(length: int, content_type: str) -> bytes:
    return (
        f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))


async def serve(timed: TimedServer) -> None:
    """Serve until standard input ends."""
    server = await asyncio.start_server(timed.serve, "127.0.0.1", 0, backlog=4096)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


def main() -> None:
    path, stall_at, stall = sys.argv[1:]
    with open(path, "w") as log:
        asyncio.run(serve(TimedServer(log, int(stall_at), float(stall))))


if __name__ == "__main__":
    main()
