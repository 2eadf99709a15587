"""Where the body of a response is written."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.errors import TransportError
from smrt.output import outfile
from smrt.output.body import deliver, is_text
from smrt.output.console import Console
from tests.conftest import Smrt, Terminal
from tests.support.scripted_endpoint import MODEL_HEADERS, Endpoint

BINARY = b"\x89PNG\r\n\x00"
REQUEST_ID = dict(MODEL_HEADERS)["x-amzn-RequestId"]
CALL = ("invoke-endpoint", "--endpoint-name", "e", "--body", "aGk=")


def streams(*, terminal: bool = False) -> tuple[Console, io.BytesIO, io.BytesIO]:
    out, err = Terminal() if terminal else io.BytesIO(), io.BytesIO()
    return Console(io.BytesIO(), out, err), out, err


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"", True),
        (b"5.1,3.5\r\n", True),
        (b'\t{"a": 1}\f\b', True),
        (b"\x1b[1mbold\x1b[0m", True),
        ("ä😀".encode(), True),
        ("ä".encode()[:1], True),
        ("a😀".encode()[:3], True),
        (b"\x00", False),
        (b"a\x07", False),
        (b"\x89PNG", False),
        (b"\xff\xfe", False),
        (b"\xc3(", False),
        (b"\xed\xa0\x80", False),
    ],
)
def test_text_is_utf8_without_control_characters(start: bytes, *, expected: bool) -> None:
    assert is_text(start) is expected


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])), st.integers(0, 20))
def test_truncated_text_is_still_text(text: str, cut: int) -> None:
    assert is_text(text.encode()[:cut])


@pytest.mark.parametrize("chunks", [[], [b""], [b"ab", b"", b"c"], [BINARY, b"x"]])
@pytest.mark.parametrize("terminal", [True, False])
def test_a_body_is_written_to_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunks: list[bytes], *, terminal: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    console, out, err = streams(terminal=terminal)
    deliver(chunks, console, plan=None, request_id="r-1")
    if terminal and chunks[:1] == [BINARY]:
        saved = tmp_path / "smrt-r-1.bin"
        assert (out.getvalue(), saved.read_bytes()) == (b"", BINARY + b"x")
        assert err.getvalue().decode() == f"smrt: the response is binary; saving it to {saved}\n"
    else:
        assert (out.getvalue(), err.getvalue()) == (b"".join(chunks), b"")
        assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("request_id", "name"),
    [
        ("11111111-2222", "smrt-11111111-2222.bin"),
        (None, "smrt-answer.bin"),
        ("", "smrt-answer.bin"),
        ("../../etc/passwd", "smrt-etcpasswd.bin"),
        ("/", "smrt-answer.bin"),
        ("a\nb\x1b[2Jé", "smrt-ab2J.bin"),
        ("x" * 500, f"smrt-{'x' * 64}.bin"),
    ],
)
def test_the_request_id_cannot_choose_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request_id: str | None, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    deliver([BINARY], streams(terminal=True)[0], plan=None, request_id=request_id)
    assert os.listdir(tmp_path) == [name]


def test_a_body_is_written_as_planned_also_on_a_terminal(tmp_path: Path) -> None:
    console, out, err = streams(terminal=True)
    planned = outfile.plan(str(tmp_path / "out"))
    deliver([BINARY, b"x"], console, plan=planned, request_id="r")
    assert (tmp_path / "out").read_bytes() == BINARY + b"x"
    assert (out.getvalue(), err.getvalue()) == (b"", b"")


@pytest.mark.parametrize("first", [b"text", BINARY])
def test_a_truncated_body_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bytes
) -> None:
    def chunks() -> Iterator[bytes]:
        yield first
        raise TransportError("broken")

    monkeypatch.chdir(tmp_path)
    console, out, _ = streams(terminal=True)
    with pytest.raises(TransportError):
        deliver(chunks(), console, plan=None, request_id="r")
    assert os.listdir(tmp_path) == []
    assert out.getvalue() == (first if first == b"text" else b"")


@pytest.mark.parametrize("outfile_argument", [(), ("-",)])
def test_only_the_body_is_printed_to_standard_output(
    smrt: Smrt, outfile_argument: tuple[str, ...]
) -> None:
    assert smrt(*CALL, *outfile_argument) == (0, b'{"predictions":[1]}', "")


def test_a_binary_body_is_not_printed_to_a_terminal(
    smrt: Smrt, endpoint: Endpoint, tmp_path: Path
) -> None:
    endpoint.respond(body=BINARY)
    result = smrt(*CALL, terminal=True)
    assert (result.code, result.out) == (0, b"")
    assert (tmp_path / f"smrt-{REQUEST_ID}.bin").read_bytes() == BINARY
