"""`smrt local status`: the servers that run."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from smrt.cli.plain_command import Command
from smrt.errors import ExitCode
from smrt.output.console import App

if TYPE_CHECKING:
    from smrt.local.daily.running_servers import RunningServer

_EXAMPLES = """
Show the servers that run
smrt local status

Start a server if none runs
smrt local status || smrt local start --detach iris=examples/iris
"""


@click.command("status", cls=Command, add_help_option=False, epilog=_EXAMPLES)
@click.pass_obj
def status(app: App) -> int:
    """List the servers that run, with their endpoints.

    Exits with 1 if none runs.
    """
    from smrt.local.daily import running_servers

    servers = running_servers.running_servers(running_servers.state_folder(app.environ))
    if not servers:
        app.console.note("no smrt local is running")
        return ExitCode.FAILED
    app.console.show(_lines(servers))
    return ExitCode.OK


def _lines(servers: "Sequence[RunningServer]") -> Iterator[str]:
    rows = [("URL", "PROCESS", "STARTED", "ENDPOINTS"), *map(_row, servers)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip() + "\n"


def _row(server: "RunningServer") -> tuple[str, str, str, str]:
    from time import localtime, strftime

    started = strftime("%Y-%m-%d %H:%M:%S", localtime(server.started_at))
    return server.url, str(server.process_id), started, ", ".join(server.endpoints)
