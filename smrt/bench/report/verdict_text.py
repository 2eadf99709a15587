"""What became of a threshold, in words."""

from smrt.bench.figures.thresholds import EXCEEDED, Threshold, Verdict
from smrt.bench.measures.samples import METRIC_NAMES

from .units import milliseconds, percentage, rate


def outcome(verdict: Verdict) -> str:
    """`met` or `MISSED`, with the figure, or with the reason why there is none."""
    if verdict.reason not in ("", EXCEEDED):
        return f"MISSED: {verdict.reason}"
    assert verdict.value is not None
    shown = figure(verdict.threshold, verdict.value)
    return f"MISSED ({shown})" if verdict.reason else f"met ({shown})"


def figure(threshold: Threshold, value: float) -> str:
    """A figure in the unit of its threshold."""
    if threshold.name in METRIC_NAMES:
        return f"{milliseconds(value)} ms"
    if threshold.is_share:
        return percentage(value)
    return f"{value:,.0f}" if value.is_integer() else rate(value)
