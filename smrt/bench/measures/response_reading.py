"""What a response shows of the model: when its first token came, and how many there were."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import nan
from typing import Any, NamedTuple

from smrt.errors import SmrtError
from smrt.output.framing import events_or_values
from smrt.output.generated_text import chat
from smrt.protocol.json_document import parse_json
from smrt.protocol.response_stream import parts

from .token_counts import TokenQuery, count_tokens

_MARKS = (b'"usage"', b'"details"')
"""A response without one of them reports no tokens: most are not worth parsing."""
_REASONING = ("reasoning_content", "reasoning")


class Reading(NamedTuple):
    """`gaps` are the seconds between events with text; `tokens` is None if nothing reports them.

    If no event has text, or the stream has no events, its chunks count as such.
    """

    first_token_at: float = nan
    gaps: "array[float]" = array("d")
    tokens: int | None = None
    chunks: int = 0
    bytes: int = 0
    error: SmrtError | None = None


class TimedChunks:
    """The chunks of one response, with the time of each: a call's `on_chunk`.

    They are decoded when the response has ended, so that decoding delays nothing that is measured.
    """

    def __init__(self, chunks: Sequence[tuple[bytes, float]] = ()) -> None:
        self._chunks = list(chunks)
        self.now = nan
        """When the chunk that is being decoded arrived."""

    def __call__(self, chunk: bytes, now: float) -> None:
        """Store a chunk."""
        self._chunks.append((chunk, now))

    def __iter__(self) -> Iterator[bytes]:
        for chunk, now in self._chunks:
            self.now = now
            yield chunk


def read_document(body: bytes, query: TokenQuery | None) -> Reading:
    """What a response in one document shows."""
    tokens = None
    if query is not None or any(mark in body for mark in _MARKS):
        try:
            tokens = count_tokens(parse_json(body), query)
        except (ValueError, SmrtError):
            tokens = None
    return Reading(tokens=tokens, bytes=len(body))


def read_stream(
    chunks: TimedChunks, query: TokenQuery | None, metadata: Mapping[str, Any]
) -> Reading:
    """What an event stream shows; its error, if it ended with one, contains `metadata`."""
    payloads: list[tuple[bytes, float]] = []
    error: SmrtError | None = None
    try:
        for payload in parts(chunks, metadata):
            payloads.append((payload, chunks.now))  # noqa: PERF401 - those before an error count
    except SmrtError as exc:
        error = exc
    size = sum(len(payload) for payload, _ in payloads)
    try:
        text_times, tokens = _text_events(TimedChunks(payloads), query)
    except (ValueError, SmrtError) as exc:
        text_times, tokens = [], None
        error = error or _model_error(exc)
    times = text_times or [now for payload, now in payloads if payload]
    return Reading(
        times[0] if times else nan,
        array("d", (after - before for before, after in pairwise(times))),
        tokens,
        len(times),
        size,
        error,
    )


def _text_events(chunks: TimedChunks, query: TokenQuery | None) -> tuple[list[float], int | None]:
    """When each event with text arrived, and the last number of tokens that an event reports."""
    times: list[float] = []
    tokens = None
    for frame in events_or_values(chunks, _ignore):
        event = parse_json(frame)
        if _generated(event):
            times.append(chunks.now)
        counted = count_tokens(event, query)
        tokens = tokens if counted is None else counted
    return times, tokens


def _generated(event: Any) -> Any:
    """The text of an event: what the model says, or thinks."""
    text = chat(event)
    if text or not isinstance(event, Mapping):
        return text
    choices = event.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    delta = first.get("delta") if isinstance(first, Mapping) else None
    if not isinstance(delta, Mapping):
        return None
    return next(filter(None, map(delta.get, _REASONING)), None)


def _model_error(exc: Exception) -> SmrtError | None:
    """The error that an event reports; a stream that is no JSON is no error."""
    return exc if isinstance(exc, SmrtError) and exc.code == "ModelError" else None


def _ignore(_: str) -> None:
    """Notes on the framing are for those who read the text."""
