"""`smrt bench`: a load test of an endpoint, with a report and a verdict."""

from collections.abc import Sequence
from datetime import datetime, timezone
from shlex import join
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from smrt.bench.benchmark import (
    Measured,
    MeasureLevel,
    measure_level,
    measure_levels,
)
from smrt.bench.figures.thresholds import Verdict, evaluate
from smrt.bench.load.caller_limit import raise_descriptor_limit
from smrt.bench.load.load_target import LoadTarget
from smrt.bench.report.document import RunDescription, report_document
from smrt.bench.report.live_table import watching
from smrt.bench.report.report_files import plan_reports, write_reports
from smrt.bench.report.terminal_report import announcement, show_figures, show_maximum
from smrt.cli.bench.bench_compare import compare_command
from smrt.cli.bench.bench_options import BenchOptions, bench_options
from smrt.cli.bench.bench_rows import CONNECTION_ROWS, ROWS
from smrt.cli.bench.bench_target import bench_target
from smrt.cli.help_option import paragraphs
from smrt.cli.operation_command import WORDS, RowsCommand
from smrt.errors import ExitCode, redacted
from smrt.output.console import App
from smrt.protocol.messages import INVOKE_READ_TIMEOUT
from smrt.protocol.operations import INVOKE_ENDPOINT

if TYPE_CHECKING:
    from smrt.cli.help.page import Page

_SUBCONTEXT = "smrt.bench.subcontext"
"""Key in a context's `meta` for the context of a subcommand."""


def gather(ctx: click.Context) -> BenchOptions:
    """The options of the command. Raises UsageError."""
    return bench_options(ctx, redacted(join(("smrt", "bench", *ctx.meta[WORDS]))))


def run(app: App, options: BenchOptions) -> int:
    """Send the load, report what came of it, and return the verdict."""
    reports = plan_reports(options.reports)
    target = bench_target(app, options)
    started_at = datetime.now(timezone.utc)
    raise_descriptor_limit()
    is_search = bool(options.search)
    app.console.note(announcement(options.levels, options.load, is_search=is_search))
    with watching(app.console) as watcher:
        measure = measure_level(target, options.load, options.goals, watcher)
        measured, max_concurrency = _measure(measure, options)
    verdicts = evaluate(options.thresholds, (each.figures for each in measured))
    description = _description(options, target, started_at)
    try:
        document = report_document(description, measured, verdicts, max_concurrency)
        write_reports(reports, document, measured)
    finally:  # what cannot be written can still be read, and the other way round
        show_figures(app.console, [each.figures for each in measured], verdicts)
        if max_concurrency is not None:
            show_maximum(app.console, max_concurrency, options.search)
    if max_concurrency == 0 and any(each.figures.successes for each in measured):
        return _status(measured, verdicts) or ExitCode.THRESHOLD_MISSED
    return _status(measured, verdicts)


def _measure(measure: MeasureLevel, options: BenchOptions) -> tuple[Sequence[Measured], int | None]:
    """The levels, and the highest concurrency if it was searched."""
    if not options.search:
        return measure_levels(measure, options.levels), None
    from smrt.bench.search import ConcurrencySearch

    return ConcurrencySearch(measure, options.search).run()


def _description(options: BenchOptions, target: LoadTarget, started_at: datetime) -> RunDescription:
    return RunDescription(
        options.command,
        started_at.isoformat(timespec="seconds"),
        target.endpoint_name,
        options.operation.name,
        target.settings.region,
        redacted(str(target.url)),
        options.load,
    )


def _status(measured: Sequence[Measured], verdicts: Sequence[Verdict]) -> int:
    if any(each.result.is_interrupted for each in measured):
        return ExitCode.INTERRUPTED
    if not any(each.figures.successes for each in measured):
        return ExitCode.SERVICE
    is_missed = any(verdict.reason for verdict in verdicts)
    return ExitCode.THRESHOLD_MISSED if is_missed else ExitCode.OK


_EXAMPLES = (
    (
        "Measure how latency and throughput change with the number of callers",
        (
            "smrt bench --endpoint-name my-endpoint --content-type text/csv \\\n"
            "  --body fileb://input.csv --concurrency 1,2,4 --report run.html"
        ),
    ),
    (
        "Exit with 99 if the endpoint does not sustain a request rate",
        (
            "smrt bench --endpoint-name my-endpoint --content-type text/csv \\\n"
            "  --body fileb://input.csv --request-rate 200 --arrival poisson \\\n"
            "  --duration 1 --threshold 'latency:p(95)<2s' --threshold 'errors<1%'"
        ),
    ),
    (
        "Measure the time to the first token of a language model",
        (
            "smrt bench --endpoint-name my-llm --streaming \\\n"
            "  --content-type application/json --body fileb://prompt.json \\\n"
            "  --request-count 20"
        ),
    ),
)


class BenchCommand(RowsCommand):
    """The command, which has a subcommand too."""

    subcommands = MappingProxyType({"compare": compare_command})

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse `args`, or those of the subcommand that is their first word."""
        subcommand = self.subcommands.get(args[0]) if args else None
        if subcommand is not None:
            ctx.meta[_SUBCONTEXT] = subcommand.make_context(args[0], args[1:], parent=ctx)
            return []
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command or the subcommand; return the exit status."""
        subcontext: click.Context | None = ctx.meta.get(_SUBCONTEXT)
        if subcontext is None:
            return super().invoke(ctx)
        return subcontext.command.invoke(subcontext)

    def page(self, ctx: click.Context) -> "Page":
        """The help page of the command."""
        summaries = {
            name: paragraphs(command.help)[0] for name, command in self.subcommands.items()
        }
        return super().page(ctx)._replace(commands=summaries)


command = BenchCommand(
    "bench",
    (*ROWS, *CONNECTION_ROWS),
    gather,
    run,
    text="Measure the latency and throughput of an endpoint under load.",
    members=tuple(
        each._replace(required=each.required and each.name != "Body")
        for each in INVOKE_ENDPOINT.members
    ),
    positionals=(),
    read_timeout=INVOKE_READ_TIMEOUT,
    examples=_EXAMPLES,
)
