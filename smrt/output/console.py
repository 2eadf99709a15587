"""The three standard streams; the only file that knows a terminal."""

import codecs
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from functools import cached_property
from typing import BinaryIO, NamedTuple

from smrt.errors import ConfigurationError, SmrtError, StdoutClosedError

NAME = "smrt"
DEFAULT_WIDTH = 80
_ENCODING = "AWS_CLI_OUTPUT_ENCODING"
_ESCAPED = "smrt.escaped"


class Console:
    """Standard input, output and error in bytes; text is encoded, and escaped where it must be.

    Text that goes to a terminal is made visible: only what is Painted has control sequences. Each
    stream is judged on its own, and bytes are written as they are.
    """

    def __init__(
        self, stdin: BinaryIO, stdout: BinaryIO, stderr: BinaryIO, *, encoding: str = "utf-8"
    ) -> None:
        self.stdin = stdin
        self._stdout = stdout
        self._stderr = stderr
        self._encoding = encoding
        self._line_is_open = False

    @cached_property
    def is_terminal(self) -> bool:
        """Whether standard output is a terminal."""
        return self._stdout.isatty()

    @property
    def can_ask(self) -> bool:
        """Whether somebody can be asked: there is a terminal to read from and one to write to."""
        return self.stdin.isatty() and (self.is_terminal or self.complains_to_terminal)

    @cached_property
    def complains_to_terminal(self) -> bool:
        """Whether standard error is a terminal."""
        return self._stderr.isatty()

    @property
    def width(self) -> int:
        """Columns of the terminal that standard output is; 80 where it is none."""
        try:
            return os.get_terminal_size(self._stdout.fileno()).columns
        except (OSError, ValueError):
            return DEFAULT_WIDTH

    def write(self, data: bytes) -> None:
        """Write to standard output, at once; StdoutClosedError if nobody reads it any more."""
        if data:
            self._line_is_open = data[-1:] != b"\n"
        try:
            _write_all(self._stdout, data)
        except BrokenPipeError as exc:
            raise StdoutClosedError("standard output was closed") from exc
        except OSError as exc:
            raise SmrtError(f"standard output cannot be written: {exc.strerror}") from exc

    def end_line(self) -> None:
        """End the line on a terminal that what was written has left open."""
        if self._line_is_open and self.is_terminal:
            with suppress(SmrtError):
                self.write(b"\n")

    def show(self, pieces: Iterable[str]) -> None:
        """Write text to standard output."""
        data = self.encoded(pieces, terminal=self.is_terminal)
        if data:
            self.write(data)

    def say(self, *pieces: str) -> None:
        """Write text to standard error; nobody listening is no failure."""
        with suppress(OSError):
            _write_all(self._stderr, self.encoded(pieces, terminal=self.complains_to_terminal))

    def note(self, text: str) -> None:
        """Say a line of our own on standard error."""
        self.say(f"{NAME}: {text}\n")

    def encoded(self, pieces: Iterable[str], *, terminal: bool) -> bytes:
        """Text in the encoding of standard output; what it lacks is escaped.

        For a terminal, so are the controls that are not our own.
        """
        if terminal:
            from smrt.protocol.visible import visible

            pieces = map(visible, pieces)
        return "".join(pieces).encode(self._encoding, _ESCAPED)


def standard(environ: Mapping[str, str]) -> Console:
    """The console of this process; a stream that is closed is the null device."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number: this one
    stdin, stdout, stderr = (
        open(fd, mode, buffering=size, closefd=False)  # noqa: SIM115 - open while we run
        for fd, mode, size in ((0, "rb", -1), (1, "wb", 0), (2, "wb", 0))
    )
    return Console(stdin, stdout, stderr, encoding=_encoding(environ))  # type: ignore[arg-type]


def colours(console: Console, option: str | None, environ: Mapping[str, str]) -> bool:
    """Whether a table on standard output is coloured: `option` says on, off, auto or nothing."""
    if option in ("on", "off"):
        return option == "on"
    return console.is_terminal and not environ.get("NO_COLOR")


def check_encoding(environ: Mapping[str, str]) -> None:
    """Raise ConfigurationError where AWS_CLI_OUTPUT_ENCODING names no codec for text."""
    named = environ.get(_ENCODING)
    if named and not _is_encoding(named):
        raise ConfigurationError(
            f"Unknown codec `{named}` specified for {_ENCODING}.", "utf-8 is one that is known"
        )


def _encoding(environ: Mapping[str, str]) -> str:
    """What AWS_CLI_OUTPUT_ENCODING names, or what Python found for standard output."""
    named = environ.get(_ENCODING)
    if named and _is_encoding(named):
        return named
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def _is_encoding(name: str) -> bool:
    try:
        " \N{SNOWMAN}".encode(name, _ESCAPED)  # not every codec can leave out what it lacks
    except (LookupError, UnicodeError):
        return False
    return True


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """What an encoding lacks, as JSON writes it: escaped output is still JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass").hex()
    units = (lacking[index : index + 4] for index in range(0, len(lacking), 4))
    return "".join("\\u" + unit for unit in units), error.end


codecs.register_error(_ESCAPED, _escaped)


def _write_all(stream: BinaryIO, data: bytes) -> None:
    """Write all of `data`: an unbuffered stream may take less at a time, or nothing yet."""
    view = memoryview(data)
    while view:
        written: int | None = stream.write(view)
        if written is None:  # another process has told the stream never to wait
            from select import select

            select([], [stream], [])
        else:
            view = view[written:]


def leave_terminal() -> None:
    """Give up the terminal, so that nothing can ask a question on it."""
    import fcntl
    import termios

    with suppress(OSError), open("/dev/tty", "rb") as terminal:
        fcntl.ioctl(terminal, termios.TIOCNOTTY)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)


class App(NamedTuple):
    """The streams and the environment; what is opened is `held`, and closed in the end."""

    console: Console
    environ: Mapping[str, str]
    held: ExitStack

    def __repr__(self) -> str:
        from smrt.protocol.messages import veiled  # help needs none of it

        return veiled(self, "environ")
