"""`smrt local env`: the variables that point AWS clients to a running server."""

from collections.abc import Mapping

import click

from smrt.cli.plain_command import Command
from smrt.output.console import App

from .server_choice import only_server, port_option

_EXAMPLES = """
Point the AWS clients of this shell to the server
eval "$(smrt local env)"

Restore the variables
eval "$(smrt local env --unset)"

Print the commands for fish, which has its own syntax
smrt local env --shell fish
"""


@click.command("env", cls=Command, add_help_option=False, epilog=_EXAMPLES)
@port_option
@click.option(
    "--shell",
    type=click.Choice(("sh", "fish")),
    default="sh",
    show_default=True,
    help="Shell that runs the output: sh (also bash, zsh), or fish.",
)
@click.option(
    "--s3",
    is_flag=True,
    help="Point all AWS clients of the shell to the local S3, too, for asynchronous calls.",
)
@click.option("--unset", is_flag=True, help="Restore the variables as they were before.")
@click.pass_obj
def env(app: App, *, port: int | None, shell: str, s3: bool, unset: bool) -> None:
    """Print shell commands that point AWS clients to a running server.

    The local S3 is temporary: it ends with the server, and contains nothing of yours. By default,
    the variables do not point to it.
    """
    from smrt.local.daily.shell_variables import set_commands, unset_commands, without_saved

    if unset:
        app.console.show(unset_commands(app.environ, shell))
        return
    before = without_saved(app.environ)
    app.console.show(set_commands(_variables(app, before, port, s3=s3), before, shell))


def _variables(
    app: App, before: Mapping[str, str], port: int | None, *, s3: bool
) -> Mapping[str, str]:
    from smrt.local.daily.running_servers import running_servers, state_folder
    from smrt.local.environment import STORAGE_WARNING, variables

    server = only_server(running_servers(state_folder(app.environ)), port)
    if s3 and server.storage_url:
        app.console.note(STORAGE_WARNING)
    elif s3:
        app.console.note("the server has no S3: the extra local-async is not installed")
    elif server.storage_url:
        app.console.note("asynchronous results are in the local S3: smrt local env --s3")
    return variables(server.url, before, server.storage_url if s3 else None)
