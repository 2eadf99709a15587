"""A response body reads like botocore's, in chunks of any size."""

import io
import json
from collections.abc import Callable, Iterator

import pytest
from botocore.response import StreamingBody as BotocoreBody
from hypothesis import given
from hypothesis import strategies as st

from smrt.errors import TransportError
from smrt.transport.streaming_body import StreamingBody


def body(*chunks: bytes) -> StreamingBody:
    return StreamingBody(iter(chunks), lambda: None)


CHUNKS = st.lists(st.text("ab\r\n", max_size=6).map(str.encode), max_size=8)
SIZES = st.integers(1, 9)
Reader = Callable[[StreamingBody | BotocoreBody], object]
READERS: st.SearchStrategy[Reader] = st.one_of(
    SIZES.map(lambda size: lambda stream: stream.read(size)),
    st.just(lambda stream: stream.read(0)),
    st.just(lambda stream: stream.read()),
    st.just(lambda stream: stream.tell()),
    st.just(lambda stream: next(stream, None)),
    st.just(lambda stream: stream.readlines()),
    st.just(lambda stream: (stream.readinto(buffer := bytearray(4)), buffer)),
    SIZES.map(lambda size: lambda stream: list(stream.iter_chunks(size))),
    st.tuples(SIZES, st.booleans()).map(
        lambda arguments: lambda stream: list(stream.iter_lines(arguments[0], arguments[1]))
    ),
    SIZES.map(lambda size: lambda stream: next(stream.iter_chunks(size), None)),
)


@given(chunks=CHUNKS, readers=st.lists(READERS, max_size=6))
def test_methods_return_what_botocores_return(chunks: list[bytes], readers: list[Reader]) -> None:
    whole = b"".join(chunks)
    ours, oracle = body(*chunks), BotocoreBody(io.BytesIO(whole), None)
    for reader in readers:
        assert reader(ours) == reader(oracle)
        assert ours.tell() == oracle.tell()


@given(chunks=CHUNKS, read=st.integers(0, 9))
def test_chunks_are_yielded_as_they_arrive(chunks: list[bytes], read: int) -> None:
    stream = body(*chunks)
    first = stream.read(read)
    rest = list(stream.chunks())
    assert first + b"".join(rest) == b"".join(chunks)
    assert b"" not in rest
    if not read:
        assert rest == [chunk for chunk in chunks if chunk]
    assert stream.tell() == len(b"".join(chunks))


def test_a_read_takes_no_more_chunks_than_it_needs() -> None:
    taken = []

    def chunks() -> Iterator[bytes]:
        for number in range(3):
            taken.append(number)
            yield b"ab"

    stream = StreamingBody(chunks(), lambda: None)
    assert (stream.read(2), taken) == (b"ab", [0])
    assert (stream.read(1), taken) == (b"a", [0, 1])


def test_small_reads_of_a_large_chunk_are_fast() -> None:
    stream = body(bytes(1 << 20))  # half a minute if each read copied the rest
    assert sum(1 for _ in stream.iter_chunks(16)) == 1 << 16


def test_a_lost_connection_is_not_the_end_of_the_body() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"ab"
        raise TransportError("broken")

    stream = StreamingBody(chunks(), lambda: None)
    assert stream.read(2) == b"ab"
    with pytest.raises(TransportError):
        stream.read(2)


def test_leaving_the_context_ends_the_transfer() -> None:
    ended = []
    with StreamingBody(iter([b"ab"]), lambda: ended.append(1)) as stream:
        assert stream.read(1) == b"a"
        assert not ended
    assert ended
    assert stream.closed


def test_other_libraries_can_use_it_as_a_file() -> None:
    assert json.load(body(b'{"a":', b" 1}")) == {"a": 1}
    text = io.TextIOWrapper(body(b"a,b\n", b"1,\xc3", b"\xa4\n"), encoding="utf-8")  # type: ignore[type-var]
    assert list(text) == ["a,b\n", "1,ä\n"]
    buffered = io.BufferedReader(body(b"abc"))
    assert buffered.peek(1)[:1] + buffered.read() == b"aabc"
    assert body(b"a\nb").readline() == b"a\n"


def test_iteration_stops_at_the_end_of_the_body() -> None:
    stream = body(b"ab")
    assert next(stream) == b"ab"
    with pytest.raises(StopIteration):
        next(stream)
    assert list(body(b"a", b"b")) == [b"ab"]


def test_a_body_is_readable_only() -> None:
    stream = body()
    assert (stream.readable(), stream.writable(), stream.seekable()) == (True, False, False)
