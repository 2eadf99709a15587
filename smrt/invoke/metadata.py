"""What is said of a reply: its metadata, selected, rendered and written."""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, NamedTuple

from smrt.config import configuration
from smrt.errors import UsageError
from smrt.output import outfile
from smrt.output.console import DEFAULT_WIDTH, App, Console, colours
from smrt.output.formats import FORMATS, Look, render

from .invocation import Call
from .option_table import METADATA

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
            console.say(*pieces)
        elif self.pager and any(pieces) and console.is_terminal:
            from smrt.output.pager import show_paged

            show_paged(pieces, self.pager, console, self.app.environ)
        else:
            console.show(pieces)


def report(
    app: App,
    call: Call,
    given: Mapping[str, Any],
    *,
    stdout_is_free: bool = True,
    answer: outfile.Plan | None = None,
) -> Report:
    """How the metadata will be told; UsageError for a query, format or file that cannot be.

    `stdout_is_free`: the answer's body goes elsewhere, to the file of the plan `answer`.
    """
    place = _place(given.get("metadata"), stdout_is_free=stdout_is_free)
    plan = _apart(given["metadata"], answer) if place is Destination.FILE else None
    rendering = _rendering(app, call, given, place, terminal=_terminal(app.console, place, plan))
    if place is Destination.NOWHERE and _is_asked_for(given):
        app.console.note(
            "the metadata is not shown, as standard output has the answer: "
            "name an outfile, or --metadata FILE (- for standard error)"
        )
    pager = "" if given["no_cli_pager"] else configuration.pager(call.config)
    return Report(app, rendering, place, plan, pager)


def _place(asked: str | None, *, stdout_is_free: bool) -> Destination:
    if asked is not None:
        return Destination.STDERR if asked == STDERR else Destination.FILE
    return Destination.STDOUT if stdout_is_free else Destination.NOWHERE


def _is_asked_for(given: Mapping[str, Any]) -> bool:
    """Whether an option that shapes the metadata would be in vain."""
    shaped = given["query"] is not None or given["select"] is not None or given.get("timings")
    return not given.get("dry_run") and (shaped or given["output"] not in (None, OFF))


def _apart(path: str, answer: outfile.Plan | None) -> outfile.Plan:
    plan = outfile.plan(path, METADATA.flag)
    if answer is not None and plan.way is not outfile.Way.THROUGH and outfile.is_same(plan, answer):
        raise UsageError(f"{METADATA.flag} and the outfile are the same file: {path}")
    return plan


def _terminal(console: Console, place: Destination, plan: outfile.Plan | None) -> bool:
    """Whether the metadata goes to a terminal."""
    if plan is not None:
        return plan.is_terminal
    return console.complains_to_terminal if place is Destination.STDERR else console.is_terminal


def _rendering(
    app: App, call: Call, given: Mapping[str, Any], place: Destination, *, terminal: bool
) -> Render:
    name = configuration.output_format(call.config, given["output"])
    if name not in FORMATS:
        raise UsageError(f"Unknown output type: {name}", f"choose from {', '.join(FORMATS)}")
    look = _look(app, call, given["color"], name, place)._replace(terminal=terminal)
    if given["select"] is not None:
        return _selected(call, given, name, look)
    if name == OFF:
        return lambda metadata: ()  # noqa: ARG005 - the signature of a rendering
    if given["query"] is None:
        return lambda metadata: render(metadata, name, look)
    from smrt.output import query

    run = query.compile(given["query"])
    return lambda metadata: render(run(metadata), name, look)


def _selected(call: Call, given: Mapping[str, Any], name: str, look: Look) -> Render:
    """A value alone, raw; what is no text is rendered as anything else is."""
    if given["query"] is not None:
        raise UsageError("--select and --query exclude each other")
    from smrt.output import query

    select = query.select(given["select"], call.operation)

    def rendered(metadata: Mapping[str, Any]) -> Iterable[str]:
        value = select(metadata, call.parameters)
        if value is None or name == OFF:
            return ()
        return (f"{value}\n",) if isinstance(value, str | int) else render(value, name, look)

    return rendered


def _look(app: App, call: Call, option: str | None, name: str, place: Destination) -> Look:
    """`on` colours what can be; `auto`, the default, does as AWS: tables on a terminal."""
    coloured = option == "on"
    if name == "table" and place is Destination.STDOUT:
        coloured = colours(app.console, option, app.environ)
    width = DEFAULT_WIDTH if place in (Destination.FILE, Destination.NOWHERE) else app.console.width
    return Look(call.operation.name, width, coloured)
