"""The command line of a call, corrected for a hint."""

from collections.abc import Sequence
from shlex import quote

LONGEST = 1000
"""Characters; a longer line is not a hint."""
_ELLIPSIS = "..."


def corrected(line: Sequence[str], wrong: str, flag: str, value: str) -> str:
    """The words `line` with `flag` and `value` instead of the option `wrong`, for a shell.

    A value that does not fit on one line is abbreviated.
    """
    start, end = _span(line, wrong)
    for shown in (value, _ELLIPSIS):
        text = " ".join(map(quote, (*line[:start], flag, shown, *line[end:])))
        if len(text) <= LONGEST and text.isprintable():
            return text
    return f"{flag} {_ELLIPSIS}"


def _span(line: Sequence[str], flag: str) -> tuple[int, int]:
    """The last occurrence of an option and its value."""
    for start in reversed(range(len(line))):
        if line[start] == flag:
            return start, start + 2
        if line[start].startswith(f"{flag}="):
            return start, start + 1
    return len(line), len(line)
