"""A stream's parts, which are cut anywhere, put together again: lines, events, JSON values.

Each of these is given as soon as it is whole, in bytes and without its end mark. Where reading the
parts fails, what is whole has been given by then; of lines the last, broken off, is given too.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from smrt.errors import SmrtError

Note = Callable[[str], None]
Framing = Callable[[Iterable[bytes], Note], Iterator[bytes]]
"""Told what part of the answer it leaves out, if any."""

DONE = b"[DONE]"
"""What OpenAI's interface, and those made after it, send when there will be no more events."""
_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\n|\r")
_SPACE = re.compile(rb"[ \t\r\n]*")
_STRUCTURE = re.compile(rb'[\[\]{}"]')
_IN_STRING = re.compile(rb'["\\]')
_AFTER_SCALAR = re.compile(rb'[ \t\r\n,:\[\]{}"]')
_STRING_OR_SPACE = re.compile(rb'("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+', re.DOTALL)
_JSON_STARTS = b'{["-0123456789tfnNI'
_FIELDS = (b"data", b"event", b"id", b"retry")
"""What a server-sent event may begin with."""


def lines(parts: Iterable[bytes], note: Note) -> Iterator[bytes]:  # noqa: ARG001 - a Framing
    """Lines that end with LF or CR LF; the last may end with the stream."""
    held = bytearray()
    try:
        for part in parts:
            *whole, rest = part.split(b"\n")
            for line in whole:
                held += line
                yield bytes(held).removesuffix(b"\r")
                held.clear()
            held += rest
    except SmrtError:
        if held:
            yield bytes(held)
        raise
    if held:
        yield bytes(held)


def events(parts: Iterable[bytes], note: Note) -> Iterator[bytes]:
    """The data of server-sent events, but for [DONE].

    An event that no empty line ends is left out, as the standard has it:
    https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
    """
    data: list[bytes] = []
    for line in _event_lines(parts):
        if line:
            field, _, value = line.partition(b":")
            if field == b"data":
                data.append(value.removeprefix(b" "))
        elif data:
            event = b"\n".join(data)
            if event != DONE:
                yield event
            data.clear()
    if data and data != [DONE]:
        note(
            f"the answer ends within an event, of which {len(b''.join(data))} bytes are left out: "
            "--stream raw shows them"
        )


def values(parts: Iterable[bytes], note: Note) -> Iterator[bytes]:  # noqa: ARG001 - a Framing
    """JSON values, one after the other with or without space between them; each on one line.

    Raises SmrtError for what is no JSON, or ends within a value.
    """
    scanner = _Values()
    for part in _without_bom(parts):
        yield from map(_on_one_line, scanner.feed(part))
    yield from map(_on_one_line, scanner.end())


def events_or_values(parts: Iterable[bytes], note: Note) -> Iterator[bytes]:
    """Server-sent events or JSON values, by the first character that is no space."""
    rest = iter(_without_bom(parts))
    seen = []
    for part in rest:
        seen.append(part)
        if start := part.strip(b" \t\r\n"):
            framing = values if start[0] in _JSON_STARTS else events
            yield from framing(chain(seen, rest), note)
            return


FRAMINGS: dict[str, Framing] = {"lines": lines, "sse": events, "json": values}


class _Values:
    """Finds the ends of JSON values; each byte is looked at once, wherever the parts are cut."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._depth = 0
        self._find = self._start
        self._escaped = False

    def feed(self, part: bytes) -> Iterator[bytes]:
        """The values that `part` completes."""
        at = begin = 0
        while at < len(part):
            if not self._held and self._find == self._start:
                begin = at = self._skipped(part, at)
                if at == len(part):
                    return
            at, whole = self._find(part, at)
            if whole:
                self._held += memoryview(part)[begin:at]
                yield self._taken()
                begin = at
        self._held += memoryview(part)[begin:]

    def end(self) -> Iterator[bytes]:
        """A last value that only the end of the stream ends; SmrtError where it is not whole."""
        if self._find == self._scalar:
            yield self._taken()
        elif self._held:
            raise SmrtError(
                f"the answer ends within a JSON value of {len(self._held)} bytes so far"
            )

    def _taken(self) -> bytes:
        taken = bytes(self._held)
        self._held.clear()
        self._find = self._start
        return taken

    def _skipped(self, part: bytes, at: int) -> int:
        found = _SPACE.match(part, at)
        assert found
        return found.end()

    def _start(self, part: bytes, at: int) -> tuple[int, bool]:
        """The first byte of a value: what does it begin?"""
        if part[at] in b"{[":
            self._depth, self._find = 1, self._inside
        elif part[at] in b'"':
            self._depth, self._find = 0, self._string
        else:
            self._find = self._scalar
        return at + 1, False

    def _inside(self, part: bytes, at: int) -> tuple[int, bool]:
        found = _STRUCTURE.search(part, at)
        if found is None:
            return len(part), False
        if found[0] == b'"':
            self._find = self._string
        else:
            self._depth += 1 if found[0] in b"{[" else -1
        return found.end(), self._depth == 0

    def _string(self, part: bytes, at: int) -> tuple[int, bool]:
        if self._escaped:
            self._escaped = False
            return at + 1, False
        found = _IN_STRING.search(part, at)
        if found is None:
            return len(part), False
        if found[0] == b"\\":
            self._escaped = True
            return found.end(), False
        self._find = self._inside
        return found.end(), self._depth == 0

    def _scalar(self, part: bytes, at: int) -> tuple[int, bool]:
        found = _AFTER_SCALAR.search(part, at)
        return (len(part), False) if found is None else (found.start(), True)


def _event_lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines that end with LF, CR or CR LF; a CR ends a line at once, whatever follows."""
    held = bytearray()
    after_cr = False
    for part in _without_bom(parts):
        fresh = part[1:] if after_cr and part.startswith(b"\n") else part
        after_cr = part.endswith(b"\r") if part else after_cr
        *whole, rest = _LINE_END.split(fresh)
        for line in whole:
            held += line
            yield bytes(held)
            held.clear()
        held += rest


def _without_bom(parts: Iterable[bytes]) -> Iterator[bytes]:
    rest = iter(parts)
    start = b""
    for part in rest:
        start += part
        if len(start) >= len(_BOM) or not _BOM.startswith(start):
            break
    yield start.removeprefix(_BOM)
    yield from rest


def _on_one_line(value: bytes) -> bytes:
    """`value`, checked; what is pretty-printed loses the space between its tokens."""
    try:
        json.loads(value)
    except (ValueError, RecursionError) as exc:
        shown = value[:40].decode(errors="replace")
        hints = ("--stream sse reads server-sent events",) if value in _FIELDS else ()
        raise SmrtError(f"the answer is not JSON: {shown!r}: {exc}", *hints) from exc
    if b"\n" in value or b"\r" in value:
        return _STRING_OR_SPACE.sub(lambda found: found[1] or b"", value)
    return value
