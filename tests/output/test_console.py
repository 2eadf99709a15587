"""The three standard streams: terminals, pipes, files, or closed."""

import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from smrt.errors import SmrtError, StdoutClosedError
from smrt.output.console import Console, standard
from tests.conftest import Result, Terminal


def console(out: Any = None, *, encoding: str = "utf-8") -> tuple[Console, Any, io.BytesIO]:
    out, err = out or io.BytesIO(), io.BytesIO()
    return Console(io.BytesIO(), out, err, encoding=encoding), out, err


def test_bytes_are_written_unchanged() -> None:
    made, out, err = console()
    made.write(b"\x00\xff")
    made.write(b"")
    assert (out.getvalue(), err.getvalue()) == (b"\x00\xff", b"")


@pytest.mark.parametrize(
    ("encoding", "text", "expected"),
    [
        ("utf-8", "ä😀", "ä😀".encode()),
        ("ascii", "ä😀", rb"\u00e4\ud83d\ude00"),
        ("latin-1", "ä😀", b"\xe4" + rb"\ud83d\ude00"),
        ("utf-8", "a\udcff", rb"a\udcff"),
    ],
)
def test_text_is_encoded_and_escaped_if_necessary(
    encoding: str, text: str, expected: bytes
) -> None:
    made, out, err = console(encoding=encoding)
    made.show([text[:1], text[1:]])
    made.print_stderr(text)
    assert (out.getvalue(), err.getvalue()) == (expected, expected)


def test_empty_text_is_not_written() -> None:
    class Refusing(io.RawIOBase):
        def write(self, data: Any) -> int:
            raise AssertionError(data)

    console(Refusing())[0].show(["", ""])


def test_a_note_is_a_line_with_the_program_name() -> None:
    made, _, err = console()
    made.note("a")
    made.print_stderr("b")
    assert err.getvalue() == b"smrt: a\nb"


class Sparing(io.BytesIO):
    """A stream that takes three bytes at a time."""

    def write(self, data: Any) -> int:
        return super().write(data[:3])


def test_partial_writes_are_continued() -> None:
    made, out, _ = console(Sparing())
    made.write(b"abcdefgh")
    assert out.getvalue() == b"abcdefgh"


def test_a_nonblocking_stream_is_waited_for() -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    data = os.urandom(1 << 20)
    got: list[bytes] = []

    def read() -> None:
        with open(reader, "rb") as file:
            got.append(file.read())

    thread = threading.Thread(target=read)
    thread.start()
    with open(writer, "wb", buffering=0) as file:
        console(file)[0].write(data)
    thread.join()
    assert got == [data]


def test_a_broken_pipe_has_its_own_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb", buffering=0) as file, pytest.raises(StdoutClosedError):
        console(file)[0].write(b"x")


def test_a_full_disk_is_reported() -> None:
    with (
        open("/dev/full", "wb", buffering=0) as file,
        pytest.raises(SmrtError, match="cannot write to standard output: No space left"),
    ):
        console(file)[0].write(b"x")


def test_a_closed_standard_error_is_ignored() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb", buffering=0) as file:
        Console(io.BytesIO(), io.BytesIO(), file).note("x")
    with open("/dev/full", "wb", buffering=0) as file:
        Console(io.BytesIO(), io.BytesIO(), file).note("x")


def test_a_terminal_is_detected_and_measured() -> None:
    main, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 132, 0, 0))
    with open(other, "wb", buffering=0) as file:
        made = console(file)[0]
        assert (made.is_terminal, made.width) == (True, 132)
    os.close(main)


def test_without_a_terminal_the_width_is_eighty_columns() -> None:
    made = console()[0]
    assert (made.is_terminal, made.width) == (False, 80)
    assert console(Terminal())[0].width == 80


@pytest.mark.parametrize(
    ("encoding", "out", "err"),
    [("latin-1", "\ufffd", ""), ("", "ä", ""), ("bogus", "ä", "")],
)
def test_the_standard_console_is_that_of_the_process(
    capfd: pytest.CaptureFixture[str], encoding: str, out: str, err: str
) -> None:
    made = standard({"AWS_CLI_OUTPUT_ENCODING": encoding})
    made.show(["ä"])
    got = capfd.readouterr()
    assert got.out == out
    assert got.err.startswith(err)
    assert bool(got.err) is bool(err)


def test_a_closed_descriptor_is_opened_as_the_null_device() -> None:
    saved = os.dup(0)
    os.close(0)
    try:
        assert standard({}).stdin.read() == b""
    finally:
        os.dup2(saved, 0)
        os.close(saved)


RUN = """
import os
from smrt.output.console import standard
console = standard(os.environ)
console.note(repr(console.stdin.read()))
console.show(["ä"])
"""


def run(redirection: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["sh", "-c", f'exec "$0" -c "$1" {redirection}', sys.executable, RUN],
        input=b"typed",
        capture_output=True,
        env=dict(environ),
        check=False,
    )


@pytest.mark.parametrize(
    ("redirection", "out", "err"),
    [
        ("", "ä", "smrt: b'typed'\n"),
        ("<&-", "ä", "smrt: b''\n"),
        (">&-", "", "smrt: b'typed'\n"),
        ("2>&-", "ä", ""),
        ("<&- >&-", "", "smrt: b''\n"),
        ("<&- >&- 2>&-", "", ""),
    ],
)
def test_a_closed_stream_is_the_null_device(
    environ: dict[str, str], redirection: str, out: str, err: str
) -> None:
    ran = run(redirection, environ)
    assert (ran.returncode, ran.stdout.decode(), ran.stderr.decode()) == (0, out, err)


@pytest.mark.parametrize(
    ("extra", "out"),
    [
        ({"AWS_CLI_OUTPUT_ENCODING": "latin-1"}, b"\xe4"),
        ({"AWS_CLI_OUTPUT_ENCODING": ""}, b"\xc3\xa4"),
        ({"PYTHONIOENCODING": "ascii"}, rb"\u00e4"),
        ({"PYTHONIOENCODING": "ascii:replace"}, b"?"),
        ({"PYTHONIOENCODING": "ascii:surrogateescape"}, rb"\u00e4"),
        ({"AWS_CLI_OUTPUT_ENCODING": "utf-16"}, "ä".encode("utf-16")[2:]),
        ({"PYTHONIOENCODING": "ascii", "AWS_CLI_OUTPUT_ENCODING": "utf-8"}, b"\xc3\xa4"),
    ],
)
def test_the_encoding_of_output_can_be_chosen(
    environ: dict[str, str], extra: dict[str, str], out: bytes
) -> None:
    assert run("", {**environ, **extra}).stdout == out


@pytest.mark.parametrize("name", ["bogus", "base64", "a\nb", "ä"])
def test_an_unknown_encoding_is_replaced_by_the_default(environ: dict[str, str], name: str) -> None:
    ran = run("", {**environ, "AWS_CLI_OUTPUT_ENCODING": name})
    assert (ran.returncode, ran.stdout) == (0, b"\xc3\xa4")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, b"caf\xc3\xa9"),
        ({"PYTHONIOENCODING": "ascii:replace"}, b"caf?"),
    ],
)
def test_undecodable_bytes_of_the_command_line_are_printed_as_they_were(
    process: Callable[..., Result], variables: dict[str, str], expected: bytes
) -> None:
    line = ("invoke-endpoint", "--endpoint-name", "x", "--body", "e30=", "out")
    ran = process(*line, "--query", "'café'", "--output", "text", env=variables)
    assert (ran.code, ran.out) == (0, expected + b"\n")


def test_a_file_in_utf_16_begins_with_one_byte_order_mark() -> None:
    made, out, err = console(encoding="utf-16")
    made.show(["a"])
    made.show(["b"])
    made.note("c")
    assert out.getvalue() == "ab".encode("utf-16")
    assert err.getvalue() == "smrt: c\n".encode("utf-16")
