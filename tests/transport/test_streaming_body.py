"""The body of an answer reads like botocore's, however it arrives."""

import io
import json
from collections.abc import Callable, Iterator

import pytest
from botocore.response import StreamingBody as BotocoreBody
from hypothesis import given, settings
from hypothesis import strategies as st

from smrt.errors import TransportError
from smrt.transport.streaming_body import StreamingBody


def body(*pieces: bytes) -> StreamingBody:
    return StreamingBody(iter(pieces), lambda: None)


PIECES = st.lists(st.text("ab\r\n", max_size=6).map(str.encode), max_size=8)
SIZES = st.integers(1, 9)
Reader = Callable[[StreamingBody | BotocoreBody], object]
READERS: st.SearchStrategy[Reader] = st.one_of(
    SIZES.map(lambda size: lambda found: found.read(size)),
    st.just(lambda found: found.read(0)),
    st.just(lambda found: found.read()),
    st.just(lambda found: found.tell()),
    st.just(lambda found: next(found, None)),
    st.just(lambda found: found.readlines()),
    st.just(lambda found: (found.readinto(buffer := bytearray(4)), buffer)),
    SIZES.map(lambda size: lambda found: list(found.iter_chunks(size))),
    st.tuples(SIZES, st.booleans()).map(
        lambda how: lambda found: list(found.iter_lines(how[0], how[1]))
    ),
    SIZES.map(lambda size: lambda found: next(found.iter_chunks(size), None)),
)


@settings(max_examples=200)
@given(pieces=PIECES, readers=st.lists(READERS, max_size=6))
def test_it_reads_as_botocores_does(pieces: list[bytes], readers: list[Reader]) -> None:
    whole = b"".join(pieces)
    ours, oracle = body(*pieces), BotocoreBody(io.BytesIO(whole), None)
    for reader in readers:
        assert reader(ours) == reader(oracle)
        assert ours.tell() == oracle.tell()


@given(pieces=PIECES, read=st.integers(0, 9))
def test_pieces_are_passed_on_as_they_come(pieces: list[bytes], read: int) -> None:
    made = body(*pieces)
    first = made.read(read)
    rest = list(made.pieces())
    assert first + b"".join(rest) == b"".join(pieces)
    assert b"" not in rest
    if not read:
        assert rest == [piece for piece in pieces if piece]
    assert made.tell() == len(b"".join(pieces))


def test_nothing_is_read_before_it_is_asked_for() -> None:
    asked = []

    def pieces() -> Iterator[bytes]:
        for number in range(3):
            asked.append(number)
            yield b"ab"

    made = StreamingBody(pieces(), lambda: None)
    assert (made.read(2), asked) == (b"ab", [0])
    assert (made.read(1), asked) == (b"a", [0, 1])


def test_small_reads_of_a_large_piece_are_cheap() -> None:
    made = body(bytes(1 << 20))  # with a copy for each, this would take half a minute
    assert sum(1 for _ in made.iter_chunks(16)) == 1 << 16


def test_a_broken_transfer_is_no_end() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"ab"
        raise TransportError("broken")

    made = StreamingBody(pieces(), lambda: None)
    assert made.read(2) == b"ab"
    with pytest.raises(TransportError):
        made.read(2)


def test_leaving_it_ends_the_transfer() -> None:
    ended = []
    with StreamingBody(iter([b"ab"]), lambda: ended.append(1)) as made:
        assert made.read(1) == b"a"
        assert not ended
    assert ended
    assert made.closed


def test_it_is_a_file_to_other_libraries() -> None:
    assert json.load(body(b'{"a":', b" 1}")) == {"a": 1}
    text = io.TextIOWrapper(body(b"a,b\n", b"1,\xc3", b"\xa4\n"), encoding="utf-8")  # type: ignore[type-var]
    assert list(text) == ["a,b\n", "1,ä\n"]
    buffered = io.BufferedReader(body(b"abc"))
    assert buffered.peek(1)[:1] + buffered.read() == b"aabc"
    assert body(b"a\nb").readline() == b"a\n"


def test_its_end_is_the_end_of_the_iteration() -> None:
    made = body(b"ab")
    assert next(made) == b"ab"
    with pytest.raises(StopIteration):
        next(made)
    assert list(body(b"a", b"b")) == [b"ab"]


def test_it_can_only_be_read() -> None:
    made = body()
    assert (made.readable(), made.writable(), made.seekable()) == (True, False, False)
