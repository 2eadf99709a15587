"""The three standard streams; no other file checks for terminals."""

import codecs
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from functools import cached_property
from typing import BinaryIO

from smrt.errors import ConfigurationError, SmrtError, StdoutClosedError
from smrt.named_tuple import NamedTuple

NAME = "smrt"
DEFAULT_WIDTH = 80
_ENCODING = "AWS_CLI_OUTPUT_ENCODING"
_ESCAPED = "smrt.escaped"
_ESCAPED_OR_BYTES = "smrt.escaped-or-bytes"
_HANDLERS = {"strict": _ESCAPED, "surrogateescape": _ESCAPED_OR_BYTES}
"""Error handlers for text, by those that Python chose; where Python would fail, smrt escapes."""
_BYTE_ORDER_MARKS = {"utf-16": codecs.BOM_UTF16, "utf-32": codecs.BOM_UTF32}


class Console:
    """Standard input, output and error in bytes; text is encoded, and escaped if necessary.

    On a terminal, control characters in text are shown escaped, except in Painted text. Each stream
    is checked separately, and bytes are written unchanged.
    """

    WITHOUT_WAITING = 4096
    """Bytes; a pipe that is writable takes so many at once (POSIX: PIPE_BUF)."""

    def __init__(
        self,
        stdin: BinaryIO,
        stdout: BinaryIO,
        stderr: BinaryIO,
        *,
        encoding: str = "utf-8",
        errors: str = _ESCAPED,
    ) -> None:
        self.stdin = stdin
        self._stdout = stdout
        self._stderr = stderr
        self._encoding = encoding
        self._errors = errors
        self._mark = _BYTE_ORDER_MARKS.get(codecs.lookup(encoding).name, b"")
        self._marked: set[BinaryIO] = set()
        self._line_is_open = False

    @cached_property
    def is_terminal(self) -> bool:
        """Whether standard output is a terminal."""
        return self._stdout.isatty()

    @property
    def can_prompt(self) -> bool:
        """Whether smrt can prompt: there is a terminal to read from and one to write to."""
        return self.stdin.isatty() and (self.is_terminal or self.stderr_is_terminal)

    @cached_property
    def stderr_is_terminal(self) -> bool:
        """Whether standard error is a terminal."""
        return self._stderr.isatty()

    @property
    def width(self) -> int:
        """Columns of the terminal on standard output; 80 if it is not a terminal."""
        try:
            return os.get_terminal_size(self._stdout.fileno()).columns
        except (OSError, ValueError):
            return DEFAULT_WIDTH

    def write(self, data: bytes) -> None:
        """Write to standard output, unbuffered; StdoutClosedError for a broken pipe."""
        if data:
            self._line_is_open = data[-1:] != b"\n"
        try:
            _write_all(self._stdout, data)
        except BrokenPipeError as exc:
            raise StdoutClosedError("standard output was closed") from exc
        except OSError as exc:
            raise SmrtError(f"cannot write to standard output: {exc.strerror}") from exc

    def stdout_descriptor(self) -> int:
        """The descriptor of standard output, to poll; -1 if it has none."""
        try:
            return self._stdout.fileno()
        except (OSError, ValueError):
            return -1

    def end_line(self) -> None:
        """On a terminal, end the line if the last output did not."""
        if self._line_is_open and self.is_terminal:
            with suppress(SmrtError):
                self.write(b"\n")

    def show(self, chunks: Iterable[str]) -> None:
        """Write text to standard output."""
        data = self.encoded(chunks, terminal=self.is_terminal)
        if data:
            self.write(self._without_mark(self._stdout, data))

    def print_stderr(self, *chunks: str) -> None:
        """Write text to standard error; ignores a closed or broken stream."""
        data = self.encoded(chunks, terminal=self.stderr_is_terminal, errors=_ESCAPED)
        with suppress(OSError):
            _write_all(self._stderr, self._without_mark(self._stderr, data))

    def note(self, text: str) -> None:
        """Print one line, prefixed with `smrt: `, to standard error."""
        self.print_stderr(f"{NAME}: {text}\n")

    def encoded(self, chunks: Iterable[str], *, terminal: bool, errors: str | None = None) -> bytes:
        """Text in the encoding of standard output; characters that it lacks are escaped.

        For a terminal, control characters that are not smrt's own are escaped too.
        """
        if terminal:
            from smrt.protocol.visible import visible

            chunks = map(visible, chunks)
        return "".join(chunks).encode(self._encoding, errors or self._errors)

    def _without_mark(self, stream: BinaryIO, data: bytes) -> bytes:
        """Remove the byte order mark, except at the start of a file, as Python does."""
        if self._mark and (stream in self._marked or not stream.seekable()):
            return data.removeprefix(self._mark)
        self._marked.add(stream)
        return data


def standard(environ: Mapping[str, str]) -> Console:
    """The console of this process; a closed stream becomes the null device."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it gets the lowest free number: this one
    stdin, stdout, stderr = (
        open(fd, mode, buffering=size, closefd=False)  # noqa: SIM115 - open until smrt exits
        for fd, mode, size in ((0, "rb", -1), (1, "wb", 0), (2, "wb", 0))
    )
    errors = getattr(sys.stdout, "errors", None) or "strict"
    return Console(
        *(stdin, stdout, stderr),  # type: ignore[arg-type]
        encoding=_encoding(environ),
        errors=_HANDLERS.get(errors, errors),
    )


def uses_color(console: Console, option: str | None, environ: Mapping[str, str]) -> bool:
    """Whether to color a table on standard output; `option` is on, off, auto or None."""
    if option in ("on", "off"):
        return option == "on"
    return console.is_terminal and not environ.get("NO_COLOR")


def has_style(environ: Mapping[str, str], *, terminal: bool) -> bool:
    """Whether text for people has bold and colored words; `terminal`: it appears on a terminal."""
    return terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def check_encoding(environ: Mapping[str, str]) -> None:
    """Raise ConfigurationError if AWS_CLI_OUTPUT_ENCODING is not a text codec."""
    encoding = environ.get(_ENCODING)
    if encoding and not _is_encoding(encoding):
        raise ConfigurationError(
            f"Unknown codec `{encoding}` specified for {_ENCODING}.",
            "use an encoding such as utf-8",
        )


def _encoding(environ: Mapping[str, str]) -> str:
    """The value of AWS_CLI_OUTPUT_ENCODING; default: Python's encoding of standard output."""
    encoding = environ.get(_ENCODING)
    if encoding and _is_encoding(encoding):
        return encoding
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def _is_encoding(name: str) -> bool:
    try:
        " \N{SNOWMAN}".encode(name, _ESCAPED)  # not every codec supports error handlers
    except (LookupError, UnicodeError):
        return False
    return True


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Escape the characters that an encoding lacks as JSON does: the output is still JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass").hex()
    units = (missing[index : index + 4] for index in range(0, len(missing), 4))
    return "".join("\\u" + unit for unit in units), error.end


def _escaped_or_bytes(error: UnicodeError) -> tuple[str | bytes, int]:
    """Write undecodable bytes of the command line as they were; escape other characters."""
    if isinstance(error, UnicodeEncodeError):
        error.end = error.start + 1
    try:
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeError:
        return _escaped(error)


codecs.register_error(_ESCAPED, _escaped)
codecs.register_error(_ESCAPED_OR_BYTES, _escaped_or_bytes)


def _write_all(stream: BinaryIO, data: bytes) -> None:
    """Write all of `data`: one write to an unbuffered stream can be partial, or block."""
    view = memoryview(data)
    while view:
        written: int | None = stream.write(view)
        if written is None:  # another process made the stream non-blocking
            from select import select

            select([], [stream], [])
        else:
            view = view[written:]


def leave_terminal() -> None:
    """Detach from the terminal, so that nothing can prompt on it."""
    import fcntl
    import termios

    with suppress(OSError), open("/dev/tty", "rb") as terminal:
        fcntl.ioctl(terminal, termios.TIOCNOTTY)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)


class App(NamedTuple):
    """The streams, the environment, and `exit_stack`, which closes open files at the end."""

    console: Console
    environ: Mapping[str, str]
    exit_stack: ExitStack

    def __repr__(self) -> str:
        from smrt.protocol.messages import masked_repr  # help does not need it

        return masked_repr(self, "environ")
