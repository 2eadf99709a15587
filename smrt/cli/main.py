"""The roof: the table of commands, and the one place where an outcome becomes an exit status."""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click

from smrt.errors import ExitCode, SmrtError, StdoutClosedError, UsageError
from smrt.invoke.option_table import GLOBALS, HELP, HELP_FLAGS, VERSION
from smrt.output.console import App, Console, standard
from smrt.protocol.operations import (
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_ASYNC,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
)

from .arguments import Split, asks_version, refuse_choice, split
from .help_option import HELP_WORD, show_help, show_manual
from .operation_command import every_name, version_line
from .prompt_mode import mode, without_flags

if TYPE_CHECKING:
    from .help.page import Page

SUMMARY = "Call Amazon SageMaker endpoints."
COMMANDS = {
    "invoke-endpoint": INVOKE_ENDPOINT.help,
    "invoke-endpoint-async": INVOKE_ENDPOINT_ASYNC.help,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM.command: INVOKE_ENDPOINT_WITH_RESPONSE_STREAM.help,
    "wait": "Wait for the result of an asynchronous invocation and fetch it from S3.",
    "local": "Serve models locally behind the SageMaker Runtime API.",
    "completion": "Print or install a shell completion script.",
}
"""The commands and what each does; the module in `commands` has the same name."""

EXAMPLES = (
    (
        "Invoke an endpoint and print the response",
        (
            "smrt invoke-endpoint --endpoint-name my-endpoint \\\n"
            "  --content-type text/csv --body fileb://input.csv"
        ),
    ),
    (
        "Run a line that was written for the AWS CLI",
        (
            "smrt sagemaker-runtime invoke-endpoint --endpoint-name my-endpoint \\\n"
            "  --content-type text/csv --body fileb://input.csv output.json"
        ),
    ),
    (
        "Try smrt without an AWS account",
        "smrt local run -- \\\n  smrt invoke-endpoint --endpoint-name echo --body aGVsbG8=",
    ),
)

HIDDEN = ("complete",)
"""Commands that programs call; no help tells of them."""

SERVICE = "sagemaker-runtime"
"""An optional word before the command, so that `aws sagemaker-runtime` can become `smrt` alone."""


class Commands(click.Group):
    """The commands, each imported when it is named; options may stand before it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click asks so
        """The names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command called `cmd_name`."""
        if cmd_name not in (*COMMANDS, *HIDDEN):
            return None
        module = import_module(f".commands.{cmd_name.replace('-', '_')}", __package__)
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def page(self, ctx: click.Context) -> "Page":
        """What there is to know of smrt, found without importing the commands."""
        from .help.page import Page

        text = (
            "Run smrt COMMAND --help for the options of a command, and smrt COMMAND help for its "
            "man page. Options can also precede the command."
        )
        usage = ("COMMAND", "[OPTION]...")
        rows = (HELP, VERSION)
        return Page(
            ctx.command_path, SUMMARY, usage, (text,), COMMANDS, rows, EXAMPLES, anywhere=GLOBALS
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Move the options before the command behind it."""
        found = split(args, every_name(), SERVICE)
        if asks_version(args):
            ctx.obj.console.show([version_line(), "\n"])
            ctx.exit()
        if found.command == HELP_WORD and found.rest:  # `help COMMAND` for `COMMAND help`
            found = Split(found.options, found.rest[0], [*found.rest[1:], HELP_WORD])
        if found.command is None:
            self._without_command(ctx, found.options)
        if found.command == HELP_WORD:
            show_manual(ctx)
        if found.command not in (*COMMANDS, *HIDDEN):
            refuse_choice("operation", str(found.command), COMMANDS)
        return super().parse_args(ctx, [found.command, *found.options, *found.rest])

    def _without_command(self, ctx: click.Context, options: Sequence[str]) -> NoReturn:
        if any(flag in options for flag in HELP_FLAGS):
            show_help(ctx)
        raise UsageError(
            "the following arguments are required: operation",
            f"choose from {', '.join(COMMANDS)}",
            "see smrt --help",
        )


commands = Commands(
    "smrt",
    help=SUMMARY,
    add_help_option=False,
    invoke_without_command=True,
)


def main(
    argv: Sequence[str] | None = None,
    *,
    console: Console | None = None,
    environ: Mapping[str, str] | None = None,
) -> int:
    """Run the command line `argv` and return the exit status; None stands for the process's own."""
    environ = os.environ if environ is None else environ
    arguments = list(sys.argv[1:] if argv is None else argv)
    console = console or standard(environ)
    app = App(console, environ, ExitStack())

    def told(error: SmrtError) -> int:
        from smrt.output.failures import tell

        from .early_options import early_options, error_format_in_force

        early = early_options(arguments)
        tell(error, app, error_format_in_force(early, environ), early.color)
        return error.exit_code

    try:
        return _run_with_prompt(arguments, app)
    except click.ClickException as exc:
        return told(UsageError(" ".join(exc.format_message().split())))
    except StdoutClosedError as exc:
        return exc.exit_code
    except SmrtError as exc:
        return told(exc)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception as exc:  # noqa: BLE001 - the last resort: a defect is one line too
        return told(_defect(exc, app, arguments))


def _run_with_prompt(arguments: list[str], app: App) -> int:
    """Run a line, after it has been asked for, or again when it was wrong, if that is wished."""
    wished = mode(arguments, app.environ)
    arguments = without_flags(arguments)
    if wished == "on":
        return _run(_asked(arguments, app), app)
    try:
        return _run(arguments, app)
    except (UsageError, click.ClickException) as exc:
        if wished == "off" or not app.console.can_prompt:
            raise
        complaint = exc.message
    return _run(_asked(arguments, app, complaint), app)


def _asked(arguments: list[str], app: App, complaint: str = "") -> list[str]:
    from .prompt.session import ask_command_line

    return ask_command_line(
        click.Context(commands, info_name="smrt", obj=app), arguments, complaint
    )


def _run(arguments: list[str], app: App) -> int:
    try:
        with (
            app.exit_stack,
            commands.make_context("smrt", arguments, obj=app) as ctx,
        ):
            return commands.invoke(ctx) or ExitCode.OK
    except click.exceptions.Exit as exc:
        return exc.exit_code


def _defect(exc: Exception, app: App, arguments: Sequence[str]) -> SmrtError:
    """What nobody foresaw, as a failure; --debug tells where it arose."""
    from smrt.protocol.redaction import without_secrets

    from .early_options import early_options

    if early_options(arguments).debug:
        from traceback import format_exc

        app.console.print_stderr(without_secrets(format_exc(), app.environ))
    return SmrtError(
        without_secrets(f"{type(exc).__name__}: {exc}", app.environ),
        "this is a bug in smrt; add --debug to see the traceback",
    )
