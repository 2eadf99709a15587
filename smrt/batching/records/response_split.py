"""Splits the response to a request of several records into one result for each record."""

from collections.abc import Callable, Iterator, Sequence

from smrt.errors import SmrtError
from smrt.output import query

from .csv_rows import csv_fields
from .json_text import JsonError, json_bytes, json_items, json_members, json_text, parse_value
from .record_formats import line_content

LIST_NAMES = ("predictions", "outputs")
"""The members that hold a result for each record, as TensorFlow Serving and others name them."""
_JSON = "application/json"

ResponseSplitter = Callable[[bytes, str, int], Sequence[bytes]]
"""From the body, its content type and the number of records to that number of results.

Raises SmrtError with the code ResponseSplit if there is another number of results.
"""


def response_splitter(expression: str = "") -> ResponseSplitter:
    """The splitter by --output-split, else by the form of the response. Raises UsageError.

    A JSON document is its array, or its array of predictions or outputs; else each line is a
    result, or each field of a single line, as XGBoost's container responds.
    """
    if not expression:
        return split_response
    select = query.compile(expression, flag="--output-split")

    def split(body: bytes, _: str, count: int) -> Sequence[bytes]:
        try:
            results = select(parse_value(json_text(body)))
        except SmrtError as exc:
            raise _misfit(f"--output-split {expression}: {exc.message}") from exc
        if not isinstance(results, list) or len(results) != count:
            found = f"{len(results)} results" if isinstance(results, list) else "no list"
            raise _misfit(f"--output-split {expression} selects {found} for {count} records")
        return [json_bytes(result) for result in results]

    return split


def split_response(body: bytes, content_type: str, count: int) -> Sequence[bytes]:
    """The results of a response, by its form."""
    counts = []
    for results in _candidates(body, content_type):
        if len(results) == count:
            return results
        counts.append(str(len(results)))
    if count == 1:
        return [body]
    raise _misfit(
        f"the response has {' or '.join(dict.fromkeys(counts))} results for {count} records"
    )


def _candidates(body: bytes, content_type: str) -> Iterator[Sequence[bytes]]:
    """What may be the results, the likely ones first."""
    if content_type.partition(";")[0].strip().lower() == _JSON:
        yield from _document_results(body)
        yield _lines(body)
    else:
        yield _lines(body)
        yield from _document_results(body)
        yield from _fields(body)


def _lines(body: bytes) -> list[bytes]:
    return [line_content(line + b"\n") for line in line_content(body).split(b"\n")]


def _document_results(body: bytes) -> Iterator[list[bytes]]:
    try:
        text = json_text(body)
        if text.lstrip().startswith("["):
            yield _encoded(json_items(text))
        else:
            members = json_members(text)
            yield from (
                _encoded(json_items(members[name])) for name in LIST_NAMES if name in members
            )
    except JsonError:
        return


def _fields(body: bytes) -> Iterator[list[bytes]]:
    row = line_content(body)
    if b"\n" not in row:
        yield [field.encode("latin-1") for field in csv_fields(row.decode("latin-1"))]


def _encoded(results: Sequence[str]) -> list[bytes]:
    return [result.encode() for result in results]


def _misfit(message: str) -> SmrtError:
    return SmrtError(message, code="ResponseSplit")
