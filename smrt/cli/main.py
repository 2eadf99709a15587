"""The entry point: the table of commands, and the conversion of outcomes to exit statuses."""

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

from .arguments import Split, has_version_flag, split
from .help_option import (
    DIFFERENCES,
    HELP_WORD,
    short_help,
    show_differences,
    show_help,
    show_manual,
)
from .operation_command import leading_option_names, version_line
from .prompt_mode import prompt_mode, without_prompt_flags

if TYPE_CHECKING:
    from .help.page import Page

SUMMARY = "Call Amazon SageMaker endpoints."
COMMANDS = {
    "invoke-endpoint": INVOKE_ENDPOINT.help,
    "invoke-endpoint-async": INVOKE_ENDPOINT_ASYNC.help,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM.command: INVOKE_ENDPOINT_WITH_RESPONSE_STREAM.help,
    "invoke-endpoint-with-bidirectional-stream": (
        "Invoke an endpoint, and stream messages in both directions at the same time."
    ),
    "batch": "Send many records to an endpoint, and write a result for each.",
    "wait": "Wait for the result of an asynchronous invocation and fetch it from S3.",
    "bench": "Measure the latency and throughput of an endpoint under load.",
    "local": "Serve models locally behind the SageMaker Runtime API.",
    "configure": "Show the settings of smrt and their origins.",
    "completion": "Print or install a shell completion script.",
}
"""The commands and their summaries; the module in `commands` has the same name."""

EXAMPLES = (
    (
        "Invoke an endpoint and print the response",
        "smrt invoke-endpoint --endpoint-name my-endpoint --data @input.csv",
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
        "smrt local run -- \\\n  smrt invoke-endpoint --endpoint-name echo --data hello",
    ),
)

HIDDEN = ("complete", HELP_WORD)
"""Commands that the help does not list: one for programs, and that of its own options."""

SERVICE = "sagemaker-runtime"
"""An optional word before the command: in a line for the AWS CLI, replace `aws` with `smrt`."""


class Commands(click.Group):
    """The commands, each imported on demand; options can precede them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
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
        """The help page of smrt, built without importing the commands."""
        from .help.page import Page

        text = (
            "Run smrt COMMAND --help for the options of a command, and smrt COMMAND help for its "
            "man page; smrt help differences lists the differences from the AWS CLI, and smrt help "
            "--install-man installs the man pages in your home directory. Options can also "
            "precede the command."
        )
        usage = ("COMMAND", "[OPTION]...")
        rows = (HELP, VERSION)
        return Page(
            ctx.command_path, SUMMARY, usage, (text,), COMMANDS, rows, EXAMPLES, anywhere=GLOBALS
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Move the options that precede the command after it."""
        if has_version_flag(args):
            ctx.obj.console.show([version_line(), "\n"])
            ctx.exit()
        if len(args) == 1 and args[0] in HELP_FLAGS:
            show_help(ctx)
        line = split(args, leading_option_names, SERVICE)
        if line.command == HELP_WORD:
            line = _help_topic(ctx, line)
        if line.command is None:
            self._without_command(ctx, line.options, is_bare=not args)
        if line.command not in (*COMMANDS, *HIDDEN):
            from .suggestions import reject_command

            reject_command(str(line.command), line.rest, COMMANDS)
        return super().parse_args(ctx, [line.command, *line.options, *line.rest])

    def _without_command(
        self, ctx: click.Context, options: Sequence[str], *, is_bare: bool
    ) -> NoReturn:
        if any(flag in options for flag in HELP_FLAGS):
            show_help(ctx)
        error = UsageError("the following arguments are required: operation")
        if is_bare:
            error.help = short_help(ctx, is_terminal=ctx.obj.console.stderr_is_terminal)
        else:
            error.add_hints(f"choose from {', '.join(COMMANDS)}", "see smrt --help")
        raise error


def _help_topic(ctx: click.Context, line: Split) -> Split:
    """The line that `help COMMAND` stands for, `COMMAND help`; other topics are shown at once."""
    topic, *rest = line.rest or [HELP_WORD]
    if topic == HELP_WORD:
        show_manual(ctx)
    if topic == DIFFERENCES and not rest:
        show_differences(ctx)
    if topic.startswith("-"):
        return line
    return Split(line.options, topic, [*rest, HELP_WORD])


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
    """Run the command line `argv` (default: that of the process) and return the exit status."""
    environ = os.environ if environ is None else environ
    arguments = list(sys.argv[1:] if argv is None else argv)
    console = console or standard(environ)
    app = App(console, environ, ExitStack())

    def report_error(error: SmrtError) -> int:
        from smrt.output.failures import print_error

        from .early_options import early_options, effective_error_format

        early = early_options(arguments)
        print_error(error, app, effective_error_format(early, environ), early.color)
        return error.exit_code

    try:
        return _run_with_prompt(arguments, app)
    except click.ClickException as exc:
        return report_error(UsageError(" ".join(exc.format_message().split())))
    except StdoutClosedError as exc:
        return exc.exit_code
    except SmrtError as exc:
        return report_error(exc)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception as exc:  # noqa: BLE001 - the last resort: a bug is reported in one line too
        return report_error(_unexpected_error(exc, app, arguments))


def _run_with_prompt(arguments: list[str], app: App) -> int:
    """Run a line; with auto-prompt, prompt for it first, or again after a usage error."""
    requested = prompt_mode(arguments, app.environ)
    arguments = without_prompt_flags(arguments)
    if requested == "on":
        return run_line(_prompted(arguments, app), app)
    try:
        return run_line(arguments, app)
    except (UsageError, click.ClickException) as exc:
        if requested == "off" or not app.console.can_prompt:
            raise
        message = exc.message
    return run_line(_prompted(arguments, app, message), app)


def _prompted(arguments: list[str], app: App, error_message: str = "") -> list[str]:
    from .prompt.session import prompt_command_line

    return prompt_command_line(
        click.Context(commands, info_name="smrt", obj=app), arguments, error_message
    )


def run_line(arguments: list[str], app: App) -> int:
    """Run a command line. Raises the error of a run that failed."""
    try:
        with (
            app.exit_stack,
            commands.make_context("smrt", arguments, obj=app) as ctx,
        ):
            return commands.invoke(ctx) or ExitCode.OK
    except click.exceptions.Exit as exc:
        return exc.exit_code


def _unexpected_error(exc: Exception, app: App, arguments: Sequence[str]) -> SmrtError:
    """Convert an unexpected exception; --debug prints its traceback."""
    from smrt.protocol.redaction import without_secrets

    from .early_options import early_options

    if early_options(arguments).debug:
        from traceback import format_exc

        app.console.print_stderr(without_secrets(format_exc(), app.environ))
    return SmrtError(
        without_secrets(f"{type(exc).__name__}: {exc}", app.environ),
        "this is a bug in smrt; --debug prints the traceback",
    )
