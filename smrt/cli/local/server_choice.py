"""Which running server a command is about."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from smrt.cli.local.number_types import port_number
from smrt.errors import ConfigurationError

if TYPE_CHECKING:
    from smrt.local.daily.running_servers import RunningServer

START_HINT = "start one: smrt local start --detach"
port_option = click.option(
    "--port",
    type=port_number,
    metavar="PORT",
    help="Port of the server; only necessary if several run.",
)


def with_port(servers: "Sequence[RunningServer]", port: int | None) -> "list[RunningServer]":
    """The servers on this port, or all. Raises ConfigurationError if none runs on `port`."""
    matching = [server for server in servers if port in (None, server.port)]
    if port is not None and not matching:
        raise ConfigurationError(f"no smrt local is running on port {port}", START_HINT)
    return matching


def only_server(servers: "Sequence[RunningServer]", port: int | None) -> "RunningServer":
    """The server on this port, or the only one. Raises ConfigurationError."""
    matching = with_port(servers, port)
    if not matching:
        raise ConfigurationError("no smrt local is running", START_HINT)
    if len(matching) > 1:
        ports = ", ".join(f"--port {server.port}" for server in matching)
        raise ConfigurationError("several smrt local are running", f"choose one: {ports}")
    return matching[0]
