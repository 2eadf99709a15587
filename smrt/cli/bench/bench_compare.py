"""`smrt bench compare`: whether one benchmark differs from another."""

import os
from collections.abc import Sequence

import click

from smrt.bench.figures.block_bootstrap import DRAWS
from smrt.bench.figures.comparison import (
    Difference,
    Report,
    caveats,
    common_levels,
    compare,
    verdicts_of,
)
from smrt.bench.figures.thresholds import Threshold, parse_threshold
from smrt.bench.report.report_reader import read_report
from smrt.bench.report.summary_tables import FigureTable, plain_table
from smrt.cli.plain_command import Command
from smrt.errors import ExitCode, UsageError
from smrt.output.console import App

_EXAMPLES = """
Compare the reports of two benchmarks
smrt bench compare old.json new.json

Exit with 99 if the new model is more than 10 percent slower, over several runs of each
smrt bench compare old-1.json,old-2.json new-1.json,new-2.json \\
  --threshold 'latency:p(95)<+10%'
"""


@click.command("compare", cls=Command, add_help_option=False, epilog=_EXAMPLES)
@click.argument("old", metavar="OLD_FILE")
@click.argument("new", metavar="NEW_FILE")
@click.option(
    "--threshold",
    "conditions",
    multiple=True,
    metavar="CONDITION",
    help="Exit with 99 unless this holds, as latency:p(95)<+10%; can be repeated.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    metavar="NUMBER",
    help="Seed of the random samples that the intervals are computed from.",
)
@click.option(
    "--draws",
    type=click.IntRange(min=100),
    default=DRAWS,
    show_default=True,
    metavar="NUMBER",
    help="How many random samples the intervals are computed from.",
)
@click.pass_obj
def compare_command(
    app: App, *, old: str, new: str, conditions: Sequence[str], seed: int, draws: int
) -> int:
    """Compare the reports of two benchmarks.

    OLD_FILE and NEW_FILE are reports in JSON, or lists of reports of several runs, separated by
    commas. Each difference has a 95 % interval; if the interval contains 0, no difference is shown.
    """
    thresholds = [_threshold(text) for text in conditions]
    a, b = _reports(old), _reports(new)
    if not common_levels(a, b):
        raise UsageError("the reports have no level in common", "run both with the same levels")
    differences = compare(a, b, thresholds, seed=seed, draws=draws)
    app.console.show([plain_table(_table(differences))])
    app.console.show([f"{line}\n" for line in caveats(a, b)])
    return _judge(app, thresholds, differences)


def _threshold(text: str) -> Threshold:
    threshold = parse_threshold(text, is_relative=True)
    if not threshold.percent:
        raise UsageError(f"Bad value for --threshold {text}: compare takes percentiles of latency")
    return threshold


def _reports(paths: str) -> list[Report]:
    names = [paths] if os.path.exists(paths) else paths.split(",")
    return [read_report(name) for name in names]


def _table(differences: Sequence[Difference]) -> FigureTable:
    heads = ("level", "figure", "difference", "95 % interval", "")
    return FigureTable("Differences", heads, tuple(map(_row, differences)))


def _row(each: Difference) -> tuple[str, ...]:
    figure = f"{each.metric.replace('_', ' ')} p{each.percent}"
    if each.interval is None:
        return each.level, figure, "-", "-", each.reason
    estimate, low, high = each.interval
    outcome = "" if each.interval.shows_difference else "no difference shown"
    return each.level, figure, f"{estimate:+.1%}", f"{low:+.1%} to {high:+.1%}", outcome


def _judge(app: App, thresholds: Sequence[Threshold], differences: Sequence[Difference]) -> int:
    """Print the verdicts, and return the exit status."""
    is_missed = False
    for threshold in thresholds:
        for each in verdicts_of(threshold, differences):
            is_missed = is_missed or each.is_missed
            app.console.show([f"threshold {threshold.text} at {each.level}: {each.outcome}\n"])
    return ExitCode.THRESHOLD_MISSED if is_missed else ExitCode.OK
