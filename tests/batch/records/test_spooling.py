"""Standard input is saved, and read again only where it is the same."""

from errno import ENOSPC
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.batch.records.spooling import spool_input
from smrt.errors import SmrtError, UsageError


@given(st.binary(), st.integers(0, 20))
def test_a_spool_goes_on_where_it_ended(content: bytes, length: int) -> None:
    spool = BytesIO(content[:length])
    assert spool_input(BytesIO(content), spool) == len(content)
    assert spool.getvalue() == content


@pytest.mark.parametrize("content", [b"", b"ab", b"abd", b"xbcd"])
def test_another_input_is_rejected(content: bytes) -> None:
    spool = BytesIO(b"abc")
    with pytest.raises(UsageError, match="not what it was"):
        spool_input(BytesIO(content), spool)
    assert spool.getvalue() == b"abc"


class FullDisk(BytesIO):
    def write(self, content: Any) -> int:  # noqa: ARG002 - the signature of BytesIO
        raise OSError(ENOSPC, "No space left on device")


def test_a_full_disk_is_an_error() -> None:
    with pytest.raises(SmrtError, match="cannot be saved: No space left on device"):
        spool_input(BytesIO(b"x"), FullDisk())
