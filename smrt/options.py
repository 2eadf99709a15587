"""Rows of operations and of global options as click options; a command made of them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from . import __version__
from .arguments import Names, arrange, refuse_unknown
from .console import Console
from .errors import UsageError
from .manual import HELP, HELP_FLAGS, HELP_WORD, show_help, show_manual
from .operations import OPERATIONS, Member, Operation
from .row import Row as Row  # noqa: PLC0414 - commands take it from here

if TYPE_CHECKING:
    from .page import Example, Page

OUTPUTS = ("json", "text", "table", "yaml", "yaml-stream", "off")


class App(NamedTuple):
    """What a command is given of the world; what it opens is `held`, and closed when it ends."""

    console: Console
    environ: Mapping[str, str]
    held: ExitStack


SKELETON = "--generate-cli-skeleton"
GLOBALS = (
    Row("--output", "output", "How metadata is printed.", "output", "FORMAT", OUTPUTS, "json"),
    Row("--query", "query", "What of the metadata is printed.", "output", "JMESPATH"),
    Row(
        "--select",
        "select",
        "Print one member's value alone; ^Name is a parameter of the call, * is everything.",
        "output",
        "NAME",
    ),
    Row("--color", "color", "Colours.", "output", "WHEN", ("on", "off", "auto"), "auto"),
    Row("--no-cli-pager", "no_cli_pager", "Page nothing.", "output"),
    Row(
        "--cli-error-format",
        "cli_error_format",
        "How failures are told.",
        "output",
        "FORMAT",
        ("legacy", "json", "yaml", "text", "table", "enhanced"),
        "enhanced",
    ),
    Row(
        "--profile",
        "profile",
        "The profile to take settings and keys from.",
        "connection",
        "PROFILE",
        default="default",
    ),
    Row("--region", "region", "The region to call.", "connection", "REGION"),
    Row("--endpoint-url", "endpoint_url", "Call this address instead.", "connection", "URL"),
    Row("--no-sign-request", "no_sign_request", "Send no signature.", "connection"),
    Row("--no-verify-ssl", "no_verify_ssl", "Trust any certificate.", "connection"),
    Row("--ca-bundle", "ca_bundle", "Trust the certificates in this file.", "connection", "FILE"),
    Row(
        "--cli-connect-timeout",
        "cli_connect_timeout",
        "Seconds to wait for a connection; 0 for ever.",
        "connection",
        "SECONDS",
        default="60",
    ),
    Row(
        "--cli-read-timeout",
        "cli_read_timeout",
        "Seconds to wait for an answer; 0 for ever.",
        "connection",
        "SECONDS",
        default="60",
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
        "FORMAT",
        ("base64", "raw-in-base64-out"),
        "base64",
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
        "Print a template of the input, or a sample of the output; send nothing.",
        "request",
        "[KIND]",
        ("input", "yaml-input", "output"),
        "input",
    ),
    Row("--dry-run", "dry_run", "Print the request, and send nothing.", "request"),
    Row("--debug", "debug", "Say what happens, on standard error.", "other"),
    Row("--no-paginate", "no_paginate", "Accepted; nothing here has pages.", "other"),
    Row(
        "--cli-auto-prompt", "cli_auto_prompt", "Ask for what is missing, on the terminal.", "other"
    ),
    Row("--no-cli-auto-prompt", "no_cli_auto_prompt", "Do not ask.", "other"),
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
    "Put the body into S3, below s3://BUCKET/PREFIX, and send its address.",
    "request",
    "S3_URI",
)
_OF_MODELS = ("retry_timeouts", "wait_ready")
SHARED = tuple(row for row in GLOBALS if row.group != "request" and row.dest not in _OF_MODELS)
"""The global options of a command that calls no model."""

STREAM = (
    METADATA,
    Row(
        "--stream",
        "stream",
        "How the answer is written: as it comes, by lines, the data of server-sent events, or "
        "JSON values, one per line; each when it is whole.",
        "output",
        "WAY",
        ("raw", "lines", "sse", "json"),
        "raw",
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

VERSION = Row("--version", "version", "Print the version, of Python too.", "other")
EAGER = (VERSION.flag, *HELP_FLAGS)

OUTFILE = Row(
    "",
    "outfile",
    "Where the answer goes; - or nothing is standard output. A file appears whole or not at all.",
    "output",
    "[OUTFILE]",
)

METAVARS = {
    "EndpointName": "ENDPOINT",
    "Body": "INPUT",
    "ContentType": "TYPE",
    "Accept": "TYPE",
    "TargetModel": "ARCHIVE",
    "TargetVariant": "VARIANT",
    "TargetContainerHostname": "HOST",
    "InferenceId": "ID",
    "EnableExplanations": "JMESPATH",
    "InferenceComponentName": "COMPONENT",
    "SessionId": "ID",
    "PrefixAwareId": "ID",
    "InputLocation": "S3_URI",
    "S3OutputPathExtension": "S3_PATH",
    "Filename": "NAME",
    "RequestTTLSeconds": "SECONDS",
    "InvocationTimeoutSeconds": "SECONDS",
}
"""What the value of each member is called in help."""


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
        example: "Example | None" = None,
    ) -> None:
        self._outfile_with = outfile_with
        self._told_rows = (*map(_member_row, members), OUTFILE, *rows, HELP, VERSION)
        self._example = example
        self._fields: Mapping[str, str] = {}
        self._defaults: Mapping[str, str] = {}
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
        if any(flag in found.options for flag in HELP_FLAGS):
            show_help(ctx)
        most_words = int(self._outfile_with is None or self._outfile_with in found.options)
        words = self._without_help(ctx, found.options, found.words, most_words)
        known = (*self.names.valued, *self.names.flags)
        refuse_unknown([*found.unknown, *words[most_words:]], known)
        return super().parse_args(ctx, [*found.options, "--", *words])

    def _without_help(
        self, ctx: click.Context, options: Sequence[str], words: list[str], most_words: int
    ) -> list[str]:
        """The words, unless `help` is one by AWS CLI's rule: alone, or behind all that is required.

        Anywhere else it is an OUTFILE.
        """
        given = {option.partition("=")[0] for option in options}
        alone = words == [HELP_WORD] and not given.difference(row.flag for row in GLOBALS)
        behind = words[most_words:] == [HELP_WORD]
        required = {row.flag for row in self._told_rows if row.group == "required"}
        if alone or (behind and required <= given):
            show_manual(ctx)
        return words[:-1] if behind else words

    def page(self, ctx: click.Context) -> "Page":
        """What there is to know of this command."""
        from .page import Page

        assert self.help is not None
        rows = tuple(
            row._replace(default=self._defaults.get(row.flag, row.default))
            for row in self._told_rows
        )
        needed = (row.label for row in rows if row.group == "required")
        return Page(
            ctx.command_path,
            self.help,
            (*needed, "[OPTION]...", OUTFILE.label),
            rows=rows,
            examples=() if self._example is None else (self._example,),
            fields=self._fields,
        )


class OperationCommand(RowsCommand):
    """A command for an operation, with all global options."""

    def __init__(
        self,
        operation: Operation,
        rows: Sequence[Row],
        run: Callable[..., Any],
        *,
        outfile_with: str | None = None,
        read_timeout: float | None = None,
        example: "Example | None" = None,
    ) -> None:
        super().__init__(
            operation.command,
            (*rows, *GLOBALS),
            run,
            text=operation.help,
            members=operation.members,
            outfile_with=outfile_with,
            example=example,
        )
        self._fields = {field.name: field.help for field in operation.fields}
        if read_timeout is not None:
            self._defaults = {"--cli-read-timeout": f"{read_timeout:g}"}


def _member_row(member: Member) -> Row:
    group = "required" if member.required else "request"
    metavar = METAVARS.get(member.name, "TEXT")
    return Row(member.flag, member.name, member.help, group, metavar)


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
