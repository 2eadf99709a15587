"""What is said of a reply: its metadata, selected, rendered and written."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from . import config, outfile
from .errors import UsageError
from .formats import FORMATS, Look, render
from .invocation import Call
from .options import App

STDERR = "-"
_ABOUT_METADATA = ("query", "output", "select", "timings")
STDOUT = "stdout"
Render = Callable[[Mapping[str, Any]], str]


class Report(NamedTuple):
    """Where metadata goes, and as what text; settled before the request is sent.

    `pager` is a command, empty for none.
    """

    app: App
    render: Render
    place: str | None
    plan: outfile.Plan | None
    pager: str

    def tell(self, metadata: Mapping[str, Any]) -> None:
        """Write the metadata of a reply."""
        if self.place is None:
            return
        text, console = self.render(metadata), self.app.console
        if self.plan is not None:
            with outfile.writing(self.plan) as file:
                file.write(text.encode())
        elif self.place == STDERR:
            console.say(text)
        elif self.pager and text and console.is_terminal:
            from .pager import page

            page(text, self.pager, console, self.app.environ)
        else:
            console.show([text])


def report(
    app: App,
    call: Call,
    given: Mapping[str, Any],
    *,
    stdout_is_free: bool = True,
) -> Report:
    """How the metadata will be told; UsageError for a query, format or file that cannot be.

    `stdout_is_free`: the answer's body goes elsewhere.
    """
    rendering = _rendering(app, call, given)
    place = given.get("metadata") or (STDOUT if stdout_is_free else None)
    if place is None and any(map(given.get, _ABOUT_METADATA)):
        app.console.note(
            "the metadata is not shown, as standard output has the answer: "
            "name an outfile, or --metadata FILE (- for standard error)"
        )
    plan = outfile.plan(place) if place not in (None, STDERR, STDOUT) else None
    pager = "" if given["no_cli_pager"] else config.pager(call.config)
    return Report(app, rendering, place, plan, pager)


def _rendering(app: App, call: Call, given: Mapping[str, Any]) -> Render:
    name = config.output(call.config, given["output"])
    if name not in FORMATS:
        raise UsageError(f"Unknown output type: {name}", f"choose from {', '.join(FORMATS)}")
    look = Look(call.operation.name, app.console.width, _is_coloured(app, given["color"], name))
    if given["select"] is not None:
        return _selected(call, given, name, look)
    if given["query"] is None:
        return lambda metadata: "".join(render(metadata, name, look))
    from . import query

    run = query.compile(given["query"], run=name != "off")
    return lambda metadata: "".join(render(run(metadata), name, look))


def _selected(call: Call, given: Mapping[str, Any], name: str, look: Look) -> Render:
    """A value alone, raw; what is no text is rendered as anything else is."""
    if given["query"] is not None:
        raise UsageError("--select and --query exclude each other")
    from . import query

    select = query.select(given["select"], call.operation)

    def rendered(metadata: Mapping[str, Any]) -> str:
        value = select(metadata, call.parameters)
        if value is None or name == "off":
            return ""
        return f"{value}\n" if isinstance(value, str | int) else "".join(render(value, name, look))

    return rendered


def _is_coloured(app: App, option: str | None, name: str) -> bool:
    """`on` colours what can be; `auto`, the default, does as AWS: tables on a terminal."""
    if option in ("on", "off"):
        return option == "on"
    return name == "table" and app.console.is_terminal and not app.environ.get("NO_COLOR")
