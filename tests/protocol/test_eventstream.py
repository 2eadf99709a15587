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
    """Written after the specification, apart from smrt's own encoder."""
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
    """Likewise."""
    total = 16 + len(headers) + len(payload)
    start = total.to_bytes(4, "big") + len(headers).to_bytes(4, "big")
    start += crc32(start).to_bytes(4, "big") + headers + payload
    return start + crc32(start).to_bytes(4, "big")


def message(headers: dict[str, Typed], payload: bytes) -> bytes:
    return frame(b"".join(header(name, *typed) for name, typed in headers.items()), payload)


def part(payload: bytes) -> bytes:
    return message({":message-type": (7, "event"), ":event-type": (7, "PayloadPart")}, payload)


def botocores(pieces: list[bytes]) -> list[Message]:
    buffer, found = EventStreamBuffer(), []
    for piece in pieces:
        buffer.add_data(piece)
        found += [Message(each.headers, each.payload) for each in buffer]
    return found


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
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


@given(stream=streams, places=st.lists(st.integers(0, 2000), max_size=12))
@settings(max_examples=200)
def test_any_stream_cut_anywhere_gives_what_botocore_gives(
    stream: list[bytes], places: list[int]
) -> None:
    pieces = cut(b"".join(stream), places)
    found = list(messages(pieces))
    assert found == botocores(pieces)
    assert len(found) == len(stream)


@given(stream=streams, places=st.lists(st.integers(0, 2000), max_size=12))
@settings(max_examples=100)
def test_a_decoder_gives_with_each_chunk_the_messages_that_it_completes(
    stream: list[bytes], places: list[int]
) -> None:
    chunks = cut(b"".join(stream), places)
    decoder, buffer = Decoder(), EventStreamBuffer()
    for chunk in chunks:
        buffer.add_data(chunk)
        expected = [Message(each.headers, each.payload) for each in buffer]
        assert list(decoder.feed(chunk)) == expected
    decoder.end()


def test_messages_that_are_not_taken_come_with_the_next_chunk() -> None:
    decoder = Decoder()
    decoder.feed(part(b"1") + part(b"2")[:5])
    assert next(decoder.feed(part(b"2")[5:] + part(b"3"))).payload == b"1"
    assert [each.payload for each in decoder.feed(b"")] == [b"2", b"3"]
    decoder.end()


@pytest.mark.parametrize("size", range(1, len(part(b"1"))))
def test_a_decoder_knows_that_a_stream_ends_within_a_message(size: int) -> None:
    decoder = Decoder()
    assert len(list(decoder.feed(part(b"0") + part(b"1")[:size]))) == 1
    with pytest.raises(TransportError, match="it ends within a message"):
        decoder.end()


@given(stream=streams)
@settings(max_examples=30)
def test_byte_by_byte_is_as_good_as_at_once(stream: list[bytes]) -> None:
    whole = b"".join(stream)
    assert list(messages(bytes([byte]) for byte in whole)) == list(messages([whole]))


LARGE_ONES = [
    part(b"1"),
    part(bytes(300_000)),
    part(b"3" * 70_000),
    part(b"4"),
    part(b"5" * 65_536),
]


@given(places=st.lists(st.integers(0, 500_000), max_size=12), near=st.integers(0, 200))
@settings(max_examples=60)
def test_large_messages_among_small_ones_are_cut_anywhere_too(places: list[int], near: int) -> None:
    pieces = cut(b"".join(LARGE_ONES), [*places, near, len(LARGE_ONES[0]) + near])
    assert list(messages(pieces)) == botocores(pieces)


@pytest.mark.parametrize("size", [1, 4, 1000, 65_536, 100_000])
def test_a_large_message_that_is_cut_short_or_damaged_is_told(size: int) -> None:
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
@settings(max_examples=100)
def test_what_is_encoded_is_read_back_by_botocore(headers: Any, payload: bytes) -> None:
    written = Message(headers, payload)
    assert botocores([encode_message(written)]) == [written]
    assert list(messages([encode_message(written)])) == [written]


def test_a_message_is_given_before_the_next_piece_is_asked_for() -> None:
    asked = []

    def pieces() -> Iterator[bytes]:
        for number in range(3):
            asked.append(number)
            yield part(b"%d" % number)

    seen = [(each.payload, list(asked)) for each in messages(pieces())]
    assert seen == [(b"0", [0]), (b"1", [0, 1]), (b"2", [0, 1, 2])]


def test_one_message_is_in_memory_at_a_time() -> None:
    one = part(bytes(1 << 20))
    pieces = (one[at : at + 4096] for _ in range(40) for at in range(0, len(one), 4096))
    tracemalloc.start()
    try:
        for each in messages(pieces):
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
    ("damaged", "code", "words"),
    [
        (GOOD[:-1] + bytes([GOOD[-1] ^ 1]), "ChecksumMismatch", "a checksum is"),
        (GOOD.replace(b"good", b"goof"), "ChecksumMismatch", "a checksum is"),
        (GOOD.replace(b"PayloadPart", b"PayloadPort"), "ChecksumMismatch", "a checksum is"),
        (BAD_PRELUDE, "ChecksumMismatch", "where 0x00000001 is told"),
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
        (frame(b"\1a\0\1a\1", b""), "DuplicateHeader", "header a is there twice"),
    ],
)
def test_damage_ends_the_stream_with_one_line(damaged: bytes, code: str, words: str) -> None:
    for pieces in ([GOOD + damaged], [bytes([byte]) for byte in GOOD + damaged]):
        found = messages(pieces)
        assert next(found).payload == b"good"
        with pytest.raises(TransportError) as caught:
            next(found)
        assert caught.value.code == code
        assert caught.value.message.startswith("the response stream cannot be read: ")
        assert words in caught.value.message
        assert "\n" not in caught.value.message


def test_the_largest_message_that_is_allowed_is_read() -> None:
    largest = frame(b"", bytes(24 << 20))
    pieces = [largest[at : at + (1 << 20)] for at in range(0, len(largest), 1 << 20)]
    assert [len(each.payload) for each in messages(pieces)] == [24 << 20]
    assert len(encode_message(Message({}, bytes(24 << 20)))) == len(largest)


def test_a_stream_without_messages_is_empty() -> None:
    assert list(messages([])) == list(messages([b"", b""])) == []
