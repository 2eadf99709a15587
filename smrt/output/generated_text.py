"""The text in the events of a model that writes: what --text and --chat print."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from smrt.errors import SmrtError

TextSelection = Callable[[Any], Any]
"""An event -> what of it is text."""

_HIGH_SURROGATES = range(0xD800, 0xDC00)


def texts(frames: Iterable[bytes], select: TextSelection) -> Iterator[str]:
    """What `select` finds in each of `frames`, which are JSON; nothing where it finds null.

    A character whose two surrogates come in two events is put together. Raises SmrtError for what
    is no JSON, and what `select` raises.
    """
    held = ""
    for frame in frames:
        found = held + _text(select(_parsed(frame)))
        held = found[-1:] if found and ord(found[-1]) in _HIGH_SURROGATES else ""
        whole = found.removesuffix(held) if held else found
        if whole:
            yield _characters(whole)
    if held:
        yield _characters(held)


def chat(event: Any) -> Any:
    """The text of an event in the shapes that most servers of language models send.

    OpenAI's chat (`choices[0].delta.content`, or `message` in an answer that is whole) and
    completions (`choices[0].text`), and TGI's and DJL's `token.text` where the token is no mark of
    the model's own. Raises SmrtError where the event tells of an error.
    """
    if not isinstance(event, Mapping):
        return None
    if event.get("error"):
        raise SmrtError(f"the model reports an error: {_complaint(event)}", code="ModelError")
    token = event.get("token")
    if isinstance(token, Mapping):
        return None if token.get("special") else token.get("text")
    choices = event.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(first, Mapping):
        return None
    for name in ("delta", "message"):
        if isinstance(first.get(name), Mapping):
            return first[name].get("content")
    return first.get("text")


def _complaint(event: Mapping[str, Any]) -> str:
    error = event["error"]
    told = error.get("message") if isinstance(error, Mapping) else error
    text = told if isinstance(told, str) else json.dumps(error, ensure_ascii=False)
    return " ".join(text.split())


def _parsed(frame: bytes) -> Any:
    try:
        return json.loads(frame)
    except (ValueError, RecursionError) as exc:
        shown = frame[:40].decode(errors="replace")
        raise SmrtError(f"an event is not JSON: {shown!r}: {exc}") from exc


def _text(found: Any) -> str:
    """Strings as they are, lists one item after the other, anything else as JSON."""
    if found is None:
        return ""
    if isinstance(found, str):
        return found
    if isinstance(found, list):
        return "".join(map(_text, found))
    return json.dumps(found, ensure_ascii=False)


def _characters(text: str) -> str:
    """`text` with its surrogates in pairs as one character, alone as U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
