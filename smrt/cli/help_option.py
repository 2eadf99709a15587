"""Shows the help of a command, and builds its help page from click's parameters."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

import click

from smrt.invoke.option_table import HELP, HELP_FLAGS, Row
from smrt.output.console import App, has_style

if TYPE_CHECKING:
    from .help.page import Example, Page

HELP_WORD = "help"
DIFFERENCES = "differences"
"""The topic of `smrt help` that is not a command."""


def show_requested_help(ctx: click.Context, args: Sequence[str]) -> None:
    """Show the help and exit, if the words after a command request it."""
    if any(flag in args for flag in HELP_FLAGS):
        show_help(ctx)
    if list(args) == [HELP_WORD]:
        show_manual(ctx)


def show_help(ctx: click.Context) -> NoReturn:
    """Show the short help of the command of `ctx`, and exit."""
    console = ctx.obj.console
    console.show([short_help(ctx, is_terminal=console.is_terminal)])
    ctx.exit()


def short_help(ctx: click.Context, *, is_terminal: bool) -> str:
    """The short help of the command of `ctx`, for a terminal or not."""
    from .help.help_text import help_text

    bold = has_style(ctx.obj.environ, terminal=is_terminal)
    return help_text(page(ctx), ctx.obj.console.width, bold=bold)


def show_manual(ctx: click.Context) -> NoReturn:
    """Show the man page on a terminal if `man` is installed; else the short help. Exit."""
    program = _man_program(ctx.obj)
    if program is None:
        show_help(ctx)
    from .help.man import man_page
    from .help.viewer import view

    view(man_page(page(ctx)), program, ctx.obj.environ)
    ctx.exit()


def show_differences(ctx: click.Context) -> NoReturn:
    """Show the differences from the AWS CLI, as a man page or as text, and exit."""
    from .help import differences as table

    console, program = ctx.obj.console, _man_program(ctx.obj)
    if program is None:
        from .help.help_text import differences_text

        bold = has_style(ctx.obj.environ, terminal=console.is_terminal)
        text = differences_text(table.DIFFERENCES, table.SUMMARY, console.width, bold=bold)
        console.show([text])
    else:
        from .help.man import differences
        from .help.viewer import view

        view(differences(table.DIFFERENCES, table.SUMMARY), program, ctx.obj.environ)
    ctx.exit()


def page(ctx: click.Context) -> "Page":
    """The help page of the command of `ctx`."""
    from .help.page import Page

    build_page = getattr(ctx.command, "page", None)
    if build_page is not None:
        own_page: Page = build_page(ctx)
        return own_page
    summary, *text = paragraphs(ctx.command.help)
    name = ctx.command_path
    if isinstance(ctx.command, click.Group):
        commands = {
            name: paragraphs(command.help)[0] for name, command in ctx.command.commands.items()
        }
        usage: tuple[str, ...] = ("COMMAND", "[OPTION]...")
        examples = _examples(ctx.command.epilog)
        return Page(name, summary, usage, tuple(text), commands, (HELP,), examples)
    own_rows = (_row(param) for param in ctx.command.params if param.expose_value)
    rows = (*own_rows, *getattr(ctx.command, "shared", ()), HELP)
    usage = ("[OPTION]...", *ctx.command.collect_usage_pieces(ctx)[1:])
    return Page(name, summary, usage, tuple(text), {}, rows, _examples(ctx.command.epilog))


def pages(ctx: click.Context) -> "list[Page]":
    """The pages of a command and all its subcommands, in order. Imports every command.

    `subcommands` are those of a command that is no group, but can be run itself.
    """
    result = [page(ctx)]
    if isinstance(ctx.command, click.Group):
        for name in ctx.command.list_commands(ctx):
            command = ctx.command.get_command(ctx, name)
            assert command is not None
            result += pages(click.Context(command, parent=ctx, info_name=name))
    for name, command in getattr(ctx.command, "subcommands", {}).items():
        result += pages(click.Context(command, parent=ctx, info_name=name))
    return result


def paragraphs(text: str | None) -> list[str]:
    """The paragraphs of a docstring, each on one line."""
    import inspect

    return [" ".join(paragraph.split()) for paragraph in inspect.cleandoc(text or "").split("\n\n")]


def _man_program(app: App) -> str | None:
    """The path of `man`; None if it is not installed, or standard output is not a terminal."""
    if not app.console.is_terminal:
        return None
    from shutil import which

    return which("man", path=app.environ.get("PATH"))


def _examples(epilog: str | None) -> "tuple[Example, ...]":
    """The examples of an epilog, separated by empty lines: a title, and command lines."""
    import inspect

    blocks = [block.partition("\n") for block in inspect.cleandoc(epilog or "").split("\n\n")]
    return tuple((title, lines) for title, _, lines in blocks if lines)


def _row(parameter: click.Parameter) -> Row:
    """Convert a click parameter to a row."""
    metavar = parameter.metavar or ""
    choices = tuple(getattr(parameter.type, "choices", ()))
    if not isinstance(parameter, click.Option):
        # without help: the text of the page describes it
        return Row("", str(parameter.name), "", "arguments", metavar, choices)
    default = str(parameter.default) if parameter.show_default else ""
    name, text = str(parameter.name), parameter.help or ""
    return Row(
        parameter.opts[-1],
        name,
        text,
        "options",
        metavar,
        choices,
        default,
        is_repeatable=parameter.multiple,
    )
