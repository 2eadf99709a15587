"""The order of a worker process: what it sends, and how it is stopped."""

import os
from typing import IO, NamedTuple

from smrt.batching.batch_input import InputKind
from smrt.batching.batch_options import BatchOptions
from smrt.batching.records.input_file import Identity
from smrt.batching.sending.target import Target
from smrt.protocol.messages import masked_repr

from .typed_json import decode_json, encode_json

STOP, ABORT = b"s", b"a"
"""Commands of the parent; the end of the pipe means STOP."""
_LENGTH = 8


class WorkerOrder(NamedTuple):
    """The share of a worker. It travels through a pipe, as it may contain credentials.

    `tally_descriptor` is the file of the counts of all workers, of which this one is `number`.
    """

    options: BatchOptions
    target: Target
    kind: InputKind
    job_path: str
    planned_workers: int
    identity: Identity
    tally_descriptor: int = -1
    number: int = 0

    def __repr__(self) -> str:
        return masked_repr(self, "target")


def share(order: WorkerOrder, number: int, workers: int, ceiling: int) -> WorkerOrder:
    """The order of one of several workers: concurrency and request rate are divided."""
    options = order.options
    base, rest = divmod(options.concurrency or ceiling, workers)
    rate = options.request_rate
    return order._replace(
        options=options._replace(
            concurrency=max(1, base + (number < rest)),
            request_rate=None if rate is None else rate / workers,
        ),
        number=number,
    )


def write_order(order: WorkerOrder, pipe: IO[bytes]) -> None:
    """Write the order, with its length first."""
    content = encode_json(order)
    pipe.write(len(content).to_bytes(_LENGTH, "big") + content)
    pipe.flush()


def read_order(descriptor: int) -> WorkerOrder:
    """Read the order; commands that follow stay in the pipe."""
    length = int.from_bytes(_read_exactly(descriptor, _LENGTH), "big")
    return decode_json(WorkerOrder, _read_exactly(descriptor, length))


def _read_exactly(descriptor: int, length: int) -> bytes:
    content = b""
    while len(content) < length:
        chunk = os.read(descriptor, length - len(content))
        if not chunk:
            raise EOFError
        content += chunk
    return content
