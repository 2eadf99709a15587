"""The outcome of one check."""

from enum import Enum
from typing import NamedTuple

from .contract import Rule


class CheckOutcome(str, Enum):
    """What a check showed."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class CheckResult(NamedTuple):
    """The outcome of the check of `rule`; `detail` is what was measured, or why it failed."""

    rule: Rule
    outcome: CheckOutcome
    detail: str


def passed(rule: Rule, detail: str) -> CheckResult:
    """The container follows `rule`."""
    return CheckResult(rule, CheckOutcome.PASSED, detail)


def failed(rule: Rule, detail: str) -> CheckResult:
    """The container breaks `rule`."""
    return CheckResult(rule, CheckOutcome.FAILED, detail)


def skipped(rule: Rule, detail: str) -> CheckResult:
    """The rule could not be checked, or the container does not need it."""
    return CheckResult(rule, CheckOutcome.SKIPPED, detail)
