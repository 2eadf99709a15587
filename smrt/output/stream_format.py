"""How the parts of an answer are written: --stream, --text and --chat."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from smrt.errors import UsageError

from .console import Console
from .framing import FRAMINGS, Framing, events_or_values
from .generated_text import TextSelection, chat, texts
from .stream_stats import Tally

RAW = "raw"
EVENTS = ("sse", "json")
"""The framings whose frames hold JSON, in which --text looks for its text."""
Writing = Callable[[Iterable[bytes], Tally, Console], Iterator[bytes]]
"""Parts -> what is to be written, as it can be; counts it, and may say something."""


def stream_writing(given: Mapping[str, Any]) -> Writing:
    """How the options ask for an answer to be written; UsageError where they contradict."""
    select = _selection(given)
    if select is not None:
        return _texts(_framing_of_text(given["stream"]), select)
    if not is_text_stream(given):
        return lambda parts, tally, console: filter(None, parts)  # noqa: ARG005 - a Writing
    return _frames(FRAMINGS[given["stream"]])


def is_text_stream(given: Mapping[str, Any]) -> bool:
    """Whether what is written is text, rather than the answer's own bytes."""
    return bool(given["chat"]) or given["text"] is not None or given["stream"] not in (None, RAW)


def _selection(given: Mapping[str, Any]) -> TextSelection | None:
    if given["chat"]:
        if given["text"] is not None:
            raise UsageError("--chat and --text exclude each other")
        return chat
    if given["text"] is None:
        return None
    from . import query

    return query.compile(given["text"], flag="--text")


def _framing_of_text(name: str | None) -> Framing:
    """The framing that is asked for, or whichever of the two the answer turns out to be."""
    if name is None:
        return events_or_values
    if name not in EVENTS:
        raise UsageError(
            f"there are no events in --stream {name} to take text from",
            "use --stream sse or --stream json, or leave it out",
        )
    return FRAMINGS[name]


def _frames(framing: Framing) -> Writing:
    def written(parts: Iterable[bytes], tally: Tally, console: Console) -> Iterator[bytes]:
        return (frame + b"\n" for frame in tally.events_of(framing(parts, console.note)))

    return written


def _texts(framing: Framing, select: TextSelection) -> Writing:
    def written(parts: Iterable[bytes], tally: Tally, console: Console) -> Iterator[bytes]:
        frames = tally.events_of(framing(parts, console.note))
        return (text.encode() for text in texts(frames, select))

    return written
