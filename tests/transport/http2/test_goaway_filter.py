import struct

import pytest
from h2.exceptions import FrameTooLargeError
from hypothesis import given
from hypothesis import strategies as st

from smrt.transport.http2.goaway_filter import GoawayFilter

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frame(kind: int, body: bytes) -> bytes:
    return len(body).to_bytes(3, "big") + bytes((kind, 0)) + b"\0\0\0\1" + body


def goaway(last_stream: int, code: int, debug: bytes = b"") -> bytes:
    return frame(7, struct.pack("!II", last_stream, code) + debug)


frames = st.one_of(
    st.builds(frame, st.integers(0, 9).filter(lambda kind: kind != 7), st.binary(max_size=40)),
    st.builds(goaway, st.integers(0, 2**31 - 1), st.integers(0, 2), st.binary(max_size=10)),
)


@given(
    sent=st.lists(frames, max_size=8),
    sizes=st.lists(st.integers(1, 30), max_size=20),
    has_preface=st.booleans(),
)
def test_only_orderly_goaways_are_removed_wherever_the_bytes_are_split(
    sent: list[bytes], sizes: list[int], *, has_preface: bool
) -> None:
    noted: list[int] = []
    start = PREFACE if has_preface else b""
    each = GoawayFilter(noted.append, len(start))
    data, passed = start + b"".join(sent), b""
    for size in sizes:
        passed += each.feed(data[:size])
        data = data[size:]
    passed += each.feed(data)
    removed = [one for one in sent if one[3] == 7 and one[13:17] == b"\0\0\0\0"]
    kept = [one for one in sent if one not in removed]
    assert passed == start + b"".join(kept)
    assert noted == [int.from_bytes(one[9:13], "big") for one in removed]


def test_a_frame_is_passed_before_it_is_complete() -> None:
    each = GoawayFilter(lambda _: None)
    data = frame(0, b"x" * 1000)
    assert each.feed(data[:500]) == data[:500]


def test_the_reserved_bit_is_no_part_of_the_last_stream() -> None:
    noted: list[int] = []
    assert GoawayFilter(noted.append).feed(goaway(2**31 + 5, 0)) == b""
    assert noted == [5]


@pytest.mark.parametrize("kind", [0, 7])
def test_a_frame_that_is_too_large_is_rejected_at_its_head(kind: int) -> None:
    noted: list[int] = []
    head = frame(kind, bytes(16_385))[:9]
    with pytest.raises(FrameTooLargeError, match="16385 bytes"):
        GoawayFilter(noted.append).feed(frame(kind, bytes(16_384)) + head)
