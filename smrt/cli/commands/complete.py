"""smrt complete: what the shells' completions ask for; people have no need of it."""

import click

from smrt.cli.completion.endpoint_names import MAX_WAIT_SECONDS, Listing, fetch, keep
from smrt.cli.plain_command import Command, Group
from smrt.output.console import App


@click.group("complete", cls=Group, add_help_option=False)
def command() -> None:
    """Write the lists that the completions of shells read."""


@command.command("endpoint-names", cls=Command, add_help_option=False)
@click.option("--profile", metavar="PROFILE", help="The profile to take settings and keys from.")
@click.option("--region", metavar="REGION", help="The region to ask.")
@click.option(
    "--max-wait-seconds",
    type=float,
    default=MAX_WAIT_SECONDS,
    metavar="SECONDS",
    help="How long to wait for the list.",
)
@click.pass_obj
def endpoint_names(
    app: App, *, profile: str | None, region: str | None, max_wait_seconds: float
) -> None:
    """Write the names of the endpoints, if they can be had in time.

    It says nothing, and leaves the list alone where the names cannot be had.
    """
    from time import time

    from smrt.output.console import leave_terminal

    leave_terminal()
    listing = Listing(app.environ, profile, region)
    names = fetch(listing, max_wait_seconds)
    if names is not None:
        keep(listing.path, names, time())
