"""smrt completion: the completion script of a shell, printed or put where the shell finds it."""

import click

from smrt.cli.operation_command import Choice
from smrt.cli.plain_command import Command
from smrt.errors import SmrtError
from smrt.output.console import App

EXAMPLE = """
make TAB complete smrt in every new bash
smrt completion bash --install
"""


@click.command("completion", cls=Command, add_help_option=False, epilog=EXAMPLE)
@click.argument("shell", metavar="SHELL", type=Choice(["bash", "zsh", "fish"]))
@click.option("--install", is_flag=True, help="Put it into your own folder, and say what was done.")
@click.pass_context
def command(ctx: click.Context, *, shell: str, install: bool) -> None:
    """Print or install the completion script of a shell.

    SHELL is bash, zsh or fish. The script completes commands, options, their values, profiles,
    regions, files and the names of your endpoints.
    """
    from smrt.cli.generated import completion_script

    app: App = ctx.obj
    text = completion_script(ctx.find_root(), shell)
    if not install:
        app.console.show([text])
        return
    _install(app, shell, text)


def _install(app: App, shell: str, text: str) -> None:
    import os

    from smrt.cli.completion.install_paths import install_path
    from smrt.output import outfile

    found = install_path(shell, app.environ)
    try:
        os.makedirs(os.path.dirname(found.path), exist_ok=True)
    except OSError as exc:
        raise SmrtError(f"the folder of {found.path} cannot be made: {exc.strerror}") from exc
    with outfile.writing(outfile.plan(found.path)) as file:
        file.write(text.encode())
    for line in (f"wrote {found.path}", *found.remarks):
        app.console.note(line)
