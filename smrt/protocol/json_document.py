"""Parses JSON up to a depth that every later step can process: queries, YAML, tables, messages."""

import json
from typing import Any

MAX_DEPTH = 100


class TooDeepError(ValueError):
    """A value has more than MAX_DEPTH levels."""

    def __init__(self) -> None:
        super().__init__(f"nested too deeply (more than {MAX_DEPTH} levels)")


def parse_json(text: str | bytes) -> Any:
    """The value in `text`; raises ValueError, and TooDeepError for too many levels."""
    try:
        value = json.loads(text)
    except RecursionError as exc:
        raise TooDeepError from exc
    if _may_be_deep(text) and _is_deep(value):
        raise TooDeepError
    return value


def _may_be_deep(text: str | bytes) -> bool:
    if isinstance(text, bytes):
        return text.count(b"[") + text.count(b"{") > MAX_DEPTH
    return text.count("[") + text.count("{") > MAX_DEPTH


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [child for item in level for child in _children(item)]
        if not level:
            return False
    return True


def _children(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
