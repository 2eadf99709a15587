"""Filters the JSON of a response, for --body-query."""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from smrt.errors import SmrtError
from smrt.protocol.json_document import parse_json

from .query import Query

LARGEST = 64 << 20
"""Bytes; the whole body is read first."""
Save = Callable[[Iterable[bytes]], str]
"""Saves a body that cannot be filtered; returns a hint about it."""


def filtered(chunks: Iterable[bytes], query: Query, save: Save) -> Any:
    """The result of `query` on the document in `chunks`.

    Raises SmrtError, with a hint about the saved body, if it is too large or no JSON, or if `query`
    rejects a type in it.
    """
    rest = iter(chunks)
    body, size = [], 0
    for chunk in rest:
        body.append(chunk)
        size += len(chunk)
        if size > LARGEST:
            break
    try:
        return query(_document(b"".join(body), size))
    except SmrtError as exc:
        exc.add_hints(save(chain(body, rest)))
        raise


def _document(body: bytes, size: int) -> Any:
    if size > LARGEST:
        raise SmrtError(f"--body-query: the response is larger than {LARGEST >> 20} MiB")
    try:
        return parse_json(body)
    except ValueError as exc:
        raise SmrtError(f"--body-query: the response is not JSON: {exc}") from exc
