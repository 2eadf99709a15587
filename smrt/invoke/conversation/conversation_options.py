"""The options of a conversation, validated."""

from typing import NamedTuple

from smrt.errors import UsageError
from smrt.invoke.options import InvokeOptions
from smrt.protocol.eventstream import MAX_PAYLOAD
from smrt.protocol.messages import masked_repr
from smrt.protocol.parameters import integer

LINES, BINARY_CHUNKS, JSON_LINES = INPUT_FORMATS = ("lines", "binary", "json")
MESSAGES, RAW, JSON = OUTPUT_FORMATS = ("messages", "raw", "json")
CHUNK = 3200
"""Bytes; 100 ms of audio with 16,000 samples of two bytes per second."""
KEEP_ALIVE_EVERY = 5.0
LINGER = 30.0
"""Seconds."""


class InputOptions(NamedTuple):
    """How input becomes messages, and which messages are sent besides; times in seconds."""

    format: str = LINES
    chunk: int = CHUNK
    pace: float | None = None
    first: tuple[str, ...] = ()
    at_end: str | None = None
    keep_alive: str | None = None
    keep_alive_every: float = KEEP_ALIVE_EVERY
    linger: float = LINGER

    def __repr__(self) -> str:
        return masked_repr(self, "first", "at_end", "keep_alive")


class ConversationOptions(NamedTuple):
    """The options of the command: those of every call, of the input, and of the output."""

    invoke: InvokeOptions
    input: InputOptions = InputOptions()
    output_format: str = MESSAGES
    text: str | None = None


def check_combination(options: ConversationOptions) -> ConversationOptions:
    """`options`, if they can be combined; else raises UsageError."""
    of_input = options.input
    if of_input.pace is not None and of_input.format != BINARY_CHUNKS:
        raise UsageError(
            "--pace is only for --input-format binary", "add --input-format binary, or remove it"
        )
    if options.text is not None and options.output_format != MESSAGES:
        raise UsageError(
            f"--text selects from messages, not from --stream {options.output_format}",
            "remove --stream or --text",
        )
    return options


def chunk_size(text: str | None) -> int:
    """The value of --chunk in bytes. Raises UsageError."""
    size = CHUNK if text is None else integer(text, "--chunk")
    if not 0 < size <= MAX_PAYLOAD:
        raise UsageError(f"--chunk cannot be {size}", f"specify 1 to {MAX_PAYLOAD} bytes")
    return size


def number(text: str | None, flag: str, default: float, *, allow_zero: bool = False) -> float:
    """The value of an option that takes a number above zero, or from zero. Raises UsageError."""
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError as exc:
        raise UsageError(f"{flag}: {exc}", f"{flag} takes a number") from exc
    if not 0 <= value < float("inf") or (value == 0 and not allow_zero):
        raise UsageError(f"{flag} cannot be {text}", f"{flag} takes a number of at least 0")
    return value
