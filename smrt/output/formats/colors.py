"""Colors for the output of a format: inserts escape sequences, and changes nothing else.

The numbers are those of "select graphic rendition" in ECMA-48 (8.3.117).
"""

import re
from collections.abc import Iterable

from smrt.protocol.visible import Painted

BOLD = "1"
KEY = BOLD
STRING = "32"
NUMBER = "35"
WORD = "35"
"""Blue is hard to read on black, cyan and yellow on white."""

_JSON_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*")(?P<key>:)?"""
    r"""|(?P<word>\b(?:true|false|null)\b)"""
    r"""|(?P<number>-?(?:\d[\d.eE+-]*|Infinity)|NaN)"""
)


def painted(text: str, rendition: str) -> Painted:
    """`text` in the graphic rendition `rendition`, which is reset at the end."""
    return Painted(f"\x1b[{rendition}m{text}\x1b[0m")


def colored_json(text: str) -> Painted:
    """JSON text with its keys and scalars colored."""
    return Painted(_JSON_TOKEN.sub(_json_token, text))


def _json_token(match: re.Match[str]) -> str:
    if match["key"]:
        return painted(match["string"], KEY) + ":"
    if match["string"]:
        return painted(match["string"], STRING)
    return painted(match[0], WORD if match["word"] else NUMBER)


def colored_spans(text: str, spans: Iterable[tuple[int, int, str]]) -> Painted:
    """`text` with each span (start, end, rendition) colored; the spans are in order."""
    chunks: list[str] = []
    done = 0
    for start, end, rendition in spans:
        chunks += text[done:start], painted(text[start:end], rendition)
        done = end
    return Painted("".join([*chunks, text[done:]]))
