"""Formats a streamed response: --stream, --text and --chat."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from smrt.errors import UsageError

from .console import Console
from .framing import FRAMINGS, Framing, events_or_values
from .generated_text import CountedSelection, TextSelection, chat, texts
from .stream_stats import StreamStats

RAW = "raw"
EVENTS = ("sse", "json")
"""The framings whose frames contain JSON, from which --text selects."""
StreamFormatter = Callable[[Iterable[bytes], StreamStats, Console], Iterator[bytes]]
"""Chunks of the response -> chunks of output, each as soon as possible; counts events, and can
print notes."""


class StreamFormatOptions(NamedTuple):
    """The options --stream, --text and --chat."""

    framing: str | None = None
    text: str | None = None
    chat: bool = False

    @property
    def is_text(self) -> bool:
        """Whether the output is text, and not the raw bytes of the response."""
        return self.chat or self.text is not None or self.framing not in (None, RAW)


def stream_formatter(options: StreamFormatOptions) -> StreamFormatter:
    """The formatter that the options select; UsageError if they cannot be combined."""
    select = _selection(options)
    if select is not None:
        flag = "--chat" if options.chat else "--text"
        return _texts(_framing_of_text(options.framing), select, flag)
    if options.framing is None or options.framing == RAW:
        return lambda chunks, stats, console: filter(None, chunks)  # noqa: ARG005 - a StreamFormatter
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
    """The framing of --stream; by default, detect server-sent events or JSON."""
    if name is None:
        return events_or_values
    if name not in EVENTS:
        raise UsageError(
            f"--stream {name} has no events to select text from",
            "use --stream sse or --stream json, or remove --stream",
        )
    return FRAMINGS[name]


def _frames(framing: Framing) -> StreamFormatter:
    def format_(chunks: Iterable[bytes], stats: StreamStats, console: Console) -> Iterator[bytes]:
        return (frame + b"\n" for frame in stats.counted_events(framing(chunks, console.note)))

    return format_


def _texts(framing: Framing, select: TextSelection, flag: str) -> StreamFormatter:
    def format_(chunks: Iterable[bytes], stats: StreamStats, console: Console) -> Iterator[bytes]:
        counted = CountedSelection(select, flag)
        frames = stats.counted_events(framing(chunks, console.note))
        yield from (text.encode() for text in texts(frames, counted))
        counted.check(stats.bytes)

    return format_
