"""Writes the parts of a response as they arrive, as much as the reader of the output takes."""

import os
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import BinaryIO, Protocol

from smrt.errors import SmrtError
from smrt.output.console import Console
from smrt.output.generated_text import texts
from smrt.protocol.bidirectional.parts import UTF8, Part, part_json
from smrt.protocol.eventstream import MAX_PAYLOAD
from smrt.protocol.visible import visible

from .conversation_options import JSON, RAW

Formatter = Callable[[Part], bytes]
"""A part -> the bytes to write."""


class PartOutput(Protocol):
    """Where parts are written."""

    @property
    def pending(self) -> bool:
        """Whether some of the output waits for its reader."""

    @property
    def is_full(self) -> bool:
        """Whether so much waits that no more should be added."""

    def add(self, data: bytes) -> None:
        """Write `data`, at once or as soon as the reader takes it."""

    def write(self) -> None:
        """Write some of what is pending, once `fileno` is writable."""

    def flush(self) -> None:
        """Write all that is pending."""

    def fileno(self) -> int:
        """The file descriptor to poll while output is pending."""


class FileOutput:
    """Writes to an open file."""

    pending = is_full = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def add(self, data: bytes) -> None:
        """Write `data`."""
        self._file.write(data)
        self._file.flush()

    def write(self) -> None:
        """Nothing is ever pending."""

    def flush(self) -> None:
        """Nothing is ever pending."""

    def fileno(self) -> int:
        """The file's descriptor."""
        return self._file.fileno()


class ConsoleOutput:
    """Writes to standard output what its reader takes, so that a slow one blocks nothing else."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._buffer = bytearray()

    @property
    def pending(self) -> bool:
        """Whether some of the output waits for its reader."""
        return bool(self._buffer)

    @property
    def is_full(self) -> bool:
        """Whether as much waits as is written at once."""
        return len(self._buffer) >= self._console.WITHOUT_WAITING

    def add(self, data: bytes) -> None:
        """Queue `data`."""
        self._buffer += data

    def write(self) -> None:
        """Write a little, which does not wait if standard output is writable."""
        block = bytes(self._buffer[: self._console.WITHOUT_WAITING])
        self._console.write(block)
        del self._buffer[: len(block)]

    def flush(self) -> None:
        """Write all that is pending."""
        self._console.write(bytes(self._buffer))
        self._buffer.clear()

    def fileno(self) -> int:
        """The descriptor of standard output; -1 if it cannot be polled, as on Windows."""
        return self._console.stdout_descriptor() if os.name == "posix" else -1


class MessageFormatter:
    """A line for each message of text, begun with its first part; binary data as it is.

    On a terminal, control characters are escaped and binary data is an error.
    """

    def __init__(self, *, is_terminal: bool) -> None:
        self._is_terminal = is_terminal
        self._data_type = ""
        self._decoder = getincrementaldecoder("utf-8")("backslashreplace")

    def __call__(self, part: Part) -> bytes:
        """The bytes for `part`; a continuation has the type of the first part."""
        data_type = self._data_type or part.data_type
        self._data_type = "" if part.is_complete else data_type
        if data_type != UTF8:
            if self._is_terminal:
                raise _binary_on_terminal()
            return part.data
        end = b"\n" if part.is_complete else b""
        return (self._visible(part) if self._is_terminal else part.data) + end

    def _visible(self, part: Part) -> bytes:
        return visible(self._decoder.decode(part.data, part.is_complete)).encode()


class TextFormatter:
    """A line for each message from which `select` selects text; messages are JSON."""

    def __init__(self, select: Callable[[object], object], *, is_terminal: bool) -> None:
        self._select = select
        self._is_terminal = is_terminal
        self._message = bytearray()

    def __call__(self, part: Part) -> bytes:
        """The bytes for the message that `part` completes."""
        self._message += part.data
        if len(self._message) > MAX_PAYLOAD:
            raise SmrtError(f"a message is longer than {MAX_PAYLOAD >> 20} MiB")
        if not part.is_complete:
            return b""
        message = bytes(self._message)
        self._message.clear()
        text = "".join(texts([message], self._select))
        shown = visible(text) if self._is_terminal else text
        return f"{shown}\n".encode() if shown else b""


def formatter(
    name: str, select: Callable[[object], object] | None, *, is_terminal: bool
) -> Formatter:
    """The formatter of --stream and --text."""
    if select is not None:
        return TextFormatter(select, is_terminal=is_terminal)
    if name == JSON:
        return lambda part: (_line(part, is_terminal=is_terminal) + "\n").encode()
    if name == RAW and not is_terminal:
        return lambda part: part.data
    return MessageFormatter(is_terminal=is_terminal)


def _line(part: Part, *, is_terminal: bool) -> str:
    line = part_json(part)
    return visible(line) if is_terminal else line


def _binary_on_terminal() -> SmrtError:
    return SmrtError(
        "the response is binary, which a terminal cannot show",
        "specify an outfile, redirect standard output, or use --stream json",
    )
