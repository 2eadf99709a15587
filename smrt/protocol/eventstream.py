"""AWS's event stream encoding: bytes -> messages as they come, and messages -> bytes.

A message is a prelude (its length, the length of its headers, a CRC-32 of both), headers, a payload
and a CRC-32 of everything before; numbers are big-endian.
https://docs.aws.amazon.com/lexv2/latest/dg/event-stream-encoding.html
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from typing import NamedTuple
from zlib import crc32

from smrt.errors import TransportError

MAX_HEADERS = 128 * 1024
MAX_PAYLOAD = 24 * 1024 * 1024
"""Bytes; the bounds of AWS's own decoders."""
LARGE = 1 << 16
"""Bytes; a message of that size is not copied together as smaller ones are."""

Value = bool | int | bytes | str
"""Of a header; a timestamp is in milliseconds since the epoch, a UUID is 16 bytes."""

_PRELUDE = struct.Struct("!III")
_CRC = struct.Struct("!I")
_PRELUDE_SIZE = _PRELUDE.size
_OVERHEAD = _PRELUDE_SIZE + _CRC.size
_TRUE, _FALSE, _BYTES, _STRING, _TIMESTAMP, _UUID = 0, 1, 6, 7, 8, 9
_INTEGERS = {2: struct.Struct("!b"), 3: struct.Struct("!h"), 4: struct.Struct("!i")}
_LONG = struct.Struct("!q")
_NUMBERS = {**_INTEGERS, 5: _LONG, _TIMESTAMP: _LONG}
_LENGTH = struct.Struct("!H")
_UUID_SIZE = 16


class Message(NamedTuple):
    """One message of a stream."""

    headers: Mapping[str, Value]
    payload: bytes


def messages(pieces: Iterable[bytes]) -> Iterator[Message]:
    """The messages in a stream that comes in `pieces`, cut anywhere; each as soon as it is whole.

    Raises TransportError where the stream is damaged, too large or cut short.
    """
    source = iter(pieces)
    held = bytearray()
    needed = _PRELUDE_SIZE
    headers = _Headers()
    for piece in source:
        data: bytes | bytearray = piece
        if held:
            held += piece
            data = held
        start = 0
        while len(data) - start >= needed:
            needed = _PRELUDE_SIZE
            total, headers_size = _prelude(data, start)
            payload = start + _PRELUDE_SIZE + headers_size
            if len(data) - start >= total:
                yield _message(data, start, total, payload, headers)
                start += total
            elif total >= LARGE and len(data) >= payload:
                large, data = _large(data[start:], total, payload - start, headers, source)
                yield large
                del large
                held = bytearray()
                start = 0
            else:
                needed = total if total < LARGE else payload - start
                break
        if data is held:
            del held[:start]
        else:
            held += memoryview(data)[start:]
    if held:
        raise _cut_short()


def encode_message(message: Message) -> bytes:
    """`message` in bytes; an integer goes as four bytes where it fits, otherwise as eight."""
    headers = b"".join(map(_encoded_header, message.headers, message.headers.values()))
    total = _OVERHEAD + len(headers) + len(message.payload)
    lengths = _PRELUDE.pack(total, len(headers), 0)[: -_CRC.size]
    prelude = lengths + _CRC.pack(crc32(lengths))
    whole = b"".join((prelude, headers, message.payload))
    return whole + _CRC.pack(crc32(whole))


class _Headers:
    """Parses headers; those of one part are mostly those of the part before."""

    def __init__(self) -> None:
        self._raw = b""
        self._parsed: Mapping[str, Value] = {}

    def parse(self, raw: bytes) -> Mapping[str, Value]:
        """The headers in `raw`."""
        if raw != self._raw:
            try:
                self._parsed = dict(_pairs(raw))
            except (struct.error, IndexError, UnicodeDecodeError) as exc:
                raise _damaged("a header cannot be read", "InvalidHeaders") from exc
            self._raw = raw
        return self._parsed


def _prelude(data: bytes | bytearray, start: int) -> tuple[int, int]:
    """The lengths of the message and of its headers, checked."""
    total, headers_size, crc = _PRELUDE.unpack_from(data, start)
    _check(crc, crc32(data[start : start + 8]))
    payload_size = total - headers_size - _OVERHEAD
    if headers_size > MAX_HEADERS:
        raise _damaged(
            f"headers of {headers_size} bytes exceed {MAX_HEADERS}", "InvalidHeadersLength"
        )
    if payload_size > MAX_PAYLOAD:
        raise _damaged(
            f"a payload of {payload_size} bytes exceeds {MAX_PAYLOAD}", "InvalidPayloadLength"
        )
    if payload_size < 0:
        raise _damaged("the lengths of a message contradict each other", "InvalidPayloadLength")
    return total, headers_size


def _message(
    data: bytes | bytearray, start: int, total: int, payload: int, headers: _Headers
) -> Message:
    """The message at `start`, whose payload begins at `payload`; its checksum verified."""
    end = start + total - _CRC.size
    with memoryview(data) as view:
        _check(_CRC.unpack_from(data, end)[0], crc32(view[start:end]))
        raw = bytes(view[start + _PRELUDE_SIZE : payload])
        return Message(headers.parse(raw), bytes(view[payload:end]))


def _large(
    data: bytes | bytearray, total: int, payload: int, headers: _Headers, source: Iterator[bytes]
) -> tuple[Message, bytes]:
    """The message that `data` begins, and what comes behind it; its payload is there but once."""
    start = bytes(data[:payload])
    content, rest = _collected(data[payload:], total - payload - _CRC.size, source)
    told, rest = _collected(rest, _CRC.size, source)
    _check(_CRC.unpack(told)[0], crc32(content, crc32(start)))
    return Message(headers.parse(start[_PRELUDE_SIZE:]), content), rest


def _collected(piece: bytes | bytearray, size: int, source: Iterator[bytes]) -> tuple[bytes, bytes]:
    """`size` bytes, of which `piece` has the first, and what is left of the last piece."""
    buffer = BytesIO()
    while (missing := size - buffer.tell()) > len(piece):
        buffer.write(piece)
        following = next(source, None)
        if following is None:
            raise _cut_short()
        piece = following
    buffer.write(memoryview(piece)[:missing])
    return buffer.getvalue(), bytes(memoryview(piece)[missing:])


def _check(told: int, found: int) -> None:
    if found != told:
        what = f"a checksum is 0x{found:08x} where 0x{told:08x} is told"
        raise _damaged(what, "ChecksumMismatch")


def _pairs(raw: bytes) -> Iterator[tuple[str, Value]]:
    names = set()
    at = 0
    while at < len(raw):
        name_end = at + 1 + raw[at]
        name = raw[at + 1 : name_end].decode()
        if name in names:
            raise _damaged(f"the header {name} is there twice", "DuplicateHeader")
        names.add(name)
        value, at = _value(raw, raw[name_end], name_end + 1)
        yield name, value


def _value(raw: bytes, kind: int, at: int) -> tuple[Value, int]:
    """The value at `at`, and where the next header begins."""
    if kind in (_TRUE, _FALSE):
        return kind == _TRUE, at
    if kind in _NUMBERS:
        number = _NUMBERS[kind]
        return number.unpack_from(raw, at)[0], at + number.size
    if kind not in (_BYTES, _STRING, _UUID):
        raise _damaged(f"a header is of the unknown type {kind}", "InvalidHeaders")
    if kind != _UUID:
        at, size = at + _LENGTH.size, _LENGTH.unpack_from(raw, at)[0]
    else:
        size = _UUID_SIZE
    end = at + size
    if end > len(raw):
        raise IndexError
    return raw[at:end].decode() if kind == _STRING else raw[at:end], end


def _encoded_header(name: str, value: Value) -> bytes:
    raw = name.encode()
    return bytes((len(raw),)) + raw + _encoded_value(value)


def _encoded_value(value: Value) -> bytes:
    if isinstance(value, bool):
        return bytes((_TRUE if value else _FALSE,))
    if isinstance(value, int):
        fits = -(2**31) <= value < 2**31
        return struct.pack("!Bi", 4, value) if fits else struct.pack("!Bq", 5, value)
    kind, raw = (_STRING, value.encode()) if isinstance(value, str) else (_BYTES, value)
    return struct.pack("!BH", kind, len(raw)) + raw


def _cut_short() -> TransportError:
    return _damaged("it ends within a message", "ResponseStreamingError")


def _damaged(what: str, code: str) -> TransportError:
    return TransportError(f"the response stream cannot be read: {what}", code=code)
