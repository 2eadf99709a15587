"""AWS's event stream encoding: bytes -> messages as they come, and messages -> bytes.

A message is a prelude (its length, the length of its headers, a CRC-32 of both), headers, a payload
and a CRC-32 of everything before; numbers are big-endian.
https://docs.aws.amazon.com/lexv2/latest/dg/event-stream-encoding.html
"""

import struct
from collections.abc import Generator, Iterable, Iterator, Mapping
from io import BytesIO
from itertools import chain
from typing import NamedTuple
from zlib import crc32

from smrt.errors import TransportError

MAX_HEADERS = 128 * 1024
MAX_PAYLOAD = 24 * 1024 * 1024
"""Bytes; the bounds of AWS's own decoders."""

Value = bool | int | bytes | str
"""Of a header; a timestamp is in milliseconds since the epoch, a UUID is 16 bytes."""

_PRELUDE = struct.Struct("!III")
_CRC = struct.Struct("!I")
_PRELUDE_SIZE = _PRELUDE.size
_CRC_SIZE = _CRC.size
_LENGTHS_SIZE = _PRELUDE_SIZE - _CRC_SIZE
_OVERHEAD = _PRELUDE_SIZE + _CRC_SIZE
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


class Decoder:
    """Decodes a stream that is fed in chunks, cut anywhere; it never waits for the next one."""

    def __init__(self) -> None:
        self._input = _Input()
        self._next = _decoded(self._input).__next__

    def feed(self, chunk: bytes) -> Iterator[Message]:
        """The messages that `chunk` completes; those not taken come with the next chunk's.

        Raises TransportError where the stream is damaged or a message is too large.
        """
        source = self._input
        source.undecoded += len(chunk)
        source.chunk = BytesIO(source.chunk.read() + chunk)
        return iter(self._next, None)

    def end(self) -> None:
        """Raise TransportError where the stream has ended within a message."""
        if self._input.undecoded:
            raise _damaged("it ends within a message", "ResponseStreamingError")


def messages(chunks: Iterable[bytes]) -> Iterator[Message]:
    """The messages in a stream that comes in `chunks`, cut anywhere; each as soon as it is whole.

    Raises TransportError where the stream is damaged, too large or cut short.
    """
    decoder = Decoder()
    yield from chain.from_iterable(map(decoder.feed, chunks))
    decoder.end()


def encode_message(message: Message) -> bytes:
    """`message` in bytes; an integer goes as four bytes where it fits, otherwise as eight."""
    headers = b"".join(map(_encoded_header, message.headers, message.headers.values()))
    total = _OVERHEAD + len(headers) + len(message.payload)
    lengths = _PRELUDE.pack(total, len(headers), 0)[:_LENGTHS_SIZE]
    prelude = lengths + _CRC.pack(crc32(lengths))
    whole = b"".join((prelude, headers, message.payload))
    return whole + _CRC.pack(crc32(whole))


class _Input:
    """What has been fed; `undecoded` counts the bytes that no message has been made of yet."""

    def __init__(self) -> None:
        self.undecoded = 0
        self.chunk = BytesIO()

    def read(self, size: int) -> Generator[None, None, bytes]:
        """The next `size` bytes, of which no second copy is made; pauses until they have come."""
        data = self.chunk.read(size)
        if len(data) == size:
            return data
        buffer = BytesIO()
        missing = size - buffer.write(data)
        while missing:
            yield
            missing -= buffer.write(self.chunk.read(missing))
        return buffer.getvalue()


def _decoded(source: _Input) -> Iterator[Message | None]:
    """The messages of `source`; None where the next one is not whole yet."""
    headers, previous = _headers(b""), b""
    while True:
        while not source.undecoded:
            yield None
        prelude = yield from source.read(_PRELUDE_SIZE)
        headers_size, payload_size = _sizes(prelude)
        raw = yield from source.read(headers_size)
        payload = yield from source.read(payload_size)
        crc = yield from source.read(_CRC_SIZE)
        _check(crc, crc32(payload, crc32(raw, crc32(prelude))))
        if raw != previous:  # mostly the messages of a stream have the same
            headers, previous = _headers(raw), raw
        source.undecoded -= _OVERHEAD + headers_size + payload_size
        yield Message(headers, payload)
        del payload  # it may be large, and the next is about to come


def _sizes(prelude: bytes) -> tuple[int, int]:
    """The lengths of a message's headers and payload, checked."""
    _check(prelude[_LENGTHS_SIZE:], crc32(prelude[:_LENGTHS_SIZE]))
    total, headers_size, _ = _PRELUDE.unpack(prelude)
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
    return headers_size, payload_size


def _check(expected: bytes, crc: int) -> None:
    if _CRC.pack(crc) != expected:
        what = f"a checksum is 0x{crc:08x} where 0x{expected.hex()} is told"
        raise _damaged(what, "ChecksumMismatch")


def _headers(raw: bytes) -> Mapping[str, Value]:
    try:
        return dict(_pairs(raw))
    except (struct.error, IndexError, UnicodeDecodeError) as exc:
        raise _damaged("a header cannot be read", "InvalidHeaders") from exc


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


def _damaged(what: str, code: str) -> TransportError:
    return TransportError(f"the response stream cannot be read: {what}", code=code)
