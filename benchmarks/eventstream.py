"""Compare the speed of smrt's event stream decoder with botocore's.

    python -m benchmarks.eventstream

Both decode the same bytes in one process, alternately. Prints the throughput of each in MB of
payload per second, and smrt's as a multiple of botocore's; the exit status is 1 if that is below 1.
"""

import sys
import time
from collections.abc import Callable, Sequence

from botocore.eventstream import EventStreamBuffer

from smrt.protocol.eventstream import encode_message, messages
from smrt.protocol.response_stream import part

CASES = ((100, 20_000), (8_192, 4_000))
"""Bytes of payload per event, and number of events."""
READS = {"event by event": 0, "64 KiB at a time": 1 << 16}
"""How the stream is split into chunks: by message, or by the size of a socket read."""
ROUNDS = 5
Decode = Callable[[Sequence[bytes]], int]
"""Chunks of a stream -> bytes of payload."""


def smrt(chunks: Sequence[bytes]) -> int:
    return sum(len(message.payload) for message in messages(chunks))


def botocore(chunks: Sequence[bytes]) -> int:
    total, buffer = 0, EventStreamBuffer()
    for chunk in chunks:
        buffer.add_data(chunk)
        total += sum(len(message.payload) for message in buffer)
    return total


def main() -> int:
    print(f"{'event':>8}  {'read':<16} {'smrt MB/s':>10} {'botocore MB/s':>14} {'ratio':>7}")
    ratios = [_measure(size, count, read) for size, count in CASES for read in READS]
    return int(min(ratios) < 1)


def _measure(size: int, count: int, read: str) -> float:
    """Measure and print one case; return smrt's speed as a multiple of botocore's."""
    message = encode_message(part(bytes(size)))
    stream, step = message * count, READS[read] or len(message)
    chunks = [stream[start : start + step] for start in range(0, len(stream), step)]
    rounds = [[_seconds(each, chunks, size * count) for each in DECODERS] for _ in range(ROUNDS)]
    ours, theirs = (min(each[index] for each in rounds) for index in range(len(DECODERS)))
    rates = [size * count / seconds / 1e6 for seconds in (ours, theirs)]
    print(f"{size:>6} B  {read:<16} {rates[0]:>10.1f} {rates[1]:>14.1f} {theirs / ours:>6.1f}x")
    return theirs / ours


def _seconds(decode: Decode, chunks: Sequence[bytes], expected: int) -> float:
    started_at = time.perf_counter()
    assert decode(chunks) == expected
    return time.perf_counter() - started_at


DECODERS = (smrt, botocore)

if __name__ == "__main__":
    sys.exit(main())
