"""How the parts of an answer are written: --stream, --text and --chat."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from smrt.errors import UsageError

from .console import Console
from .framing import FRAMINGS, Framing, events_or_values
from .generated_text import TextSelection, chat, texts
from .stream_stats import StreamStats

RAW = "raw"
EVENTS = ("sse", "json")
"""The framings whose frames hold JSON, in which --text looks for its text."""
StreamFormatter = Callable[[Iterable[bytes], StreamStats, Console], Iterator[bytes]]
"""Parts -> what is to be written, as it can be; counts it, and may say something."""


class StreamFormatOptions(NamedTuple):
    """How a stream is written: the options --stream, --text and --chat."""

    framing: str | None = None
    text: str | None = None
    chat: bool = False

    @property
    def is_text(self) -> bool:
        """Whether text is written, rather than the bytes of the response."""
        return self.chat or self.text is not None or self.framing not in (None, RAW)


def stream_formatter(options: StreamFormatOptions) -> StreamFormatter:
    """How the options ask for an answer to be written; UsageError where they contradict."""
    select = _selection(options)
    if select is not None:
        return _texts(_framing_of_text(options.framing), select)
    if options.framing is None or options.framing == RAW:
        return lambda parts, tally, console: filter(None, parts)  # noqa: ARG005 - a Writing
    return _frames(FRAMINGS[options.framing])


def _selection(options: StreamFormatOptions) -> TextSelection | None:
    if options.chat:
        if options.text is not None:
            raise UsageError("--chat and --text cannot be used together")
        return chat
    if options.text is None:
        return None
    from . import query

    return query.compile(options.text, flag="--text")


def _framing_of_text(name: str | None) -> Framing:
    """The framing that is asked for, or whichever of the two the answer turns out to be."""
    if name is None:
        return events_or_values
    if name not in EVENTS:
        raise UsageError(
            f"--stream {name} has no events to select text from",
            "use --stream sse or --stream json, or remove --stream",
        )
    return FRAMINGS[name]


def _frames(framing: Framing) -> StreamFormatter:
    def written(parts: Iterable[bytes], tally: StreamStats, console: Console) -> Iterator[bytes]:
        return (frame + b"\n" for frame in tally.counted_events(framing(parts, console.note)))

    return written


def _texts(framing: Framing, select: TextSelection) -> StreamFormatter:
    def written(parts: Iterable[bytes], tally: StreamStats, console: Console) -> Iterator[bytes]:
        frames = tally.counted_events(framing(parts, console.note))
        return (text.encode() for text in texts(frames, select))

    return written
