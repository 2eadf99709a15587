"""Calls stream_fn(model, messages, context) of an inference.py, which smrt alone defines.

`messages` yields str for text and bytes for binary data; so does the function.
"""

from collections.abc import Callable, Iterator
from typing import Any

from smrt.local.context import Context
from smrt.protocol.bidirectional.parts import UTF8, Part, text
from smrt.protocol.eventstream import MAX_PAYLOAD

from .stream_endpoint import StreamCall


def stream_parts(
    function: Callable[..., Any], model: Any, call: StreamCall, context: Context
) -> Iterator[Part]:
    """The messages that `function` yields."""
    for message in function(model, whole_messages(call.parts), context) or ():
        yield _part(message)


def whole_messages(parts: Iterator[Part]) -> Iterator[str | bytes]:
    """The messages whose parts arrive; a message has the type of its first part."""
    buffer, data_type = bytearray(), ""
    for part in parts:
        data_type = data_type or part.data_type
        buffer += part.data
        if len(buffer) > MAX_PAYLOAD:
            raise ValueError(f"a message is longer than {MAX_PAYLOAD >> 20} MiB")
        if part.is_complete:
            content = bytes(buffer)
            yield content.decode() if data_type == UTF8 else content
            buffer, data_type = bytearray(), ""


def _part(message: Any) -> Part:
    if isinstance(message, str):
        return text(message)
    if isinstance(message, bytes | bytearray | memoryview):
        return Part(bytes(message))
    kind = type(message).__name__
    raise TypeError(f"stream_fn yields str or bytes, not {kind}")
