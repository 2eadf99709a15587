"""--body-query reads the whole body, up to a limit, and saves what it cannot filter."""

from collections.abc import Iterable

import pytest

from smrt.errors import SmrtError
from smrt.output import query
from smrt.output.body_query import LARGEST, filtered


def test_the_whole_body_is_read_before_it_is_filtered() -> None:
    run = query.compile("a")
    assert filtered(iter([b'{"a"', b': "b"}']), run, lambda _: "") == "b"


@pytest.mark.parametrize(
    ("chunks", "message"),
    [
        ([b"[" * LARGEST, b"]", b"rest"], "larger than 64 MiB"),
        ([b"5.1,", b"3"], "not JSON"),
        ([b"[" * 200 + b"]" * 200], "nested too deeply"),
        ([b'{"a"', b': "b"}'], "invalid type"),
    ],
)
def test_a_body_that_cannot_be_filtered_is_saved(chunks: list[bytes], message: str) -> None:
    saved: list[bytes] = []

    def save(body: Iterable[bytes]) -> str:
        saved.extend(body)
        return "saved"

    with pytest.raises(SmrtError, match=message) as caught:
        filtered(iter(chunks), query.compile("abs(a)"), save)
    assert saved == chunks
    assert caught.value.hints == ("saved",)
