"""Writes the metadata of a response: selects, formats and prints it."""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any

from smrt.config import configuration
from smrt.errors import SmrtError, UsageError
from smrt.named_tuple import NamedTuple
from smrt.output import outfile
from smrt.output.console import DEFAULT_WIDTH, App, Console, uses_color
from smrt.output.formats import FORMATS, Style, render
from smrt.protocol.operations import INVOKE_ENDPOINT_WITH_RESPONSE_STREAM as STREAMING

from .invocation import Call
from .option_table import BODY_QUERY, METADATA
from .options import GlobalOptions

STDERR = "-"
OFF = "off"
DEFAULT_FORMAT = "json"
Render = Callable[[Mapping[str, Any]], Iterable[str]]


class Destination(Enum):
    """Where metadata is written."""

    NOWHERE = "nowhere"
    STDOUT = "standard output"
    STDERR = "standard error"
    FILE = "a file"


class Report(NamedTuple):
    """Where and how metadata is written; decided before the request is sent.

    `pager` is a command, empty for none.
    """

    app: App
    render: Render
    destination: Destination
    plan: outfile.Plan | None
    pager: str

    def write(self, metadata: Mapping[str, Any]) -> None:
        """Write the metadata of a response."""
        if self.destination is Destination.NOWHERE:
            return
        chunks, console = self._rendered(metadata), self.app.console
        if self.plan is not None:
            with outfile.writing(self.plan) as file:
                file.write(console.encoded(chunks, terminal=self.plan.is_terminal))
        elif self.destination is Destination.STDERR:
            console.print_stderr(*chunks)
        elif self.pager and any(chunks) and console.is_terminal:
            from smrt.output.pager import show_paged

            show_paged(chunks, self.pager, console, self.app.environ)
        else:
            console.show(chunks)

    def _rendered(self, metadata: Mapping[str, Any]) -> list[str]:
        try:
            return list(self.render(metadata))
        except RecursionError as exc:
            raise SmrtError("the result of the query is nested too deeply to be printed") from exc


def report(
    app: App,
    call: Call,
    options: GlobalOptions,
    *,
    stdout_is_free: bool = True,
    body_plan: outfile.Plan | None = None,
    is_requested: bool = False,
) -> Report:
    """Decide how to write the metadata; UsageError for an invalid query, format or file.

    `stdout_is_free`: the response body does not go to standard output (but to `body_plan`).
    `is_requested`: an option of the command has no effect without the metadata.
    """
    destination = _destination(options.metadata, stdout_is_free=stdout_is_free)
    plan = _plan(options.metadata, body_plan)
    terminal = _is_terminal(app.console, destination, plan)
    rendering = _rendering(app, call, options, destination, terminal=terminal)
    if destination is Destination.NOWHERE and (is_requested or _shapes_metadata(options)):
        app.console.note(
            "the metadata is not printed, as the response body goes to standard output: "
            "specify an outfile, or --metadata FILE (- for standard error)"
        )
        if options.query is not None:
            filter_ = "--text" if call.operation is STREAMING else BODY_QUERY.flag
            app.console.note(f"--query filters the metadata; for the body use {filter_}")
    pager = configuration.pager(call.config) if options.use_pager else ""
    return Report(app, rendering, destination, plan, pager)


def _destination(option: str | None, *, stdout_is_free: bool) -> Destination:
    if option is not None:
        return Destination.STDERR if option == STDERR else Destination.FILE
    return Destination.STDOUT if stdout_is_free else Destination.NOWHERE


def _shapes_metadata(options: GlobalOptions) -> bool:
    """Whether an option has no effect without the metadata."""
    selects = options.query is not None or options.select is not None
    has_format = options.output not in (None, OFF) and options.body_query is None
    return selects or has_format


def _plan(path: str | None, body_plan: outfile.Plan | None) -> outfile.Plan | None:
    """The file for the metadata; UsageError if the response body goes to the same file."""
    if path is None or path == STDERR:
        return None
    plan = outfile.plan(path, METADATA.flag)
    if (
        body_plan is not None
        and plan.mode is not outfile.WriteMode.DIRECT
        and outfile.is_same(plan, body_plan)
    ):
        raise UsageError(f"{METADATA.flag} and the outfile are the same file: {path}")
    return plan


def _is_terminal(console: Console, destination: Destination, plan: outfile.Plan | None) -> bool:
    """Whether the metadata goes to a terminal."""
    if plan is not None:
        return plan.is_terminal
    return console.stderr_is_terminal if destination is Destination.STDERR else console.is_terminal


def _rendering(
    app: App, call: Call, options: GlobalOptions, destination: Destination, *, terminal: bool
) -> Render:
    name = _format_name(call, options)
    style = _style(app, call, options.color, name, destination)._replace(terminal=terminal)
    if name != "table" and not terminal:
        style = style._replace(color=False)  # AWS CLI colors tables only: programs read the rest
    if options.select is not None:
        if options.query is not None:
            raise UsageError("--select and --query cannot be used together")
        return _selected(call, options.select, name, style)
    if name == OFF:
        return lambda metadata: ()  # noqa: ARG005 - the signature of a rendering
    if options.query is None:
        return lambda metadata: render(metadata, name, style)
    from smrt.output import query

    run = query.compile(options.query)
    return lambda metadata: render(run(metadata), name, style)


def _format_name(call: Call, options: GlobalOptions) -> str:
    """The output format; with --body-query, the body has it, and the metadata is JSON."""
    name = configuration.output_format(call.config, options.output)
    if name not in FORMATS:
        raise UsageError(f"Unknown output type: {name}", f"choose from {', '.join(FORMATS)}")
    return name if options.body_query is None or name == OFF else DEFAULT_FORMAT


def _selected(call: Call, field: str, name: str, style: Style) -> Render:
    """Print one value: strings and integers as they are, others in the format `name`."""
    from smrt.output import query

    select = query.select(field, call.operation)

    def rendered(metadata: Mapping[str, Any]) -> Iterable[str]:
        value = select(metadata, call.parameters)
        if value is None or name == OFF:
            return ()
        return (f"{value}\n",) if isinstance(value, str | int) else render(value, name, style)

    return rendered


def _style(app: App, call: Call, color: str | None, name: str, destination: Destination) -> Style:
    """`color` on applies to every format; auto, the default, to tables on a terminal, as in AWS."""
    has_color = color == "on"
    if name == "table" and destination is Destination.STDOUT:
        has_color = uses_color(app.console, color, app.environ)
    has_width = destination in (Destination.STDOUT, Destination.STDERR)
    width = app.console.width if has_width else DEFAULT_WIDTH
    return Style(call.operation.name, width, has_color)
