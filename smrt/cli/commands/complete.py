"""`smrt complete`: saves the lists that the shell completion scripts read."""

import click

from smrt.cli.completion.endpoint_names import MAX_WAIT_SECONDS, Listing, refresh
from smrt.cli.plain_command import Command, Group
from smrt.output.console import App


@click.group("complete", cls=Group, add_help_option=False)
def command() -> None:
    """Save the lists that the shell completion scripts read."""


@command.command("endpoint-names", cls=Command, add_help_option=False)
@click.option("--profile", metavar="PROFILE", help="Profile from your AWS configuration files.")
@click.option("--region", metavar="REGION", help="AWS Region of the endpoints.")
@click.option("--endpoint-url", metavar="URL", help="Endpoint URL of the runtime.")
@click.option(
    "--max-wait-seconds",
    type=float,
    default=MAX_WAIT_SECONDS,
    metavar="SECONDS",
    help="Seconds to wait for the list.",
)
@click.pass_obj
def endpoint_names(
    app: App,
    *,
    profile: str | None,
    region: str | None,
    endpoint_url: str | None,
    max_wait_seconds: float,
) -> None:
    """Save the names of your endpoints, if they can be listed in time.

    On an error, prints nothing and saves the old names for some seconds.
    """
    from time import time

    from smrt.output.console import leave_terminal

    leave_terminal()
    refresh(Listing(app.environ, profile, region, endpoint_url), time(), max_wait_seconds)
