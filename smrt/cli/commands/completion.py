"""`smrt completion`: prints or installs the completion script of a shell."""

import click

from smrt.cli.operation_command import Choice
from smrt.cli.plain_command import Command
from smrt.output.console import App

EXAMPLES = """
Install completion for bash
smrt completion bash --install

Print the script for zsh
smrt completion zsh
"""


@click.command("completion", cls=Command, add_help_option=False, epilog=EXAMPLES)
@click.argument("shell", metavar="SHELL", type=Choice(["bash", "zsh", "fish"]))
@click.option("--install", is_flag=True, help="Install the script in your home directory.")
@click.pass_context
def command(ctx: click.Context, *, shell: str, install: bool) -> None:
    """Print or install a shell completion script.

    SHELL is bash, zsh or fish. The script completes commands, options and their values, profiles,
    Regions, files and the names of your endpoints.
    """
    from smrt.cli.generated import completion_script

    app: App = ctx.obj
    text = completion_script(ctx.find_root(), shell)
    if not install:
        app.console.show([text])
        return
    _install(app, shell, text)


def _install(app: App, shell: str, text: str) -> None:
    from smrt.cli.user_files import install_file, install_path

    target = install_path(shell, app.environ)
    install_file(target.path, text)
    for line in (f"wrote {target.path}", *target.notes):
        app.console.note(line)
