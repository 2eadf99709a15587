"""What is said of a reply: its metadata, selected, rendered and written."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from . import config, outfile
from .config import Config
from .console import Console
from .errors import UsageError
from .formats import FORMATS, Look, render
from .operations import Operation
from .options import App

STDERR = "-"


class Report(NamedTuple):
    """Where metadata goes, and in which form; settled before the request is sent."""

    console: Console
    select: Callable[[Any], Any]
    format: str
    look: Look
    place: str | None
    plan: outfile.Plan | None = None

    def tell(self, metadata: Mapping[str, Any]) -> None:
        """Write the metadata of a reply."""
        if self.place is None:
            return
        text = "".join(render(self.select(metadata), self.format, self.look))
        if self.plan is not None:
            with outfile.writing(self.plan) as file:
                file.write(text.encode())
        elif self.place == STDERR:
            self.console.note(text)
        else:
            self.console.show([text])


STDOUT = "stdout"


def report(
    app: App,
    operation: Operation,
    given: Mapping[str, Any],
    found: Config,
    *,
    stdout_is_free: bool,
) -> Report:
    """How the metadata will be told; UsageError for a query, format or file that cannot be.

    `stdout_is_free`: the answer's body goes elsewhere.
    """
    name = config.output(found, given["output"])
    if name not in FORMATS:
        raise UsageError(f"Unknown output type: {name}", f"choose from {', '.join(FORMATS)}")
    select = _selection(given["query"], runs=name != "off")
    place = given.get("metadata") or (STDOUT if stdout_is_free else None)
    if place is None and (given["query"] is not None or given["output"] is not None):
        app.console.note(
            "smrt: the metadata is not shown: the answer has standard output; "
            "name an outfile, or --metadata FILE (- for standard error)"
        )
    plan = outfile.plan(place) if place not in (None, STDERR, STDOUT) else None
    look = Look(title=operation.name, width=app.console.width)
    return Report(app.console, select, name, look, place, plan)


def _selection(expression: str | None, *, runs: bool) -> Callable[[Any], Any]:
    if expression is None:
        return lambda value: value
    from . import query

    return query.compile(expression, run=runs)
