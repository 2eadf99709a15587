"""Extracts the generated text from a model's events, for --text and --chat."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from smrt.errors import SmrtError
from smrt.protocol.json_document import parse_json

TextSelection = Callable[[Any], Any]
"""An event -> its text."""

NO_MATCH = "NoMatch"
"""The code of the error for a complete response without the requested text."""
_EXCERPT = 200
"""Characters of an event in a hint."""
_HIGH_SURROGATES = range(0xD800, 0xDC00)


def texts(frames: Iterable[bytes], select: TextSelection) -> Iterator[str]:
    """The text that `select` returns for each of `frames`, which are JSON; None is skipped.

    A character whose two surrogates arrive in two events is joined. Raises SmrtError for invalid
    JSON, and the errors of `select`.
    """
    pending = ""
    for frame in frames:
        text = pending + _text(select(_parsed(frame)))
        pending = text[-1:] if text and ord(text[-1]) in _HIGH_SURROGATES else ""
        complete = text.removesuffix(pending) if pending else text
        if complete:
            yield _characters(complete)
    if pending:
        yield _characters(pending)


class CountedSelection:
    """A selection that counts the events that match; the option `flag` requested it."""

    def __init__(self, select: TextSelection, flag: str) -> None:
        self._select = select
        self._flag = flag
        self._first: Any = None
        self._events = self._matches = 0

    def __call__(self, event: Any) -> Any:
        """The text of an event."""
        if not self._events:
            self._first = event
        self._events += 1
        text = self._select(event)
        self._matches += text not in (None, [])
        return text

    def check(self, size: int) -> None:
        """Raise SmrtError if no event of a response of `size` bytes matches."""
        if self._matches or not size:
            return
        noun = "event" if self._events == 1 else "events"
        raise SmrtError(
            f"{self._flag} matches nothing in {self._events:,} {noun} ({size:,} bytes)",
            *([f"the first event is {_excerpt(self._first)}"] if self._events else []),
            "--text JMESPATH selects other text; --stream raw prints the response as it is",
            code=NO_MATCH,
        )


def _excerpt(event: Any) -> str:
    text = json.dumps(event, ensure_ascii=False)
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}..."


def chat(event: Any) -> Any:
    """The text of an event in the formats of most language model servers.

    OpenAI's chat (`choices[0].delta.content`, or `message` in a response without streaming) and
    completions (`choices[0].text`), and TGI's and DJL's `token.text` unless the token is a
    special one. None for an event in another format. Raises SmrtError if the event is an error.
    """
    if not isinstance(event, Mapping):
        return None
    if event.get("error"):
        raise SmrtError(f"the model reports an error: {_error_message(event)}", code="ModelError")
    token = event.get("token")
    if isinstance(token, Mapping):
        return "" if token.get("special") else token.get("text")
    choices = event.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(first, Mapping):
        return None
    for name in ("delta", "message"):
        message = first.get(name)
        if isinstance(message, Mapping):
            return message["content"] or "" if "content" in message else None
    return first.get("text")


def _error_message(event: Mapping[str, Any]) -> str:
    error = event["error"]
    message = error.get("message") if isinstance(error, Mapping) else error
    text = message if isinstance(message, str) else json.dumps(error, ensure_ascii=False)
    return " ".join(text.split())


def _parsed(frame: bytes) -> Any:
    try:
        return parse_json(frame)
    except ValueError as exc:
        shown = frame[:40].decode(errors="replace")
        raise SmrtError(f"an event is not JSON: {shown!r}: {exc}") from exc


def _text(value: Any) -> str:
    """Strings as they are, lists one item after the other, anything else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(_text, value))
    return json.dumps(value, ensure_ascii=False)


def _characters(text: str) -> str:
    """`text` with surrogate pairs joined, and lone surrogates replaced with U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
