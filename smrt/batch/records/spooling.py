"""Saves standard input to a file, so that it can be read again."""

from typing import BinaryIO

from smrt.errors import SmrtError, UsageError

from .input_file import READ_SIZE


def spool_input(stream: BinaryIO, spool: BinaryIO) -> int:
    """Append to `spool` what `stream` has beyond it; the number of bytes in all.

    `spool` is open for reading and writing, at its start. Raises UsageError if `stream` does not
    start with what the spool has from an earlier run, SmrtError if it cannot be saved.
    """
    size = _compare(stream, spool)
    try:
        while block := stream.read(READ_SIZE):
            spool.write(block)
            size += len(block)
        spool.flush()
    except OSError as exc:
        raise SmrtError(f"standard input cannot be saved: {exc.strerror}") from exc
    return size


def _compare(stream: BinaryIO, spool: BinaryIO) -> int:
    size = 0
    while saved := spool.read(READ_SIZE):
        if _read_exactly(stream, len(saved)) != saved:
            raise UsageError(
                "standard input is not what it was when this job started",
                "send the same input again, or start a new job",
            )
        size += len(saved)
    return size


def _read_exactly(stream: BinaryIO, length: int) -> bytes:
    """So many bytes, fewer only at the end of the stream."""
    chunks = []
    while length and (chunk := stream.read(length)):
        chunks.append(chunk)
        length -= len(chunk)
    return b"".join(chunks)
