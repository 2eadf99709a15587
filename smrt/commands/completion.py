"""smrt completion: the completion script of a shell, printed or put where the shell finds it."""

import click

from smrt.app import App
from smrt.errors import SmrtError
from smrt.options import Choice
from smrt.plain import Command

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
    from smrt.generated import completion

    app: App = ctx.obj
    text = completion(ctx.find_root(), shell)
    if not install:
        app.console.show([text])
        return
    _install(app, shell, text)


def _install(app: App, shell: str, text: str) -> None:
    import os

    from smrt import outfile
    from smrt.completions.places import place

    found = place(shell, app.environ)
    try:
        os.makedirs(os.path.dirname(found.path), exist_ok=True)
    except OSError as exc:
        raise SmrtError(f"the folder of {found.path} cannot be made: {exc.strerror}") from exc
    with outfile.writing(outfile.plan(found.path)) as file:
        file.write(text.encode())
    for line in (f"wrote {found.path}", *found.remarks):
        app.console.note(line)
