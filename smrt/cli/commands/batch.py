"""`smrt batch`: sends the records of an input, and writes a result for each."""

from collections.abc import Callable, Mapping
from typing import Any

import click

from smrt.batching.batch_options import BatchOptions
from smrt.batching.batch_report import SUMMARY
from smrt.cli.batch_rows import INPUT, OUTPUT, ROWS
from smrt.cli.operation_command import RowsCommand
from smrt.cli.typed_batch_options import BatchCommandOptions, batch_options
from smrt.errors import ServiceError, SmrtError, TransportError, UsageError
from smrt.invoke.inputs import read_inputs
from smrt.invoke.invocation import Call, open_caller, prepare
from smrt.invoke.metadata import Report, report
from smrt.output.console import App
from smrt.protocol import parameters
from smrt.protocol.messages import INVOKE_READ_TIMEOUT
from smrt.protocol.operations import (
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_ASYNC,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
    Operation,
)

_ARGUMENTS = "smrt.arguments"


def _run_on_ray(session: Any) -> Any:
    from smrt.cli.cluster.cluster_run import run_on_cluster

    return run_on_cluster(session)


RunBatch = Callable[[Any], Any]
"""From a session to the report of its run."""
ENGINES: Mapping[str, RunBatch] = {"ray": _run_on_ray}
"""How the workers of each engine are started."""


def gather(ctx: click.Context) -> BatchCommandOptions:
    """The options of the command. Raises UsageError."""
    return batch_options(ctx, ctx.meta[_ARGUMENTS])


def run(app: App, options: BatchCommandOptions, engines: Mapping[str, RunBatch] = ENGINES) -> None:
    """Send the records, or print the state of a job. Raises the error of a run that failed."""
    if options.status is not None:
        _print_status(app, options, options.status)
        return
    if options.stop is not None:
        from smrt.batching.job_stop import stop_job

        app.console.note(stop_job(_observer(app, options), options.stop))
        return
    if options.batch.join is not None and not options.batch.input:
        options = _options_of_job(app, options, options.batch.join)
    from smrt.batching.batch_session import Session
    from smrt.batching.request_count import count_requests
    from smrt.batching.sending.target import Target

    call = _call(app, options)
    target = Target(
        call.operation, call.parameters, call.config, call.settings, call.static_credentials
    )
    session = Session(options.batch, target, app.console, options.arguments)
    summary = _report(app, options, call)
    if options.dry_run:
        summary.write(count_requests(session))
    else:
        _warn_unverified(app, call)
        _run(app, session, summary, call, engines)


def _run(
    app: App, session: Any, summary: Report, call: Call, engines: Mapping[str, RunBatch]
) -> None:
    from smrt.batching.runner import run_batch

    options: BatchOptions = session.options
    done = (run_batch if options.engine is None else engines[options.engine])(session)
    summary.write(done.values)
    if done.is_interrupted:
        if done.error is not None:
            app.console.note(done.error.sentence)
        for step in done.next_steps:
            app.console.note(step)
        raise KeyboardInterrupt
    if done.error is not None:
        _add_hints(done.error, call)
        raise done.error


def _warn_unverified(app: App, call: Call) -> None:
    from smrt.protocol.urls import parse_url

    caller = open_caller(app, call)
    caller.warn_unverified(parse_url(caller.endpoint_url))


def _add_hints(error: SmrtError, call: Call) -> None:
    """Add the hints that a single call would have."""
    if isinstance(error, ServiceError | TransportError):
        from smrt.invoke.hints import FailedCall, hints

        failed = FailedCall(error, call.operation, call.parameters, 0, call.settings.region)
        error.add_hints(*hints(failed))


def _call(app: App, options: BatchCommandOptions) -> Call:
    """What all calls have in common. Raises UsageError and ConfigurationError."""
    operation = INVOKE_ENDPOINT
    if options.batch.streaming:
        operation = INVOKE_ENDPOINT_WITH_RESPONSE_STREAM
    if options.batch.is_queued:
        operation = INVOKE_ENDPOINT_ASYNC
    common = _without_body(operation, names_endpoint=options.batch.data.format == "calls")
    call = prepare(app, read_inputs(app, common, options.invoke), options.shared)
    if call.settings.validate:
        parameters.check(common, call.parameters)
    parameters.headers(common, call.parameters)
    return call._replace(operation=operation)


def _without_body(operation: Operation, *, names_endpoint: bool) -> Operation:
    """The operation without its body; with `names_endpoint`, records name their endpoint."""
    members = [member for member in operation.members if member.name != "Body"]
    if names_endpoint:
        members = [member._replace(required=False) for member in members]
    return operation._replace(name="Batch", members=tuple(members))


def _report(app: App, options: BatchCommandOptions, call: Call) -> Report:
    """Where the summary is printed."""
    return report(app, call._replace(operation=SUMMARY), options.shared)


def _observer(app: App, options: BatchCommandOptions) -> Any:
    """Reads the state of jobs, and stops them, with the settings of the command line."""
    from smrt.batching.job_state import JobObserver
    from smrt.config import configuration

    config = configuration.load(app.environ, options.shared.profile)
    return JobObserver(config, options.shared.connection)


def _options_of_job(app: App, options: BatchCommandOptions, path: str) -> BatchCommandOptions:
    """The options of the line that started the job at `path`, with those of this line.

    Raises UsageError if there is no such job.
    """
    from contextlib import closing

    from smrt.batching.shared.joined_job import starting_command
    from smrt.cli.joined_options import options_in_job

    with closing(_observer(app, options).home(path)) as home:
        started = starting_command(home.control)
    if started is None:
        hint = "name INPUT_FILE and OUTPUT_FILE to start it"
        raise UsageError(f"{path} has no job to join", hint)
    start, job = started
    words = [*start.arguments, *options.arguments]
    stored = gather(command.make_context("batch", words))
    return options_in_job(stored, options, start, job.description)


def _print_status(app: App, options: BatchCommandOptions, path: str) -> None:
    from smrt.batching.batch_report import status_values
    from smrt.config import configuration
    from smrt.protocol.messages import Settings

    config = configuration.load(app.environ, options.shared.profile)
    call = Call(SUMMARY, {}, config, Settings())
    _report(app, options, call).write(status_values(_observer(app, options).status(path)))


class BatchCommand(RowsCommand):
    """The command; it remembers its arguments for the line that resumes it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the line. Raises UsageError."""
        ctx.meta[_ARGUMENTS] = tuple(args)
        return super().parse_args(ctx, args)


_EXAMPLES = (
    (
        "Send each JSON line to a language model; run the line again to resume it",
        ("smrt batch --endpoint-name my-endpoint --resume \\\n  prompts.jsonl responses.jsonl"),
    ),
    (
        "Send rows of CSV, as many as fit in each request",
        (
            "smrt batch --endpoint-name my-endpoint --batch-strategy MultiRecord \\\n"
            "  rows.csv predictions.csv"
        ),
    ),
    (
        "Send every file of a folder",
        "smrt batch --endpoint-name my-endpoint images/ labels/",
    ),
    (
        "Read the parameters of each call from a pipe",
        (
            "jq -c '{EndpointName: .model, Body: .input}' \\\n"
            "  requests.jsonl |\n"
            "  smrt batch --format calls - results.jsonl"
        ),
    ),
)
command = BatchCommand(
    "batch",
    ROWS,
    gather,
    run,
    text="Send many records to an endpoint, and write a result for each.",
    fields=SUMMARY.fields,
    positionals=(INPUT, OUTPUT),
    read_timeout=INVOKE_READ_TIMEOUT,
    examples=_EXAMPLES,
)
