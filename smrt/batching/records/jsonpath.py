"""The subset of JSONPath that SageMaker Batch Transform supports, on JSON and on rows of CSV.

https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html

As in JSONPath, and unlike the prose of that page, the end of a slice is not included: `$[0:-1]` is
all but the last. An index outside of its array is an error, as AWS documents; a name that is
missing from `['a','b']` is left out, alone it is an error.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from smrt.errors import SmrtError, UsageError

ROOT = "$"
_QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_RANGE = r"-?\d+\s*(?::\s*(?:-?\d+)?)?|:\s*(?:-?\d+)?"
_STEP = re.compile(
    rf"""\.?\[\s*(?P<names>(?:{_QUOTED})(?:\s*,\s*(?:{_QUOTED}))*)\s*\]
    |\.?\[\s*(?P<ranges>(?:{_RANGE})(?:\s*,\s*(?:{_RANGE}))*)\s*\]
    |\.?\[\s*(?P<every>\*)\s*\]|\.(?P<any>\*)
    |\.(?P<name>[^\s.\[\]()'"*,:?@$]+)""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(.)")


class Documents(NamedTuple):
    """How documents of a format are taken apart and put together; a document is its text."""

    items: Callable[[str], Sequence[str]]
    array: Callable[[Sequence[str]], str]
    members: Callable[[str], Mapping[str, str]] | None = None
    """None if nothing in the format has a name."""
    object: Callable[[Mapping[str, str]], str] = str


Selector = Callable[[str], str]
"""From a document to the selected part; raises SmrtError where there is none."""
_Step = Callable[[Documents, str], list[str]]


class _Path(NamedTuple):
    steps: tuple[_Step, ...]
    is_definite: bool
    """Whether it selects one value, and not an array of some."""


def compile_path(expression: str, documents: Documents, flag: str) -> Selector | None:
    """The path as a function of a document; None for $, the whole document.

    Raises UsageError if `expression`, the value of the option `flag`, is not in the subset.
    """
    path = _parse(expression, documents, flag)
    return (lambda document: _select(path, documents, document)) if path.steps else None


def _select(path: _Path, documents: Documents, document: str) -> str:
    nodes = [document]
    for step in path.steps:
        nodes = [result for node in nodes for result in step(documents, node)]
    return nodes[0] if path.is_definite else documents.array(nodes)


def _parse(expression: str, documents: Documents, flag: str) -> _Path:
    text = expression.strip()
    if not text.startswith(ROOT):
        raise _unsupported(expression, flag)
    steps, is_definite, at = [], True, len(ROOT)
    while at < len(text):
        match = _STEP.match(text, at)
        if not match:
            raise _unsupported(expression, flag)
        if (match["name"] or match["names"]) and documents.members is None:
            raise UsageError(
                f"Bad value for {flag} {expression}: columns of CSV have no names here",
                "select them by their indexes, from 0 on: $[0]  $[1:]  $[0,-1]",
            )
        step, is_one = _step(match)
        steps.append(step)
        is_definite, at = is_definite and is_one, match.end()
    return _Path(tuple(steps), is_definite)


def _step(match: re.Match[str]) -> tuple[_Step, bool]:
    if match["name"]:
        return _child(match["name"]), True
    if match["names"]:
        names = [_ESCAPE.sub(r"\1", each[1:-1]) for each in re.findall(_QUOTED, match["names"])]
        return (_child(names[0]) if len(names) == 1 else _children(names)), True
    if match["ranges"]:
        ranges = [each.strip() for each in match["ranges"].split(",")]
        return _elements(ranges), len(ranges) == 1 and ":" not in ranges[0]
    return _every, False


def _child(name: str) -> _Step:
    def step(documents: Documents, document: str) -> list[str]:
        assert documents.members
        members = documents.members(document)
        if name not in members:
            raise SmrtError(f"{name!r} is not in the document", code="FilterError")
        return [members[name]]

    return step


def _children(names: Sequence[str]) -> _Step:
    def step(documents: Documents, document: str) -> list[str]:
        assert documents.members
        members = documents.members(document)
        return [documents.object({name: members[name] for name in names if name in members})]

    return step


def _elements(ranges: Sequence[str]) -> _Step:
    bounds = [[int(bound) if bound.strip() else None for bound in r.split(":")] for r in ranges]

    def step(documents: Documents, document: str) -> list[str]:
        items = documents.items(document)
        return [item for each in bounds for item in _range(items, each)]

    return step


def _range(items: Sequence[str], bounds: Sequence[int | None]) -> Sequence[str]:
    if len(bounds) > 1:
        return items[slice(*bounds)]
    (index,) = bounds
    assert index is not None
    if not -len(items) <= index < len(items):
        raise SmrtError(f"index {index} is not in an array of {len(items)}", code="FilterError")
    return [items[index]]


def _every(documents: Documents, document: str) -> list[str]:
    if documents.members and document.lstrip().startswith("{"):
        return list(documents.members(document).values())
    return list(documents.items(document))


def _unsupported(expression: str, flag: str) -> UsageError:
    return UsageError(
        f"Bad value for {flag} {expression}: not in the JSONPath subset of Batch Transform",
        "examples: $  $.features  $['id','SageMakerOutput']  $[0]  $[1:]  $[0,-1]",
    )
