"""Makes a case that shows something smaller, as long as it shows the same."""

from collections.abc import Iterator
from typing import Any

from .target import Finding, Target

MOST_RUNS = 200


def shrunk(target: Target, case: Any, finding: Finding) -> Any:
    """The smallest case that has the signature of `finding`, by dropping elements of its tuples."""
    runs = 0
    candidates = _smaller(case)
    while runs < MOST_RUNS and (candidate := next(candidates, None)) is not None:
        runs += 1
        result = target.run(candidate)
        if result is not None and result.signature == finding.signature:
            case, candidates = candidate, _smaller(candidate)
    return case


def _smaller(case: Any) -> Iterator[Any]:
    for name, value in case._asdict().items():
        if isinstance(value, tuple):
            for index in range(len(value)):
                yield case._replace(**{name: value[:index] + value[index + 1 :]})
