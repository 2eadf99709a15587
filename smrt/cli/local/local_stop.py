"""`smrt local stop`: stops servers."""

import click

from smrt.cli.plain_command import Command
from smrt.errors import SmrtError
from smrt.output.console import App

from .server_choice import port_option, with_port

_EXAMPLES = """
Stop all servers
smrt local stop

Stop one server
smrt local stop --port 8808
"""


@click.command("stop", cls=Command, add_help_option=False, epilog=_EXAMPLES)
@port_option
@click.pass_obj
def stop(app: App, *, port: int | None) -> None:
    """Stop the servers that run, or the one on a port."""
    from time import sleep

    from smrt.local.daily import detached, running_servers

    folder = running_servers.state_folder(app.environ)
    servers = with_port(running_servers.running_servers(folder), port)
    if not servers:
        app.console.note("no smrt local is running")
    for server in servers:
        if not detached.stop_server(server, folder, sleep):
            raise SmrtError(
                f"{server.url} does not stop", f"end its process: kill -9 {server.process_id}"
            )
        app.console.note(f"stopped {server.url}")
