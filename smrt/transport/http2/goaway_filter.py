"""Removes GOAWAY frames that announce an orderly end, which h2 takes for the end of the connection.

AWS's SDK for JavaScript sends one as soon as its stream is open, and a server that is about to
restart sends one while streams go on; h2 then rejects all further frames of these streams.
https://github.com/python-hyper/h2/issues/1181
"""

import struct
from collections.abc import Callable

from h2.exceptions import FrameTooLargeError

_HEAD_SIZE = 9
_GOAWAY = 7
_BODY = struct.Struct("!II")
_LARGEST_BODY = 1 << 14
"""Bytes; larger frames need a limit of their own, which smrt does not announce."""
_NO_ERROR = 0
_STREAM_ID = 0x7FFFFFFF


class GoawayFilter:
    """Splits received bytes into frames. `note` gets the last stream ID of each removed GOAWAY.

    A server first receives the `preface` of a client, of so many bytes.
    """

    def __init__(self, note: Callable[[int], None], preface: int = 0) -> None:
        self._note = note
        self._passing = preface
        self._buffer = bytearray()

    def feed(self, data: bytes) -> bytes:
        """The bytes of `data` for h2; those of an incomplete GOAWAY or frame head come later.

        Raises FrameTooLargeError as soon as the frame begins; h2 would receive all of it first.
        """
        self._buffer += data
        passed = bytearray()
        while self._buffer:
            if self._passing:
                passed += self._buffer[: self._passing]
                count = min(self._passing, len(self._buffer))
                self._passing -= count
                del self._buffer[:count]
            elif not self._start_frame():
                break
        return bytes(passed)

    def _start_frame(self) -> bool:
        """Pass or remove the next frame; return False if it is too incomplete to decide."""
        buffer = self._buffer
        if len(buffer) < _HEAD_SIZE:
            return False
        size, is_goaway = int.from_bytes(buffer[:3], "big"), buffer[3] == _GOAWAY
        if size > _LARGEST_BODY:
            raise FrameTooLargeError(f"a frame of {size} bytes")
        if is_goaway and size >= _BODY.size:
            if len(buffer) < _HEAD_SIZE + size:
                return False
            last_stream, code = _BODY.unpack_from(buffer, _HEAD_SIZE)
            if code == _NO_ERROR:
                del buffer[: _HEAD_SIZE + size]
                self._note(last_stream & _STREAM_ID)
                return True
        self._passing = _HEAD_SIZE + size
        return True
