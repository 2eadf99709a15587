"""Splits a stream of chunks into frames: lines, server-sent events, or JSON values.

Chunks can end anywhere. Each frame is yielded, as bytes without its terminator, as soon as it is
complete. If reading fails, all complete frames have been yielded; a partial last line is, too.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from smrt.errors import SmrtError

Note = Callable[[str], None]
Framing = Callable[[Iterable[bytes], Note], Iterator[bytes]]
"""Splits chunks into frames; a note reports any chunk of the response that it skips."""

DONE = b"[DONE]"
"""The end of the stream in OpenAI's API and compatible ones."""
MAX_FRAME = 64 << 20
"""Bytes; a line, event or value that is longer is an error, as it is buffered until its end."""
_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\n|\r")
_SPACE = re.compile(rb"[ \t\r\n]*")
_STRUCTURE = re.compile(rb'[\[\]{}"]')
_IN_STRING = re.compile(rb'["\\]')
_AFTER_SCALAR = re.compile(rb'[ \t\r\n,:\[\]{}"]')
_STRING_OR_SPACE = re.compile(rb'("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+', re.DOTALL)
_JSON_STARTS = b'{["-0123456789tfnNI'
_FIELDS = (b"data", b"event", b"id", b"retry")
"""The names of the fields of a server-sent event."""


def lines(chunks: Iterable[bytes], note: Note) -> Iterator[bytes]:  # noqa: ARG001 - a Framing
    """Lines that end with LF or CR LF; the last can end with the stream."""
    buffer = bytearray()
    try:
        for chunk in chunks:
            *whole, rest = chunk.split(b"\n")
            for line in whole:
                buffer += line
                yield bytes(buffer).removesuffix(b"\r")
                buffer.clear()
            buffer += rest
            if len(buffer) > MAX_FRAME:
                break
    except SmrtError:
        if buffer:
            yield bytes(buffer)
        raise
    _check_size(len(buffer), "a line")
    if buffer:
        yield bytes(buffer)


def events(chunks: Iterable[bytes], note: Note) -> Iterator[bytes]:
    """The data of server-sent events, without [DONE].

    An event without an empty line after it is skipped, as the standard requires:
    https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
    """
    data: list[bytes] = []
    size = 0
    for line in _event_lines(chunks):
        if line:
            field, _, value = line.partition(b":")
            if field == b"data":
                data.append(value.removeprefix(b" "))
                size += len(value)
                _check_size(size, "an event")
        elif data:
            event = b"\n".join(data)
            if event != DONE:
                yield event
            data.clear()
            size = 0
    if data and data != [DONE]:
        note(
            f"the response ends within an event: {len(b''.join(data))} bytes are not printed "
            "(--stream raw prints them)"
        )


def values(chunks: Iterable[bytes], note: Note) -> Iterator[bytes]:  # noqa: ARG001 - a Framing
    """JSON values, with or without whitespace between them; each on one line.

    Raises SmrtError if the stream is not JSON, or ends within a value.
    """
    scanner = _ValueSplitter()
    for chunk in _without_bom(chunks):
        yield from map(_on_one_line, scanner.feed(chunk))
    yield from map(_on_one_line, scanner.end())


def events_or_values(chunks: Iterable[bytes], note: Note) -> Iterator[bytes]:
    """Server-sent events or JSON values; the first non-space character decides."""
    rest = iter(_without_bom(chunks))
    seen = []
    for chunk in rest:
        seen.append(chunk)
        if start := chunk.strip(b" \t\r\n"):
            framing = values if start[0] in _JSON_STARTS else events
            yield from framing(chain(seen, rest), note)
            return


FRAMINGS: dict[str, Framing] = {"lines": lines, "sse": events, "json": values}


class _ValueSplitter:
    """Finds the ends of JSON values; reads each byte once; chunks can end anywhere."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._depth = 0
        self._find = self._start
        self._escaped = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the values that `chunk` completes."""
        at = start = 0
        while at < len(chunk):
            if not self._buffer and self._find == self._start:
                start = at = self._skip_space(chunk, at)
                if at == len(chunk):
                    return
            at, is_complete = self._find(chunk, at)
            if is_complete:
                self._buffer += memoryview(chunk)[start:at]
                yield self._take()
                start = at
        self._buffer += memoryview(chunk)[start:]
        _check_size(len(self._buffer), "a JSON value")

    def end(self) -> Iterator[bytes]:
        """Yield a scalar that ends with the stream; SmrtError if a value is incomplete."""
        if self._find == self._scalar:
            yield self._take()
        elif self._buffer:
            raise SmrtError(
                f"the response ends within a JSON value, after {len(self._buffer)} bytes"
            )

    def _take(self) -> bytes:
        value = bytes(self._buffer)
        self._buffer.clear()
        self._find = self._start
        return value

    def _skip_space(self, chunk: bytes, at: int) -> int:
        space = _SPACE.match(chunk, at)
        assert space
        return space.end()

    def _start(self, chunk: bytes, at: int) -> tuple[int, bool]:
        """Choose the next state by the first byte of a value."""
        if chunk[at] in b"{[":
            self._depth, self._find = 1, self._inside
        elif chunk[at] in b'"':
            self._depth, self._find = 0, self._string
        else:
            self._find = self._scalar
        return at + 1, False

    def _inside(self, chunk: bytes, at: int) -> tuple[int, bool]:
        match = _STRUCTURE.search(chunk, at)
        if match is None:
            return len(chunk), False
        if match[0] == b'"':
            self._find = self._string
        else:
            self._depth += 1 if match[0] in b"{[" else -1
        return match.end(), self._depth == 0

    def _string(self, chunk: bytes, at: int) -> tuple[int, bool]:
        if self._escaped:
            self._escaped = False
            return at + 1, False
        match = _IN_STRING.search(chunk, at)
        if match is None:
            return len(chunk), False
        if match[0] == b"\\":
            self._escaped = True
            return match.end(), False
        self._find = self._inside
        return match.end(), self._depth == 0

    def _scalar(self, chunk: bytes, at: int) -> tuple[int, bool]:
        match = _AFTER_SCALAR.search(chunk, at)
        return (len(chunk), False) if match is None else (match.start(), True)


def _event_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Complete lines that end with LF, CR or CR LF; a CR ends a line immediately."""
    buffer = bytearray()
    after_cr = False
    for chunk in _without_bom(chunks):
        fresh = chunk[1:] if after_cr and chunk.startswith(b"\n") else chunk
        after_cr = chunk.endswith(b"\r") if chunk else after_cr
        *whole, rest = _LINE_END.split(fresh)
        for line in whole:
            buffer += line
            yield bytes(buffer)
            buffer.clear()
        buffer += rest
        _check_size(len(buffer), "a line")


def _check_size(size: int, what: str) -> None:
    if size > MAX_FRAME:
        raise SmrtError(
            f"{what} of the response is longer than {MAX_FRAME >> 20} MiB",
            "--stream raw writes the response as it is",
        )


def _without_bom(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = iter(chunks)
    start = b""
    for chunk in rest:
        start += chunk
        if len(start) >= len(_BOM) or not _BOM.startswith(start):
            break
    yield start.removeprefix(_BOM)
    yield from rest


def _on_one_line(value: bytes) -> bytes:
    """`value`, validated; pretty-printed JSON loses the whitespace between its tokens."""
    try:
        json.loads(value)
    except (ValueError, RecursionError) as exc:
        shown = value[:40].decode(errors="replace")
        hints = ("--stream sse reads server-sent events",) if value in _FIELDS else ()
        raise SmrtError(f"the response is not JSON: {shown!r}: {exc}", *hints) from exc
    if b"\n" in value or b"\r" in value:
        return _STRING_OR_SPACE.sub(lambda match: match[1] or b"", value)
    return value
