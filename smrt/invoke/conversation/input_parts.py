"""Splits input into messages: lines, chunks, or parts that lines of JSON describe."""

from collections.abc import Iterator
from typing import Protocol

from smrt.errors import UsageError
from smrt.protocol.bidirectional.parts import BINARY, UTF8, Part, parse_part
from smrt.protocol.eventstream import MAX_PAYLOAD

from .conversation_options import BINARY_CHUNKS, JSON_LINES, InputOptions


class Splitter(Protocol):
    """Splits bytes as they arrive."""

    def feed(self, data: bytes) -> Iterator[Part]:
        """Yield what `data` completes. Raises UsageError for invalid input."""
        ...

    def end(self) -> Iterator[Part]:
        """Yield what the end of the input completes. Raises UsageError."""
        ...


class LineSplitter:
    """Lines that end with LF or CR LF; the last one needs no end. Each is a message of text."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Part]:
        """Yield the lines that `data` completes."""
        *whole, rest = data.split(b"\n")
        for line in whole:
            content = bytes(self._buffer + line)
            self._buffer.clear()
            yield self._part(content.removesuffix(b"\r"))
        self._buffer += rest
        _check_size(self._buffer)

    def end(self) -> Iterator[Part]:
        """Yield the last line, if it has no end."""
        if self._buffer:
            yield self._part(bytes(self._buffer))

    def _part(self, line: bytes) -> Part:
        _check_size(line)
        try:
            line.decode()
        except UnicodeDecodeError as exc:
            raise UsageError(
                f"a line of the input is not UTF-8: {exc.reason} at byte {exc.start}",
                "for other input than lines of text, use --input-format binary",
            ) from exc
        return Part(line, UTF8)


def _check_size(line: bytes | bytearray) -> None:
    if len(line) > MAX_PAYLOAD:
        raise UsageError(
            f"a line of the input is longer than {MAX_PAYLOAD >> 20} MiB",
            "for other input than lines of text, use --input-format binary",
        )


class JsonSplitter(LineSplitter):
    """Lines of JSON, each of which describes a part; empty lines are ignored."""

    def feed(self, data: bytes) -> Iterator[Part]:
        """Yield the parts that `data` completes."""
        return (parse_part(line.data) for line in super().feed(data) if line.data.strip())

    def end(self) -> Iterator[Part]:
        """Yield the part in the last line, if it has no end."""
        return (parse_part(line.data) for line in super().end() if line.data.strip())


class ChunkSplitter:
    """Chunks of `size` bytes, each a binary message; the last one may be smaller."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Part]:
        """Yield the chunks that `data` completes."""
        self._buffer += data
        while len(self._buffer) >= self._size:
            chunk = bytes(self._buffer[: self._size])
            del self._buffer[: self._size]
            yield Part(chunk, BINARY)

    def end(self) -> Iterator[Part]:
        """Yield the last chunk."""
        if self._buffer:
            yield Part(bytes(self._buffer), BINARY)


def splitter(options: InputOptions) -> Splitter:
    """The splitter of --input-format."""
    if options.format == BINARY_CHUNKS:
        return ChunkSplitter(options.chunk)
    return JsonSplitter() if options.format == JSON_LINES else LineSplitter()
