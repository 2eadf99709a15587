r"""Escapes control characters, so that untrusted text cannot control the terminal.

C0, DEL and C1 become JSON escapes (`\u001b`), so that JSON stays valid; bytes that are not UTF-8,
such as a lone 8-bit CSI, become `\x9b`. Newline, tab and the carriage return of a CR LF stay; any
other carriage return would overwrite its line.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator

from smrt.errors import SmrtError

_CONTROL = re.compile(r"\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class Painted(str):
    """Text with control sequences of smrt's own; all others in it are already escaped."""

    __slots__ = ()


def visible(text: str) -> str:
    """Escape the control characters in `text`, except for smrt's own."""
    if isinstance(text, Painted):
        return text
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def visible_chunks(chunks: Iterable[bytes]) -> Iterator[str]:
    """Decode and escape chunks of UTF-8 as they arrive; an error also flushes the buffer."""
    decoder = getincrementaldecoder("utf-8")("backslashreplace")
    buffered = ""
    try:
        for chunk in chunks:
            text = buffered + decoder.decode(chunk)
            buffered = "\r" if text.endswith("\r") else ""  # a newline may follow
            yield visible(text.removesuffix("\r"))
    except SmrtError:
        yield visible(buffered + decoder.decode(b"", final=True))
        raise
    yield visible(buffered + decoder.decode(b"", final=True))
