"""How fast response streams are decoded: smrt's decoder beside botocore's.

    python -m benchmarks.eventstream

Both decode the same bytes in one process, in turns. Prints megabytes of payload per second of each,
and smrt's speed as a multiple of botocore's; the exit status is 1 where that is below 1.
"""

import sys
import time
from collections.abc import Callable, Sequence

from botocore.eventstream import EventStreamBuffer

from smrt.protocol.eventstream import encode_message, messages
from smrt.protocol.response_stream import part

CASES = ((100, 20_000), (8_192, 4_000))
"""Bytes of a part, and how many parts."""
READS = {"part by part": 0, "64 KiB at a time": 1 << 16}
"""How the stream is cut: each message by itself, or as many bytes as a socket gives."""
ROUNDS = 5
Decode = Callable[[Sequence[bytes]], int]
"""Pieces of a stream -> bytes of payload."""


def smrt(pieces: Sequence[bytes]) -> int:
    return sum(len(message.payload) for message in messages(pieces))


def botocore(pieces: Sequence[bytes]) -> int:
    total, buffer = 0, EventStreamBuffer()
    for piece in pieces:
        buffer.add_data(piece)
        total += sum(len(message.payload) for message in buffer)
    return total


def main() -> int:
    print(f"{'part':>8}  {'read':<16} {'smrt MB/s':>10} {'botocore MB/s':>14} {'ratio':>7}")
    ratios = [_measured(size, count, read) for size, count in CASES for read in READS]
    return int(min(ratios) < 1)


def _measured(size: int, count: int, read: str) -> float:
    """Measure one case and print it: smrt's speed as a multiple of botocore's."""
    message = encode_message(part(bytes(size)))
    stream, step = message * count, READS[read] or len(message)
    pieces = [stream[at : at + step] for at in range(0, len(stream), step)]
    rounds = [[_seconds(each, pieces, size * count) for each in DECODERS] for _ in range(ROUNDS)]
    ours, theirs = (min(each[place] for each in rounds) for place in range(len(DECODERS)))
    rates = [size * count / seconds / 1e6 for seconds in (ours, theirs)]
    print(f"{size:>6} B  {read:<16} {rates[0]:>10.1f} {rates[1]:>14.1f} {theirs / ours:>6.1f}x")
    return theirs / ours


def _seconds(decode: Decode, pieces: Sequence[bytes], expected: int) -> float:
    begun = time.perf_counter()
    assert decode(pieces) == expected
    return time.perf_counter() - begun


DECODERS = (smrt, botocore)

if __name__ == "__main__":
    sys.exit(main())
