"""Control characters are escaped, wherever the text is split."""

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.errors import SmrtError
from smrt.protocol.visible import Painted, visible, visible_chunks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\tb\nc\\u001b", "a\tb\nc\\u001b"),
        ("\x1b[31m", r"\u001b[31m"),
        ("\x7f\x80\x9b\x9f\xa0", "\\u007f\\u0080\\u009b\\u009f\xa0"),
        ("one\r\ntwo\rthree\r", "one\r\ntwo\\u000dthree\\u000d"),
        ("\r\r\n", "\\u000d\r\n"),
        (Painted("\x1b[31m"), "\x1b[31m"),
    ],
)
def test_controls_are_escaped_as_json_escapes_them(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(st.text())
def test_only_line_ends_and_tabs_stay_unescaped(text: str) -> None:
    shown = visible(text).replace("\r\n", "\n")
    assert {c for c in shown if unicodedata.category(c) == "Cc"} <= {"\n", "\t"}
    assert visible(visible(text)) == visible(text)


CHUNKS = st.sampled_from([b"\r", b"\n", b"\x9b", b"\xc2", b"\xe2\x82\xac", b"\x1b", b"a", b"\xf0"])


@given(st.lists(CHUNKS), st.data())
def test_chunk_boundaries_do_not_change_the_text(chunks: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(chunks)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=4)))
    bounds = zip([0, *cuts], [*cuts, len(whole)], strict=True)
    shown = "".join(visible_chunks(whole[begin:end] for begin, end in bounds))
    assert shown == visible(whole.decode("utf-8", "backslashreplace"))


def test_complete_characters_are_yielded_at_once() -> None:
    shown = visible_chunks(iter([b"one", b"tw\xc3", b"\xb6\r", b"\n"]))
    assert [next(shown) for _ in range(4)] == ["one", "tw", "ö", "\r\n"]


def test_an_incomplete_character_is_yielded_before_the_error() -> None:
    def broken() -> Iterator[bytes]:
        yield b"caf\xc3"
        raise SmrtError("broken")

    shown = visible_chunks(broken())
    assert [next(shown), next(shown)] == ["caf", r"\xc3"]
    with pytest.raises(SmrtError):
        next(shown)
