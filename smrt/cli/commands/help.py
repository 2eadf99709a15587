"""`smrt help --install-man`: installs the man pages. `smrt help` itself is not a command."""

import click

from smrt.cli.plain_command import Command
from smrt.output.console import App


@click.command("help", cls=Command, add_help_option=False)
@click.option("--install-man", is_flag=True, help="Install the man pages in your home directory.")
@click.pass_context
def command(ctx: click.Context, *, install_man: bool) -> None:
    """Show the man page of smrt, or install all man pages."""
    from smrt.cli.generated import man_pages
    from smrt.cli.help_option import show_manual
    from smrt.cli.user_files import install_file, man_folder

    if not install_man:
        show_manual(ctx.find_root())
    app: App = ctx.obj
    folder, notes = man_folder(app.environ)
    pages = man_pages(ctx.find_root())
    for path, text in pages.items():
        install_file(f"{folder}/{path}", text)
    for line in (f"wrote {len(pages)} man pages to {folder}", *notes):
        app.console.note(line)
