"""Lines are the same however their bytes arrive, and wherever reading pauses."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from smrt.batching.records.line_reader import LONGEST_LINE, LineReader

CONTENT = st.lists(st.sampled_from([b"a", b"bc", b"\n", b"\n\n", b"\r\n", b" "]), max_size=40)


def expected(content: bytes) -> list[tuple[int, int, bytes]]:
    lines, offset = [], 0
    for number, line in enumerate(content.split(b"\n"), 1):
        whole = line + b"\n" if offset + len(line) < len(content) else line
        if whole:
            lines.append((offset, number, whole))
        offset += len(whole)
    return lines


@given(CONTENT, st.lists(st.integers(0, 60)))
def test_lines_do_not_depend_on_blocks_or_pauses(blocks: list[bytes], pauses: list[int]) -> None:
    content = b"".join(blocks)
    reader = LineReader(iter(blocks))
    lines = [line for end in (*sorted(pauses), len(content)) for line in reader.until(end)]
    assert lines == expected(content)


@given(CONTENT, st.integers(0, 60))
def test_a_line_belongs_to_where_it_begins(blocks: list[bytes], end: int) -> None:
    content = b"".join(blocks)
    lines = list(LineReader(iter(blocks)).until(end))
    assert lines == [line for line in expected(content) if line[0] < end]


def long_line(chunk: bytes) -> Iterator[bytes]:
    yield b"first\n"
    for _ in range(LONGEST_LINE // len(chunk) + 3):
        yield chunk
    yield b"end\nlast"


def test_a_line_that_is_too_long_is_cut_and_the_next_ones_are_not() -> None:
    chunk = b"x" * (1 << 20)
    first, long, last = LineReader(long_line(chunk)).until(1 << 40)
    assert (first, last[1:]) == ((0, 1, b"first\n"), (3, b"last"))
    assert LONGEST_LINE < len(long[2]) <= LONGEST_LINE + 2 * len(chunk)
    assert last[0] == 6 + (LONGEST_LINE // len(chunk) + 3) * len(chunk) + 4


def test_a_line_that_is_too_long_may_arrive_with_its_end() -> None:
    long, last = LineReader(iter([b"x" * LONGEST_LINE, b"y\nlast"])).until(1 << 40)
    assert (len(long[2]), last) == (LONGEST_LINE + 2, (LONGEST_LINE + 2, 2, b"last"))
