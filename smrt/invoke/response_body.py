"""How the body of a response is formatted: --pretty and --body-query."""

from collections.abc import Iterable

from smrt.config import configuration
from smrt.config.configuration import Config
from smrt.output import query
from smrt.output.body import BodyFormat, is_on_terminal, save_body
from smrt.output.body_query import filtered
from smrt.output.console import DEFAULT_WIDTH, App, uses_color
from smrt.output.formats import Style, formatted
from smrt.output.outfile import Plan
from smrt.output.pretty import json_format, pretty

from .option_table import BODY_QUERY
from .options import GlobalOptions

JSON = "json"
OFF = "off"


def format_of(
    app: App, config: Config, title: str, options: GlobalOptions, plan: Plan | None
) -> BodyFormat:
    """The format that the options select, for the file of `plan` or standard output.

    `title` is that of a table. Raises UsageError for an invalid expression.
    """
    terminal = is_on_terminal(app.console, plan)
    color = terminal and uses_color(app.console, options.color, app.environ)
    format_json = json_format(app.console, color=color, terminal=terminal)
    is_pretty = options.pretty == "on" or (terminal and options.pretty != "off")

    def readable(chunks: Iterable[bytes]) -> Iterable[bytes]:
        return pretty(chunks, format_json, terminal=terminal) if is_pretty else chunks

    if options.body_query is None:
        return lambda chunks, request_id: readable(chunks)  # noqa: ARG005 - a BodyFormat
    run = query.compile(options.body_query, flag=BODY_QUERY.flag)
    name = _format_name(config, options)
    has_width = terminal and plan is None
    style = Style(
        title,
        app.console.width if has_width else DEFAULT_WIDTH,
        color and name != JSON,
        terminal,
    )

    def queried(chunks: Iterable[bytes], request_id: str | None) -> Iterable[bytes]:
        value = filtered(chunks, run, lambda body: save_body(body, request_id))
        is_text = isinstance(value, str)
        text = (f"{value}\n",) if is_text else formatted(value, name, style)
        output = (app.console.encoded(text, terminal=terminal),)
        return output if is_text or name != JSON else readable(output)

    return queried


def _format_name(config: Config, options: GlobalOptions) -> str:
    """The output format, which has been validated; `off` is that of the metadata."""
    name = configuration.output_format(config, options.output)
    return JSON if name == OFF else name
