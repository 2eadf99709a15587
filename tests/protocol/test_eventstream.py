import struct
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from zlib import crc32

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import given, settings
from hypothesis import strategies as st

from smrt.errors import TransportError
from smrt.protocol.eventstream import Decoder, Message, encode_message, messages

Typed = tuple[int, Any]
"""A header's type on the wire, and its value."""


def header(name: str, kind: int, value: Any) -> bytes:
    """Encode a header by the specification, independently of smrt's encoder."""
    text = name.encode()
    formats = {2: ">b", 3: ">h", 4: ">i", 5: ">q", 8: ">q"}
    if kind in (0, 1):
        raw = b""
    elif kind in formats:
        raw = struct.pack(formats[kind], value)
    elif kind == 9:
        raw = value
    else:
        content = value.encode() if kind == 7 else value
        raw = len(content).to_bytes(2, "big") + content
    return len(text).to_bytes(1, "big") + text + kind.to_bytes(1, "big") + raw


def frame(headers: bytes, payload: bytes) -> bytes:
    """Encode a message by the specification, independently of smrt's encoder."""
    total = 16 + len(headers) + len(payload)
    start = total.to_bytes(4, "big") + len(headers).to_bytes(4, "big")
    start += crc32(start).to_bytes(4, "big") + headers + payload
    return start + crc32(start).to_bytes(4, "big")


def message(headers: dict[str, Typed], payload: bytes) -> bytes:
    return frame(b"".join(header(name, *typed) for name, typed in headers.items()), payload)


def part(payload: bytes) -> bytes:
    return message({":message-type": (7, "event"), ":event-type": (7, "PayloadPart")}, payload)


def botocores(chunks: list[bytes]) -> list[Message]:
    buffer, result = EventStreamBuffer(), []
    for chunk in chunks:
        buffer.add_data(chunk)
        result += [Message(each.headers, each.payload) for each in buffer]
    return result


def split(data: bytes, offsets: list[int]) -> list[bytes]:
    edges = [0, *sorted(offset % (len(data) + 1) for offset in offsets), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


typed_values = st.one_of(
    st.tuples(st.sampled_from([0, 1]), st.none()),
    st.tuples(st.just(2), st.integers(-(2**7), 2**7 - 1)),
    st.tuples(st.just(3), st.integers(-(2**15), 2**15 - 1)),
    st.tuples(st.just(4), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.sampled_from([5, 8]), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(st.just(6), st.binary(max_size=40)),
    st.tuples(st.just(7), st.text(max_size=20)),
    st.tuples(st.just(9), st.binary(min_size=16, max_size=16)),
)
streams = st.lists(
    st.builds(
        message,
        st.dictionaries(st.text(min_size=1, max_size=8), typed_values, max_size=5),
        st.binary(max_size=200),
    ),
    max_size=6,
)


@given(stream=streams, offsets=st.lists(st.integers(0, 2000), max_size=12))
def test_a_stream_in_chunks_of_any_size_decodes_as_in_botocore(
    stream: list[bytes], offsets: list[int]
) -> None:
    chunks = split(b"".join(stream), offsets)
    result = list(messages(chunks))
    assert result == botocores(chunks)
    assert len(result) == len(stream)


@given(stream=streams, offsets=st.lists(st.integers(0, 2000), max_size=12))
def test_a_decoder_yields_with_each_chunk_the_messages_that_it_completes(
    stream: list[bytes], offsets: list[int]
) -> None:
    chunks = split(b"".join(stream), offsets)
    decoder, buffer = Decoder(), EventStreamBuffer()
    for chunk in chunks:
        buffer.add_data(chunk)
        expected = [Message(each.headers, each.payload) for each in buffer]
        assert list(decoder.feed(chunk)) == expected
    decoder.end()


def test_unread_messages_follow_with_the_next_chunk() -> None:
    decoder = Decoder()
    decoder.feed(part(b"1") + part(b"2")[:5])
    assert next(decoder.feed(part(b"2")[5:] + part(b"3"))).payload == b"1"
    assert [each.payload for each in decoder.feed(b"")] == [b"2", b"3"]
    decoder.end()


@pytest.mark.parametrize("size", range(1, len(part(b"1"))))
def test_a_stream_that_ends_within_a_message_is_an_error(size: int) -> None:
    decoder = Decoder()
    assert len(list(decoder.feed(part(b"0") + part(b"1")[:size]))) == 1
    with pytest.raises(TransportError, match="it ends within a message"):
        decoder.end()


@given(stream=streams)
@settings(max_examples=30)
def test_single_bytes_decode_as_the_whole_stream(stream: list[bytes]) -> None:
    whole = b"".join(stream)
    assert list(messages(bytes([byte]) for byte in whole)) == list(messages([whole]))


LARGE = [
    part(b"1"),
    part(bytes(300_000)),
    part(b"3" * 70_000),
    part(b"4"),
    part(b"5" * 65_536),
]


@given(offsets=st.lists(st.integers(0, 500_000), max_size=12), near=st.integers(0, 200))
@settings(max_examples=60)
def test_large_and_small_messages_decode_from_chunks_of_any_size(
    offsets: list[int], near: int
) -> None:
    chunks = split(b"".join(LARGE), [*offsets, near, len(LARGE[0]) + near])
    assert list(messages(chunks)) == botocores(chunks)


@pytest.mark.parametrize("size", [1, 4, 1000, 65_536, 100_000])
def test_a_truncated_or_corrupt_large_message_is_an_error(size: int) -> None:
    whole = part(b"x" * 100_000)
    for lost in (1, 4, 5, 50_000):
        short = whole[:-lost]
        with pytest.raises(TransportError, match="it ends within a message"):
            list(messages(short[at : at + size] for at in range(0, len(short), size)))
    wrong = whole.replace(b"xxxx", b"xxyx", 1)
    with pytest.raises(TransportError, match="a checksum is"):
        list(messages(wrong[at : at + size] for at in range(0, len(wrong), size)))


values = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.binary(max_size=50),
    st.text(max_size=50),
)


@given(headers=st.dictionaries(st.text(min_size=1, max_size=9), values), payload=st.binary())
def test_botocore_decodes_encoded_messages(headers: Any, payload: bytes) -> None:
    original = Message(headers, payload)
    assert botocores([encode_message(original)]) == [original]
    assert list(messages([encode_message(original)])) == [original]


def test_a_message_is_yielded_before_the_next_chunk_is_read() -> None:
    read: list[int] = []

    def chunks() -> Iterator[bytes]:
        for number in range(3):
            read.append(number)
            yield part(b"%d" % number)

    result = [(each.payload, list(read)) for each in messages(chunks())]
    assert result == [(b"0", [0]), (b"1", [0, 1]), (b"2", [0, 1, 2])]


def test_only_one_message_is_in_memory_at_a_time() -> None:
    one = part(bytes(1 << 20))
    chunks = (one[at : at + 4096] for _ in range(40) for at in range(0, len(one), 4096))
    tracemalloc.start()
    try:
        for each in messages(chunks):
            assert len(each.payload) == 1 << 20
            del each
        assert tracemalloc.get_traced_memory()[1] < 3 << 19
    finally:
        tracemalloc.stop()


GOOD = part(b"good")
BAD_PRELUDE = (16).to_bytes(4, "big") + bytes(4) + b"\0\0\0\1" + bytes(4)


def with_lengths(total: int, headers: int) -> bytes:
    start = total.to_bytes(4, "big") + headers.to_bytes(4, "big")
    return start + crc32(start).to_bytes(4, "big")


@pytest.mark.parametrize(
    ("corrupt", "code", "words"),
    [
        (GOOD[:-1] + bytes([GOOD[-1] ^ 1]), "ChecksumMismatch", "a checksum is"),
        (GOOD.replace(b"good", b"goof"), "ChecksumMismatch", "a checksum is"),
        (GOOD.replace(b"PayloadPart", b"PayloadPort"), "ChecksumMismatch", "a checksum is"),
        (BAD_PRELUDE, "ChecksumMismatch", "but 0x00000001 was expected"),
        (GOOD[:-1], "ResponseStreamingError", "it ends within a message"),
        (GOOD[:5], "ResponseStreamingError", "it ends within a message"),
        (with_lengths(16 + (24 << 20) + 1, 0), "InvalidPayloadLength", "exceeds 25165824"),
        (with_lengths(1 << 20, 131073), "InvalidHeadersLength", "headers of 131073 bytes"),
        (with_lengths(15, 0), "InvalidPayloadLength", "contradict"),
        (with_lengths(20, 5), "InvalidPayloadLength", "contradict"),
        (frame(b"\1a\x0a", b""), "InvalidHeaders", "unknown type 10"),
        (frame(b"\1a", b""), "InvalidHeaders", "cannot be read"),
        (frame(b"\5a", b""), "InvalidHeaders", "cannot be read"),
        (frame(b"\1a\7\0\5abc", b""), "InvalidHeaders", "cannot be read"),
        (frame(b"\1a\7\0", b""), "InvalidHeaders", "cannot be read"),
        (frame(b"\1a\4\0\0", b""), "InvalidHeaders", "cannot be read"),
        (frame(b"\1a\x09" + bytes(15), b""), "InvalidHeaders", "cannot be read"),
        (frame(b"\1a\7\0\1\xff", b""), "InvalidHeaders", "cannot be read"),
        (frame(b"\1\xff\0", b""), "InvalidHeaders", "cannot be read"),
        (frame(b"\1a\0\1a\1", b""), "DuplicateHeader", "duplicate header a"),
    ],
)
def test_a_corrupt_message_is_an_error_of_one_line(corrupt: bytes, code: str, words: str) -> None:
    for chunks in ([GOOD + corrupt], [bytes([byte]) for byte in GOOD + corrupt]):
        result = messages(chunks)
        assert next(result).payload == b"good"
        with pytest.raises(TransportError) as caught:
            next(result)
        assert caught.value.code == code
        assert caught.value.message.startswith("the response stream cannot be read: ")
        assert words in caught.value.message
        assert "\n" not in caught.value.message


def test_a_message_of_the_maximum_size_is_decoded() -> None:
    largest = frame(b"", bytes(24 << 20))
    chunks = [largest[at : at + (1 << 20)] for at in range(0, len(largest), 1 << 20)]
    assert [len(each.payload) for each in messages(chunks)] == [24 << 20]
    assert len(encode_message(Message({}, bytes(24 << 20)))) == len(largest)


def test_a_stream_without_messages_is_empty() -> None:
    assert list(messages([])) == list(messages([b"", b""])) == []
