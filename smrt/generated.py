"""The files that are made from the tables of commands and options: man pages and completions."""

import click

from . import completions, config, man, manual
from .differences import DIFFERENCES, SUMMARY


def files(root: click.Context) -> dict[str, str]:
    """The text of each file by its path in the project; `root` is the program's own context."""
    pages = manual.pages(root)
    made = {f"man/man1/{man.name(page)}.1": man.text(page) for page in pages}
    made[f"man/man7/{man.DIFFERENCES}.7"] = man.differences(DIFFERENCES, SUMMARY)
    for shell, name in completions.NAMES.items():
        made[f"completions/{name}"] = completion(root, shell)
    return made


def completion(root: click.Context, shell: str) -> str:
    """The completion script for `shell`."""
    regions = completions.regions(config.partitions()["partitions"])
    return completions.script(shell, completions.Facts(manual.pages(root), regions))
