"""`smrt configure`: shows the settings, and where each comes from."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from smrt.cli.plain_command import Command, Group
from smrt.output.console import App

if TYPE_CHECKING:
    from smrt.config.configuration import Config
    from smrt.config.setting_list import Listed
    from smrt.protocol.messages import Credentials

HEADER = ("NAME", "VALUE", "TYPE", "LOCATION")
GAP = "  "
_EXAMPLES = """
Show all settings
smrt configure list

Show where the endpoint name comes from
smrt configure list | grep smrt_endpoint_name
"""


@click.group("configure", cls=Group, add_help_option=False, epilog=_EXAMPLES)
def command() -> None:
    """Show the settings of smrt and their origins.

    To change settings, use aws configure: both programs read the same files.
    """


@command.command("list", cls=Command, add_help_option=False, epilog=_EXAMPLES)
@click.option("--profile", metavar="PROFILE", help="Profile from your AWS configuration files.")
@click.option("--region", metavar="REGION", help="AWS Region to use.")
@click.pass_obj
def list_(app: App, *, profile: str | None, region: str | None) -> None:
    """List every setting with its value and origin.

    The type of an origin is env, config-file, shared-credentials-file, default, manual (an option),
    or the provider of the credentials. Secrets are masked. Temporary credentials are loaded, as a
    call would load them.
    """
    from smrt.config import configuration
    from smrt.config.setting_list import listed_settings

    config = configuration.load(app.environ, profile or None)
    configuration.check_profile(config)
    rows = list(listed_settings(config, region, lambda: _credentials(app, config)))
    app.console.show(f"{line}\n" for line in _lines(rows, _width(app)))


def _credentials(app: App, config: "Config") -> "Credentials | None":
    """The credentials of a call; if they cannot be loaded, a note reports why."""
    from smrt.config import credentials
    from smrt.errors import SmrtError

    try:
        return credentials.resolve(config)
    except SmrtError as exc:
        app.console.note(f"no credentials: {exc.message}")
        return None


def _width(app: App) -> int | None:
    return app.console.width if app.console.is_terminal else None


def _lines(rows: "Sequence[Listed]", width: int | None) -> Iterator[str]:
    """A table, or names with wrapped texts beside them if the table is wider than `width`."""
    table = [HEADER, *(tuple(_cells(row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    if width is not None and len(GAP.join("-" * size for size in widths)) > width:
        from smrt.cli.help.help_text import definitions

        return definitions([(row.name, _phrase(row)) for row in rows], width)
    padded = (
        GAP.join(cell.ljust(size) for cell, size in zip(cells, widths, strict=True))
        for cells in table
    )
    return map(str.rstrip, padded)


def _phrase(row: "Listed") -> str:
    origin = " ".join(filter(None, (row.kind, row.location)))
    return f"{row.value} ({origin})" if origin else "<not set>"


def _cells(row: "Listed") -> Iterator[str]:
    yield row.name
    yield "<not set>" if row.value is None else row.value
    yield row.kind or ("None" if row.value is None else "")
    yield row.location or ("None" if row.value is None else "")
