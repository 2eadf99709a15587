"""How fast response streams are decoded: smrt's decoder beside botocore's.

    python benchmarks/eventstream.py

Prints megabytes of payload per second of each, and smrt's speed as a multiple of botocore's.
"""

import time
from collections.abc import Callable, Sequence

from botocore.eventstream import EventStreamBuffer

from smrt.eventstream import Message, encode, messages

HEADERS = {
    ":event-type": "PayloadPart",
    ":content-type": "application/octet-stream",
    ":message-type": "event",
}
CASES = ((100, 20_000), (8_192, 4_000))
"""Bytes of a part, and how many parts."""
READS = {"part by part": None, "64 KiB at a time": 1 << 16}
"""How the stream is cut: each message by itself, or as many bytes as a socket gives."""
ROUNDS = 5


def smrt(pieces: Sequence[bytes]) -> int:
    """Bytes of payload, by smrt's decoder."""
    return sum(len(message.payload) for message in messages(pieces))


def botocore(pieces: Sequence[bytes]) -> int:
    """Bytes of payload, by botocore's decoder."""
    total, buffer = 0, EventStreamBuffer()
    for piece in pieces:
        buffer.add_data(piece)
        for message in buffer:
            total += len(message.payload)
    return total


def best(decode: Callable[[Sequence[bytes]], int], pieces: Sequence[bytes], expected: int) -> float:
    """The shortest of some rounds, in seconds."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        assert decode(pieces) == expected
        times.append(time.perf_counter() - begun)
    return min(times)


def main() -> None:
    """Measure every case, in turns in this one process."""
    print(f"{'part':>8} {'read':<18} {'smrt MB/s':>10} {'botocore MB/s':>14} {'ratio':>7}")
    for size, count in CASES:
        message = encode(Message(HEADERS, bytes(range(256)) * (size // 256) + b"x" * (size % 256)))
        for read, step in READS.items():
            stream = message * count
            cut = step or len(message)
            pieces = [stream[at : at + cut] for at in range(0, len(stream), cut)]
            ours, theirs = (best(each, pieces, size * count) for each in (smrt, botocore))
            rates = [size * count / seconds / 1e6 for seconds in (ours, theirs)]
            print(
                f"{size:>6} B {read:<18} {rates[0]:>10.1f} {rates[1]:>14.1f} {theirs / ours:>6.1f}x"
            )


if __name__ == "__main__":
    main()
