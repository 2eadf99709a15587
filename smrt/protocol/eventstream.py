"""AWS's event stream encoding: decodes bytes to messages as they arrive, and encodes messages.

A message is a prelude (its length, the length of its headers, a CRC-32 of both), headers, a payload
and a CRC-32 of everything before it. Numbers are big-endian.
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
"""Bytes; the limits of AWS's own decoders."""

Value = bool | int | bytes | str
"""The value of a header: timestamps are milliseconds since the epoch, UUIDs 16 bytes."""

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
    """Decodes a stream from chunks of any size; never waits for the next chunk."""

    def __init__(self) -> None:
        self._input = _Input()
        self._next = _decoded(self._input).__next__

    def feed(self, chunk: bytes) -> Iterator[Message]:
        """Yield the messages that `chunk` completes; unread ones follow with the next chunk's.

        Raises TransportError if the stream is corrupt or a message is too large.
        """
        source = self._input
        source.undecoded += len(chunk)
        source.chunk = BytesIO(source.chunk.read() + chunk)
        return iter(self._next, None)

    def end(self) -> None:
        """Raise TransportError if the stream ended within a message."""
        if self._input.undecoded:
            raise _decode_error("it ends within a message", "ResponseStreamingError")


def messages(chunks: Iterable[bytes]) -> Iterator[Message]:
    """Yield the messages of a stream of `chunks` of any size, each as soon as it is complete.

    Raises TransportError if the stream is corrupt, truncated, or has a message that is too large.
    """
    decoder = Decoder()
    yield from chain.from_iterable(map(decoder.feed, chunks))
    decoder.end()


def encode_message(message: Message) -> bytes:
    """Encode `message`; integers take four bytes if they fit, otherwise eight."""
    return framed(encode_headers(message.headers), message.payload)


def encode_headers(headers: Mapping[str, Value]) -> bytes:
    """Encode the headers of a message."""
    return b"".join(map(_encoded_header, headers, headers.values()))


def framed(headers: bytes, payload: bytes) -> bytes:
    """A message with encoded `headers`: with its lengths in front, and its checksums."""
    total = _OVERHEAD + len(headers) + len(payload)
    lengths = _PRELUDE.pack(total, len(headers), 0)[:_LENGTHS_SIZE]
    prelude = lengths + _CRC.pack(crc32(lengths))
    content = b"".join((prelude, headers, payload))
    return content + _CRC.pack(crc32(content))


class _Input:
    """The input buffer; `undecoded` counts the bytes that are not part of a message yet."""

    def __init__(self) -> None:
        self.undecoded = 0
        self.chunk = BytesIO()

    def read(self, size: int) -> Generator[None, None, bytes]:
        """Return the next `size` bytes without a second copy; yields until they have arrived."""
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
    """Yield the messages of `source`, and None while the next one is incomplete."""
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
        if raw != previous:  # most messages of a stream have the same headers
            headers, previous = _headers(raw), raw
        source.undecoded -= _OVERHEAD + headers_size + payload_size
        yield Message(headers, payload)
        del payload  # free it before the next one is read: it may be large


def _sizes(prelude: bytes) -> tuple[int, int]:
    """Return the lengths of a message's headers and payload, after checking them."""
    _check(prelude[_LENGTHS_SIZE:], crc32(prelude[:_LENGTHS_SIZE]))
    total, headers_size, _ = _PRELUDE.unpack(prelude)
    payload_size = total - headers_size - _OVERHEAD
    if headers_size > MAX_HEADERS:
        raise _decode_error(
            f"headers of {headers_size} bytes exceed {MAX_HEADERS}", "InvalidHeadersLength"
        )
    if payload_size > MAX_PAYLOAD:
        raise _decode_error(
            f"a payload of {payload_size} bytes exceeds {MAX_PAYLOAD}", "InvalidPayloadLength"
        )
    if payload_size < 0:
        raise _decode_error(
            "the lengths of a message contradict each other", "InvalidPayloadLength"
        )
    return headers_size, payload_size


def _check(expected: bytes, crc: int) -> None:
    if _CRC.pack(crc) != expected:
        reason = f"a checksum is 0x{crc:08x}, but 0x{expected.hex()} was expected"
        raise _decode_error(reason, "ChecksumMismatch")


def _headers(raw: bytes) -> Mapping[str, Value]:
    try:
        return dict(_pairs(raw))
    except (struct.error, IndexError, UnicodeDecodeError) as exc:
        raise _decode_error("a header cannot be read", "InvalidHeaders") from exc


def _pairs(raw: bytes) -> Iterator[tuple[str, Value]]:
    names = set()
    offset = 0
    while offset < len(raw):
        name_end = offset + 1 + raw[offset]
        name = raw[offset + 1 : name_end].decode()
        if name in names:
            raise _decode_error(f"duplicate header {name}", "DuplicateHeader")
        names.add(name)
        value, offset = _value(raw, raw[name_end], name_end + 1)
        yield name, value


def _value(raw: bytes, kind: int, offset: int) -> tuple[Value, int]:
    """Return the value at `offset`, and the offset of the next header."""
    if kind in (_TRUE, _FALSE):
        return kind == _TRUE, offset
    if kind in _NUMBERS:
        number = _NUMBERS[kind]
        return number.unpack_from(raw, offset)[0], offset + number.size
    if kind not in (_BYTES, _STRING, _UUID):
        raise _decode_error(f"a header has the unknown type {kind}", "InvalidHeaders")
    if kind != _UUID:
        offset, size = offset + _LENGTH.size, _LENGTH.unpack_from(raw, offset)[0]
    else:
        size = _UUID_SIZE
    end = offset + size
    if end > len(raw):
        raise IndexError
    return raw[offset:end].decode() if kind == _STRING else raw[offset:end], end


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


def _decode_error(reason: str, code: str) -> TransportError:
    return TransportError(f"the response stream cannot be read: {reason}", code=code)
