"""What is said of a reply: its metadata, selected, rendered and written."""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, NamedTuple

from smrt.config import configuration
from smrt.errors import UsageError
from smrt.output import outfile
from smrt.output.console import DEFAULT_WIDTH, App, Console, uses_color
from smrt.output.formats import FORMATS, Look, render

from .invocation import Call
from .option_table import METADATA
from .options import GlobalOptions

STDERR = "-"
OFF = "off"
Render = Callable[[Mapping[str, Any]], Iterable[str]]


class Destination(Enum):
    """Where metadata is shown."""

    NOWHERE = "nowhere"
    STDOUT = "standard output"
    STDERR = "standard error"
    FILE = "a file"


class Report(NamedTuple):
    """Where metadata goes, and as what text; settled before the request is sent.

    `pager` is a command, empty for none.
    """

    app: App
    render: Render
    place: Destination
    plan: outfile.Plan | None
    pager: str

    def tell(self, metadata: Mapping[str, Any]) -> None:
        """Write the metadata of a reply."""
        if self.place is Destination.NOWHERE:
            return
        pieces, console = list(self.render(metadata)), self.app.console
        if self.plan is not None:
            with outfile.writing(self.plan) as file:
                file.write(console.encoded(pieces, terminal=self.plan.is_terminal))
        elif self.place is Destination.STDERR:
            console.print_stderr(*pieces)
        elif self.pager and any(pieces) and console.is_terminal:
            from smrt.output.pager import show_paged

            show_paged(pieces, self.pager, console, self.app.environ)
        else:
            console.show(pieces)


def report(
    app: App,
    call: Call,
    options: GlobalOptions,
    *,
    stdout_is_free: bool = True,
    answer: outfile.Plan | None = None,
    is_requested: bool = False,
) -> Report:
    """How the metadata will be told; UsageError for a query, format or file that cannot be.

    `stdout_is_free`: the response's body goes elsewhere, to the file of the plan `answer`.
    `is_requested`: there is an option of the command that is in vain without the metadata.
    """
    place = _place(options.metadata, stdout_is_free=stdout_is_free)
    plan = _plan(options.metadata, answer)
    terminal = _terminal(app.console, place, plan)
    rendering = _rendering(app, call, options, place, terminal=terminal)
    if place is Destination.NOWHERE and (is_requested or _shapes_metadata(options)):
        app.console.note(
            "the metadata is not printed, as the response body goes to standard output: "
            "specify an outfile, or --metadata FILE (- for standard error)"
        )
    pager = configuration.pager(call.config) if options.use_pager else ""
    return Report(app, rendering, place, plan, pager)


def _place(asked: str | None, *, stdout_is_free: bool) -> Destination:
    if asked is not None:
        return Destination.STDERR if asked == STDERR else Destination.FILE
    return Destination.STDOUT if stdout_is_free else Destination.NOWHERE


def _shapes_metadata(options: GlobalOptions) -> bool:
    """Whether an option would be in vain without the metadata."""
    selects = options.query is not None or options.select is not None
    return selects or options.output not in (None, OFF)


def _plan(path: str | None, answer: outfile.Plan | None) -> outfile.Plan | None:
    """The file for the metadata, apart from that of the response's body."""
    if path is None or path == STDERR:
        return None
    plan = outfile.plan(path, METADATA.flag)
    if (
        answer is not None
        and plan.mode is not outfile.WriteMode.DIRECT
        and outfile.is_same(plan, answer)
    ):
        raise UsageError(f"{METADATA.flag} and the outfile are the same file: {path}")
    return plan


def _terminal(console: Console, place: Destination, plan: outfile.Plan | None) -> bool:
    """Whether the metadata goes to a terminal."""
    if plan is not None:
        return plan.is_terminal
    return console.stderr_is_terminal if place is Destination.STDERR else console.is_terminal


def _rendering(
    app: App, call: Call, options: GlobalOptions, place: Destination, *, terminal: bool
) -> Render:
    name = configuration.output_format(call.config, options.output)
    if name not in FORMATS:
        raise UsageError(f"Unknown output type: {name}", f"choose from {', '.join(FORMATS)}")
    look = _look(app, call, options.color, name, place)._replace(terminal=terminal)
    if name != "table" and not terminal:
        look = look._replace(color=False)  # AWS CLI colors tables only: programs read the rest
    if options.select is not None:
        if options.query is not None:
            raise UsageError("--select and --query cannot be used together")
        return _selected(call, options.select, name, look)
    if name == OFF:
        return lambda metadata: ()  # noqa: ARG005 - the signature of a rendering
    if options.query is None:
        return lambda metadata: render(metadata, name, look)
    from smrt.output import query

    run = query.compile(options.query)
    return lambda metadata: render(run(metadata), name, look)


def _selected(call: Call, field: str, name: str, look: Look) -> Render:
    """A value alone, raw; what is no text is rendered as anything else is."""
    from smrt.output import query

    select = query.select(field, call.operation)

    def rendered(metadata: Mapping[str, Any]) -> Iterable[str]:
        value = select(metadata, call.parameters)
        if value is None or name == OFF:
            return ()
        return (f"{value}\n",) if isinstance(value, str | int) else render(value, name, look)

    return rendered


def _look(app: App, call: Call, option: str | None, name: str, place: Destination) -> Look:
    """`on` colors what can be; `auto`, the default, does as AWS: tables on a terminal."""
    colored = option == "on"
    if name == "table" and place is Destination.STDOUT:
        colored = uses_color(app.console, option, app.environ)
    width = DEFAULT_WIDTH if place in (Destination.FILE, Destination.NOWHERE) else app.console.width
    return Look(call.operation.name, width, colored)
