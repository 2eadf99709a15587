"""Rows of operations and of global options as click options; a command made of them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

import click

from . import __version__
from .arguments import Names, arrange, refuse_unknown
from .console import Console
from .errors import UsageError
from .operations import OPERATIONS, Member, Operation

OUTPUTS = ("json", "text", "table", "yaml", "yaml-stream", "off")


class App(NamedTuple):
    """What a command is given of the world; what it opens is `held`, and closed when it ends."""

    console: Console
    environ: Mapping[str, str]
    held: ExitStack


class Row(NamedTuple):
    """An option that is no member of an operation: a flag where it has neither metavar nor choices.

    `group` is its place in the help.
    """

    flag: str
    dest: str
    help: str
    group: str
    metavar: str = ""
    choices: tuple[str, ...] = ()

    @property
    def takes_value(self) -> bool:
        """Whether it is more than a flag."""
        return bool(self.metavar or self.choices)


SKELETON = "--generate-cli-skeleton"
GLOBALS = (
    Row("--output", "output", "How metadata is printed.", "output", choices=OUTPUTS),
    Row("--query", "query", "What of the metadata is printed.", "output", "JMESPATH"),
    Row(
        "--select",
        "select",
        "Print one member's value alone; ^Name is a parameter of the call, * is everything.",
        "output",
        "NAME",
    ),
    Row("--color", "color", "Colours.", "output", choices=("on", "off", "auto")),
    Row("--no-cli-pager", "no_cli_pager", "Page nothing.", "output"),
    Row(
        "--cli-error-format",
        "cli_error_format",
        "How failures are told.",
        "output",
        choices=("legacy", "json", "yaml", "text", "table", "enhanced"),
    ),
    Row(
        "--profile", "profile", "The profile to take settings and keys from.", "connection", "NAME"
    ),
    Row("--region", "region", "The region to call.", "connection", "REGION"),
    Row("--endpoint-url", "endpoint_url", "Call this address instead.", "connection", "URL"),
    Row("--no-sign-request", "no_sign_request", "Send no signature.", "connection"),
    Row("--no-verify-ssl", "no_verify_ssl", "Trust any certificate.", "connection"),
    Row("--ca-bundle", "ca_bundle", "Trust the certificates in this file.", "connection", "FILE"),
    Row(
        "--cli-connect-timeout",
        "cli_connect_timeout",
        "Seconds to wait for a connection; 60 by default, 0 for ever.",
        "connection",
        "SECONDS",
    ),
    Row(
        "--cli-read-timeout",
        "cli_read_timeout",
        "Seconds to wait for an answer; 0 for ever.",
        "connection",
        "SECONDS",
    ),
    Row(
        "--retry-timeouts",
        "retry_timeouts",
        "Send the request again when no answer came in time, though the model may be at work.",
        "connection",
    ),
    Row(
        "--wait-ready",
        "wait_ready",
        "Seconds to keep trying while the model is loading or scaling from zero.",
        "connection",
        "SECONDS",
    ),
    Row(
        "--cli-binary-format",
        "cli_binary_format",
        "How --body is written.",
        "request",
        choices=("base64", "raw-in-base64-out"),
    ),
    Row(
        "--cli-input-json",
        "cli_input_json",
        "Take parameters from this JSON object, file://PATH or - (standard input).",
        "request",
        "JSON",
    ),
    Row(
        "--cli-input-yaml",
        "cli_input_yaml",
        "Take parameters from this YAML mapping, file://PATH or - (standard input).",
        "request",
        "YAML",
    ),
    Row(
        SKELETON,
        "generate_cli_skeleton",
        "Print a template of the input (the default), or a sample of the output; send nothing.",
        "request",
        choices=("input", "yaml-input", "output"),
    ),
    Row("--dry-run", "dry_run", "Print the request, and send nothing.", "request"),
    Row("--debug", "debug", "Say what happens, on standard error.", "other"),
    Row("--no-paginate", "no_paginate", "Accepted; nothing here has pages.", "other"),
    Row("--no-cli-auto-prompt", "no_cli_auto_prompt", "Do not prompt.", "other"),
)

METADATA = Row(
    "--metadata",
    "metadata",
    "Write the metadata to FILE; - is standard error.",
    "output",
    "FILE",
)
WAIT = Row("--wait", "wait", "Wait for the answer, and fetch it.", "request")
WAIT_TIMEOUT = Row(
    "--wait-timeout",
    "wait_timeout",
    "Seconds to wait for the answer; 0 looks once. By default as long as one can come.",
    "request",
    "SECONDS",
)
STAGE = Row(
    "--stage",
    "stage",
    "Put the body into S3, as PREFIX/INFERENCE_ID, and send its address.",
    "request",
    "s3://BUCKET/PREFIX",
)
_OF_MODELS = ("retry_timeouts", "wait_ready")
SHARED = tuple(row for row in GLOBALS if row.group != "request" and row.dest not in _OF_MODELS)
"""The global options of a command that calls no model."""

STREAM = (
    METADATA,
    Row(
        "--stream",
        "stream",
        "How the answer is written: as it comes (raw, the default), by lines, the data of "
        "server-sent events, or JSON values, one per line; each when it is whole.",
        "output",
        choices=("raw", "lines", "sse", "json"),
    ),
    Row(
        "--text",
        "text",
        "Write the text that this expression finds in each event, and nothing between.",
        "output",
        "JMESPATH",
    ),
    Row(
        "--chat",
        "chat",
        "Write the text in the events of OpenAI-style chat or completions, or of TGI.",
        "output",
    ),
    Row(
        "--timings",
        "timings",
        "Add the time to the first byte, bytes, parts and events per second to the metadata.",
        "output",
    ),
)

EAGER = ("--version", "--help", "-h")


class _Choice(click.Choice[str]):
    """One of several words; another is refused as AWS refuses it, with the nearest or all."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """`value`, if it is one of the words."""
        if value not in self.choices:
            from difflib import get_close_matches

            near = get_close_matches(value, self.choices, 1)
            raise UsageError(
                f"argument {param.opts[0] if param else ''}: Found invalid choice '{value}'",
                f"did you mean {near[0]}?" if near else f"choose from {', '.join(self.choices)}",
            )
        return super().convert(value, param, ctx)


class RowsCommand(click.Command):
    """A command made of rows: its words are put in order before click parses them.

    It takes an OUTFILE; where `outfile_with` names a flag, only beside that.
    """

    def __init__(
        self,
        name: str,
        rows: Sequence[Row],
        run: Callable[..., Any],
        *,
        text: str,
        members: Sequence[Member] = (),
        outfile_with: str | None = None,
    ) -> None:
        self._outfile_with = outfile_with
        self.names = Names(
            valued=[member.flag for member in members]
            + [row.flag for row in rows if row.takes_value and row.flag != SKELETON],
            flags=[row.flag for row in rows if not row.takes_value] + list(EAGER),
            optional={row.flag: "input" for row in rows if row.flag == SKELETON},
        )
        super().__init__(
            name,
            callback=run,
            params=[
                *(click.Option([m.flag, m.name], help=m.help) for m in members),
                *map(_option, rows),
                click.Argument(["outfile"], required=False),
            ],
            help=text,
            add_help_option=False,
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse `args` after arranging them; UsageError names every word that is unknown."""
        found = arrange(args, self.names)
        if "--help" in found.options or "-h" in found.options:
            ctx.obj.console.show([ctx.get_help(), "\n"])
            ctx.exit()
        known = (*self.names.valued, *self.names.flags)
        most_words = int(self._outfile_with is None or self._outfile_with in found.options)
        refuse_unknown([*found.unknown, *found.words[most_words:]], known)
        return super().parse_args(ctx, [*found.options, "--", *found.words])


class OperationCommand(RowsCommand):
    """A command for an operation, with all global options."""

    def __init__(
        self,
        operation: Operation,
        rows: Sequence[Row],
        run: Callable[..., Any],
        *,
        outfile_with: str | None = None,
    ) -> None:
        super().__init__(
            operation.command,
            (*rows, *GLOBALS),
            run,
            text=operation.help,
            members=operation.members,
            outfile_with=outfile_with,
        )


def version_line() -> str:
    """What --version prints: this program, Python and the platform."""
    import platform

    python, system = platform.python_version(), platform.system()
    return f"smrt/{__version__} Python/{python} {system}/{platform.release()}"


def every_name() -> Names:
    """The options that may stand before the command: all global ones, and all members'."""
    flags = {member.flag for operation in OPERATIONS for member in operation.members}
    rows = (*GLOBALS, *STREAM, WAIT, WAIT_TIMEOUT, STAGE)
    valued = flags.union(row.flag for row in rows if row.takes_value)
    return Names(valued, [row.flag for row in rows if not row.takes_value] + list(EAGER))


def _option(row: Row) -> click.Option:
    if not row.takes_value:
        return click.Option([row.flag, row.dest], is_flag=True, help=row.help)
    kind = _Choice(row.choices) if row.choices else None
    return click.Option([row.flag, row.dest], type=kind, metavar=row.metavar or None, help=row.help)
