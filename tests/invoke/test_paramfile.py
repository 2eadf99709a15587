"""file:// and fileb://, read as AWS CLI reads them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from smrt.errors import UsageError
from smrt.invoke.paramfile import BLOCK, is_reference, open_bytes, read, text_chunks


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with some files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text").write_bytes("ä\r\nb\rc\n".encode())
    (tmp_path / "raw.bin").write_bytes(b"\x00\xff\r\n")
    (tmp_path / "a%20b").write_bytes(b"percent")
    (tmp_path / "latin").write_bytes(b"\xe4")
    (tmp_path / "empty").write_bytes(b"")
    return tmp_path


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("file://x", True),
        ("fileb://x", True),
        ("FILE://x", False),
        (" file://x", False),
        ("file:/x", False),
        ("https://x", False),
        ("x", False),
        ("", False),
    ],
)
def test_a_reference_starts_with_its_prefix(value: str, *, expected: bool) -> None:
    assert is_reference(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("file://text", "ä\nb\nc\n"),
        ("fileb://text", "ä\r\nb\rc\n".encode()),
        ("fileb://raw.bin", b"\x00\xff\r\n"),
        ("file://a%20b", "percent"),
        ("file://empty", ""),
        ("fileb://empty", b""),
        ("file:///dev/null", ""),
    ],
)
def test_text_has_lf_line_ends_and_bytes_are_unchanged(value: str, expected: str | bytes) -> None:
    assert read(value, "--accept", {}) == expected


def test_home_and_variables_are_expanded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("NAME", "text")
    for value in ("~/text", "$NAME", "${NAME}", "~/$NAME", str(folder / "text")):
        assert read("fileb://" + value, "--body", {}) == (folder / "text").read_bytes()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("file://missing", "[Errno 2] No such file or directory: 'missing'"),
        ("fileb://missing", "[Errno 2] No such file or directory: 'missing'"),
        ("file://", "[Errno 2] No such file or directory: ''"),
        ("file://.", "[Errno 21] Is a directory: '.'"),
        ("fileb://.", "[Errno 21] Is a directory: '.'"),
        ("file://$NOPE", "[Errno 2] No such file or directory: '$NOPE'"),
        ("file://text/x", "[Errno 20] Not a directory: 'text/x'"),
        ("fileb:///proc/self/mem", "[Errno 5] Input/output error"),
        ("file:///proc/self/mem", "[Errno 5] Input/output error"),
    ],
)
def test_an_unreadable_file_has_the_message_of_aws(value: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(value, "--body", {})
    assert caught.value.message == (
        f"Error parsing parameter '--body': Unable to load paramfile {value}: {reason}"
    )


@pytest.mark.parametrize("encoding", ["", "utf-16", "utf-32"])
def test_undecodable_text_has_the_message_of_aws(encoding: str) -> None:
    with pytest.raises(UsageError) as caught:
        read("file://raw.bin", "--body", {"AWS_CLI_FILE_ENCODING": encoding})
    assert caught.value.message == (
        "Error parsing parameter '--body': Unable to load paramfile (raw.bin), text contents "
        "could not be decoded.  If this is a binary file, please use the fileb:// prefix instead "
        "of the file:// prefix."
    )


def test_the_encoding_of_text_can_be_configured() -> None:
    assert read("file://latin", "--x", {"AWS_CLI_FILE_ENCODING": "latin-1"}) == "ä"


@pytest.mark.parametrize("name", ["bogus", "base64"])
def test_an_unknown_encoding_is_rejected(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        read("file://text", "--x", {"AWS_CLI_FILE_ENCODING": name})
    assert name in caught.value.message
    assert "AWS_CLI_FILE_ENCODING" in caught.value.hints[0]


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_text_is_utf8_in_the_c_locale(locale: str) -> None:
    code = "from smrt.invoke.paramfile import read; print(ascii(read('file://text', '--x', {})))"
    plain = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": locale}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"], **plain},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == (r"'\xe4\nb\nc\n'" + "\n", "")


def test_large_text_is_read_in_chunks(folder: Path) -> None:
    text = "ä" * (BLOCK + 5)
    (folder / "large").write_text(text, encoding="utf-8")
    chunks = list(text_chunks("file://large", "--body", {}))
    assert max(map(len, chunks)) <= BLOCK
    assert "".join(chunks) == text


def test_a_file_of_bytes_is_open_at_its_start() -> None:
    with open_bytes("fileb://raw.bin", "--body") as file:
        assert (file.tell(), file.read()) == (0, b"\x00\xff\r\n")
