"""Cuts blocks of bytes into lines, and knows the offset and number of each."""

from collections.abc import Iterator
from io import BytesIO

LONGEST_LINE = 32 << 20
"""Bytes. A longer line is cut off here: no operation of SageMaker accepts so large a body."""

Line = tuple[int, int, bytes]
"""Offset, number, and the bytes with their line break; a plain tuple as there are millions."""


class LineReader:
    """The lines of `blocks`, each with its line break; only the last one may have none.

    `offset` and `number` are those of the next line.
    """

    def __init__(self, blocks: Iterator[bytes], offset: int = 0) -> None:
        self.offset = offset
        self.number = 1
        self._blocks = blocks
        self._ready: list[bytes] = []
        """Lines, the next one last."""
        self._rest = b""
        self._dropped = 0
        """Bytes that are cut off the next line."""

    def until(self, end: int) -> Iterator[Line]:
        """The next lines that begin before `end`."""
        while self.offset < end and (self._ready or self._fill()):
            line = self._ready.pop()
            yield self.offset, self.number, line
            self.offset += len(line) + self._dropped
            self.number += 1
            self._dropped = 0

    def _fill(self) -> bool:
        """Read blocks up to the next line break, or the end."""
        chunks, length = [self._rest], len(self._rest)
        for block in self._blocks:
            chunks.append(block)
            length += len(block)
            if b"\n" in block or length > LONGEST_LINE:
                break
        lines = BytesIO(b"".join(chunks)).readlines()
        self._rest = b""
        if len(lines) == 1 and len(lines[0]) > LONGEST_LINE:
            self._skip_line(lines[0])
        elif len(lines) > 1 and not lines[-1].endswith(b"\n"):
            self._rest = lines.pop()
        self._ready = lines[::-1]
        return bool(lines)

    def _skip_line(self, line: bytes) -> None:
        """Drop what remains of a line that is too long."""
        if line.endswith(b"\n"):
            return
        for block in self._blocks:
            head, line_break, self._rest = block.partition(b"\n")
            self._dropped += len(head) + len(line_break)
            if line_break:
                return
