"""Bodies, measured and hashed, that can be read again."""

import hashlib
import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.client.payload import BLOCK, IN_MEMORY, payload, spool
from smrt.errors import UsageError
from smrt.protocol.messages import Payload
from smrt.transport.connection import blocks
from smrt.transport.streaming_body import StreamingBody

LARGE = os.urandom(1 << 10) * 1025
assert len(LARGE) > IN_MEMORY


def sent(made: Payload) -> bytes:
    """What goes out; the same each time, and what was measured."""
    first, second = (b"".join(blocks(made)) for _ in range(2))
    assert first == second
    assert (made.length, made.sha256) == (len(first), hashlib.sha256(first).hexdigest())
    if not isinstance(made.content, bytes):
        made.content.close()
    return first


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", b""),
        (b"\x00\xff", b"\x00\xff"),
        (bytearray(b"abc"), b"abc"),
        ("ä😀", "ä😀".encode()),
        (LARGE, LARGE),
    ],
    ids=["empty", "bytes", "bytearray", "text", "large"],
)
def test_bytes_in_memory_stay_in_memory(content: Any, expected: bytes) -> None:
    made = payload(content)
    assert isinstance(made.content, bytes)
    assert sent(made) == expected


def test_a_bytearray_is_copied() -> None:
    content = bytearray(b"abc")
    made = payload(content)
    content[:] = b"xyz"
    assert sent(made) == b"abc"


def test_a_file_at_its_beginning_is_not_copied(tmp_path: Path) -> None:
    (tmp_path / "body").write_bytes(LARGE)
    with open(tmp_path / "body", "rb") as file:
        made = payload(file)
        assert made.content is file
        assert sent(made) == LARGE


@pytest.mark.parametrize("size", [10, len(LARGE)])
def test_the_rest_of_a_partly_read_file_is_the_body(tmp_path: Path, size: int) -> None:
    (tmp_path / "body").write_bytes(LARGE[:size])
    with open(tmp_path / "body", "rb") as file:
        assert file.read(3) == LARGE[:3]
        made = payload(file)
    assert sent(made) == LARGE[3:size]


@pytest.mark.parametrize("data", [b"", b"abc", LARGE], ids=["empty", "small", "large"])
def test_a_pipe_is_read_once(data: bytes) -> None:
    reader, writer = os.pipe()

    def write() -> None:
        with open(writer, "wb") as file:
            file.write(data)

    thread = threading.Thread(target=write)
    thread.start()
    with open(reader, "rb") as file:
        made = payload(file)
    thread.join()
    assert sent(made) == data


class OnlyRead:
    """All that botocore asks of a file-like body."""

    def __init__(self, *chunks: Any) -> None:
        self.chunks = list(chunks)

    def read(self, size: int) -> Any:  # noqa: ARG002 - a file's signature
        return self.chunks.pop(0) if self.chunks else b""


def test_an_object_with_only_a_read_method_is_accepted() -> None:
    content: Any = OnlyRead(b"ab", bytearray(b"cd"))
    assert sent(payload(content)) == b"abcd"


def test_the_body_of_a_response_can_be_the_next_request() -> None:
    content: Any = StreamingBody(iter([b"ab", b"cd"]), lambda: None)
    assert sent(payload(content)) == b"abcd"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (io.StringIO("text"), "str"),
        (OnlyRead(""), "str"),
        (OnlyRead(b"ab", None), "NoneType"),
    ],
)
def test_a_text_file_or_nonblocking_file_is_rejected(content: Any, kind: str) -> None:
    with pytest.raises(UsageError) as caught:
        payload(content)
    assert caught.value.message == f"the body is a file of {kind}, not of bytes"
    assert "binary mode" in caught.value.hints[0]


def test_an_unreadable_body_is_rejected(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)

    def chunks() -> Iterator[bytes]:
        yield os.read(folder, BLOCK)

    with pytest.raises(UsageError, match="cannot read the body: Is a directory"):
        spool(chunks())
    os.close(folder)


def test_the_spool_file_has_no_name() -> None:
    made = spool([LARGE])
    assert not isinstance(made, bytes)
    assert os.fstat(made.fileno()).st_nlink == 0
    made.close()


@pytest.mark.parametrize("size", [0, IN_MEMORY, IN_MEMORY + 1])
def test_up_to_a_megabyte_stays_in_memory(size: int) -> None:
    made = spool([bytes(size)])
    assert isinstance(made, bytes) is (size <= IN_MEMORY)
    assert len(made if isinstance(made, bytes) else read(made)) == size


def read(file: BinaryIO) -> bytes:
    with file:
        return file.read()


@given(st.lists(st.binary(max_size=5), max_size=8))
def test_chunks_are_joined(chunks: list[bytes]) -> None:
    assert spool(chunks) == b"".join(chunks)


def test_chunks_are_joined_in_a_file_too() -> None:
    made = spool([LARGE, b"", b"abc", LARGE])
    assert not isinstance(made, bytes)
    assert read(made) == LARGE + b"abc" + LARGE


FULL = """
import resource
from smrt.errors import SmrtError
from smrt.client.payload import spool
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
try:
    spool([bytes(1 << 20), bytes(1 << 20)])
except SmrtError as exc:
    print(type(exc).__name__, exc.message, *exc.hints, sep="\\n")
"""


def test_a_full_disk_is_reported_with_a_remedy() -> None:
    ran = subprocess.run([sys.executable, "-c", FULL], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == [
        "SmrtError",
        "cannot save the body in a temporary file: File too large",
        "set TMPDIR to a folder with enough space",
    ]
    assert ran.stderr == ""
