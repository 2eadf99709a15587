"""The tokens of a response: what the service reports, or an expression selects. Never a guess."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

TokenQuery = Callable[[Any], Any]
"""A document, or an event -> a number of tokens."""


def reported_tokens(document: Any) -> int | None:
    """What a service reports: `usage` of OpenAI-style servers, `details` of TGI."""
    return next(filter(_is_count, _candidates(document)), None)


def count_tokens(document: Any, query: TokenQuery | None) -> int | None:
    """The tokens that a document reports, else those that `query` selects from it."""
    reported = reported_tokens(document)
    if reported is not None or query is None:
        return reported
    selected = query(document)
    return int(selected) if _is_count(selected) else None


def _candidates(document: Any) -> Iterator[Any]:
    first = document[0] if isinstance(document, list) and document else document  # TGI: a list
    if isinstance(first, Mapping):
        for name, member in (("usage", "completion_tokens"), ("details", "generated_tokens")):
            counts = first.get(name)
            if isinstance(counts, Mapping):
                yield counts.get(member)


def _is_count(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and value >= 0 and value == int(value)
