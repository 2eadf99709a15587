r"""Text that can do nothing to a terminal but stand there: its controls are shown, not obeyed.

C0, DEL and C1 are written as JSON escapes characters (`\u001b`), so that JSON stays JSON; bytes
that are no UTF-8, a lone 8-bit CSI among them, are written as `\x9b`. Newline, tab and the carriage
return of a CR LF are left as they are; any other carriage return would overwrite its line.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator

from smrt.errors import SmrtError

_CONTROL = re.compile(r"\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class Painted(str):
    """Text whose control sequences are our own: all others in it are escaped already."""

    __slots__ = ()


def visible(text: str) -> str:
    """`text` with its controls escaped, unless they are our own."""
    if isinstance(text, Painted):
        return text
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def visible_chunks(chunks: Iterable[bytes]) -> Iterator[str]:
    """UTF-8 that is cut anywhere as visible text, as soon as it can be; what breaks off, too."""
    decoder = getincrementaldecoder("utf-8")("backslashreplace")
    held = ""
    try:
        for chunk in chunks:
            text = held + decoder.decode(chunk)
            held = "\r" if text.endswith("\r") else ""  # its newline may still come
            yield visible(text.removesuffix("\r"))
    except SmrtError:
        yield visible(held + decoder.decode(b"", final=True))
        raise
    yield visible(held + decoder.decode(b"", final=True))
