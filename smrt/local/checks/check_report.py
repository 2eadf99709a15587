"""The results as text and as JSON."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from .check_result import CheckOutcome, CheckResult

_WIDTH = max(len(outcome.value) for outcome in CheckOutcome)
_INDENT = " " * (_WIDTH + 2)


def result_lines(result: CheckResult) -> Iterator[str]:
    """A result as text: a failed one with its remedy and page."""
    rule = result.rule
    yield f"{result.outcome.value:{_WIDTH}}  {rule.title}: {result.detail}\n"
    if result.outcome is CheckOutcome.FAILED:
        yield f"{_INDENT}remedy: {rule.remedy}\n"
        yield f"{_INDENT}{rule.page}\n"


def summary(results: Sequence[CheckResult], page: str) -> str:
    """The number of results with each outcome, and the page of the contract."""
    counts = Counter(result.outcome for result in results)
    text = ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in CheckOutcome)
    return f"{text}; the contract: {page}\n"


def report_json(name: str, results: Sequence[CheckResult]) -> str:
    """The report as JSON."""
    checks = [
        {
            "Name": result.rule.name,
            "Outcome": result.outcome.value,
            "Title": result.rule.title,
            "Detail": result.detail,
            "Remedy": result.rule.remedy,
            "Page": result.rule.page,
        }
        for result in results
    ]
    report = {"EndpointName": name, "Passed": is_passed(results), "Checks": checks}
    return json.dumps(report, indent=4, ensure_ascii=False) + "\n"


def is_passed(results: Sequence[CheckResult]) -> bool:
    """Whether no check failed."""
    return all(result.outcome is not CheckOutcome.FAILED for result in results)
