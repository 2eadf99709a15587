"""Bodies for people: what is formatted, and what stays as it is."""

from collections.abc import Iterator

import pytest

from smrt.errors import TransportError
from smrt.output.pretty import LARGEST, pretty


def shout(text: str) -> bytes:
    """The format of a document: it has no x."""
    if "x" in text:
        raise ValueError(text)
    return text.upper().encode() + b"\n"


@pytest.mark.parametrize(
    ("chunks", "in_pipe", "on_terminal"),
    [
        ([], b"", b""),
        ([b""], b"", b""),
        ([b' {"a":', b"1}"], b' {"A":1}\n', b' {"A":1}\n'),
        ([b"[", b"x"], b"[x", b"[x\n"),
        ([b"a", b"b"], b"ab", b"ab\n"),
        ([b"a\n", b""], b"a\n", b"a\n"),
        ([b"\x00"], b"\x00", b"\x00"),
        ([b"{\xff"], b"{\xff", b"{\xff"),
    ],
)
def test_json_is_formatted_and_text_on_a_terminal_ends_with_a_newline(
    chunks: list[bytes], in_pipe: bytes, on_terminal: bytes
) -> None:
    assert b"".join(pretty(chunks, shout, terminal=False)) == in_pipe
    assert b"".join(pretty(chunks, shout, terminal=True)) == on_terminal


def test_what_arrived_before_a_broken_connection_is_unchanged() -> None:
    def chunks() -> Iterator[bytes]:
        yield from (b"{", b"a")
        raise TransportError("broken")

    written = pretty(chunks(), shout, terminal=True)
    assert [next(written), next(written)] == [b"{", b"a"]
    with pytest.raises(TransportError):
        next(written)


def test_a_large_document_is_unchanged_and_not_buffered() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"[" * (LARGEST + 1)
        raise AssertionError("read before the first chunk was written")

    assert next(iter(pretty(chunks(), shout, terminal=False))).startswith(b"[[")
