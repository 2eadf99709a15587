"""The roof: the table of commands, and the one place where an outcome becomes an exit status."""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib import import_module

import click

from .arguments import asks_version, split
from .console import Console, standard
from .errors import ExitCode, SmrtError, StdoutClosedError, UsageError
from .operations import (
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_ASYNC,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
)
from .options import App, every_name, version_line

COMMANDS = {
    "invoke-endpoint": INVOKE_ENDPOINT.help,
    "invoke-endpoint-async": INVOKE_ENDPOINT_ASYNC.help,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM.command: INVOKE_ENDPOINT_WITH_RESPONSE_STREAM.help,
    "wait": "Wait for the answer to an asynchronous call, and fetch it from S3.",
    "local": "Serve models on this machine behind SageMaker's runtime API.",
}
"""The commands and what each does; the module in `commands` has the same name."""

MIN_WIDTH, MAX_WIDTH = 50, 80
SERVICE = "sagemaker-runtime"
"""An optional word before the command, so that `aws sagemaker-runtime` can become `smrt` alone."""


class Commands(click.Group):
    """The commands, each imported when it is named; options may stand before it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click asks so
        """The names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command called `cmd_name`."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f".commands.{cmd_name.replace('-', '_')}", __package__)
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Move the options before the command behind it."""
        found = split(args, every_name(), SERVICE)
        if asks_version(args):
            ctx.obj.console.show([version_line(), "\n"])
            ctx.exit()
        if found.command is None:
            self._without_command(ctx, found.options)
        if found.command not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(str(found.command), COMMANDS, 1)
            raise UsageError(
                f"argument operation: Found invalid choice '{found.command}'",
                f"did you mean {near[0]}?" if near else f"choose from {', '.join(COMMANDS)}",
            )
        return super().parse_args(ctx, [found.command, *found.options, *found.rest])

    def _without_command(self, ctx: click.Context, options: Sequence[str]) -> None:
        app: App = ctx.obj
        if "--help" in options or "-h" in options:
            app.console.show([ctx.get_help(), "\n"])
        else:
            raise UsageError(
                "the following arguments are required: operation",
                f"choose from {', '.join(COMMANDS)}",
                "see smrt --help",
            )
        ctx.exit()


commands = Commands(
    "smrt",
    help="Call Amazon SageMaker endpoints.",
    add_help_option=False,
    invoke_without_command=True,
)


def main(
    argv: Sequence[str] | None = None,
    *,
    console: Console | None = None,
    environ: Mapping[str, str] = os.environ,
) -> int:
    """Run the command line `argv` and return the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    console = console or standard(environ)

    def told(error: SmrtError) -> int:
        from .failures import tell

        tell(error, console, arguments, environ)
        return error.exit_code

    try:
        return _run(arguments, App(console, environ, ExitStack()))
    except click.ClickException as exc:
        return told(UsageError(exc.format_message()))
    except StdoutClosedError as exc:
        return exc.exit_code
    except SmrtError as exc:
        return told(exc)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception as exc:  # noqa: BLE001 - the last resort: a defect is one line too
        return told(_defect(exc, console if "--debug" in arguments else None))


def _run(arguments: list[str], app: App) -> int:
    try:
        with (
            app.held,
            commands.make_context("smrt", arguments, obj=app, terminal_width=_width(app)) as ctx,
        ):
            return commands.invoke(ctx) or ExitCode.OK
    except click.exceptions.Exit as exc:
        return exc.exit_code


def _width(app: App) -> int:
    """Columns for help, as click would choose them; it would import shutil to ask (2 ms)."""
    return max(min(app.console.width, MAX_WIDTH) - 2, MIN_WIDTH)


def _defect(exc: Exception, console: Console | None) -> SmrtError:
    """What nobody foresaw, as a failure; `console` is told where it arose."""
    if console is not None:
        from traceback import format_exc

        console.say(format_exc())
    return SmrtError(
        f"{type(exc).__name__}: {exc}", "this is a defect of smrt; --debug shows where it arose"
    )
