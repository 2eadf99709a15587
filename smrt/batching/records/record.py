"""The records of a batch, their partitions and their results, as values."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from smrt.protocol.messages import masked_repr


class Record(NamedTuple):
    """One record of the input, as it is sent."""

    offset: int
    """Its identity: the offset of its line in the uncompressed input (or in the list of files)."""
    record_id: Any
    """Its name in the result: a JSON value of the line, else its line number or its file's name."""
    body: bytes
    parameters: Mapping[str, Any]
    """Parameters of the call by AWS's names; the options of the command line are the defaults."""
    source: bytes
    """The line as it is in the input, with its line break; empty for a file."""

    def __repr__(self) -> str:
        return masked_repr(self, "body", "parameters", "source")


class RecordError(NamedTuple):
    """A part of the input that cannot be sent; its result is an error."""

    offset: int
    record_id: Any
    code: str
    message: str
    source: bytes

    def __repr__(self) -> str:
        return masked_repr(self, "source")


class Partition(NamedTuple):
    """The records whose lines begin in the bytes from `start` up to `end`."""

    number: int
    start: int
    end: int


class Result(NamedTuple):
    """The result of a record, as it is written: a line with its line feed, or a file's bytes."""

    offset: int
    record_id: Any
    line: bytes
    ok: bool

    def __repr__(self) -> str:
        return masked_repr(self, "line")
