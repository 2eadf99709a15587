"""The files generated from the tables of commands and options: man pages and completions."""

import click

from smrt.config.partitions import partitions

from . import completion, help_option
from .completion.script import script
from .help import man
from .help.differences import DIFFERENCES, SUMMARY


def files(root: click.Context) -> dict[str, str]:
    """The text of each generated file by its path; `root` is the context of the root command."""
    texts = {f"man/{path}": text for path, text in man_pages(root).items()}
    for shell, name in completion.FILE_NAMES.items():
        texts[f"completions/{name}"] = completion_script(root, shell)
    return texts


def man_pages(root: click.Context) -> dict[str, str]:
    """The text of each man page by its path in a folder of man pages."""
    pages = help_option.pages(root)
    texts = {f"man1/{man.name(page)}.1": man.man_page(page) for page in pages}
    texts[f"man7/{man.DIFFERENCES}.7"] = man.differences(DIFFERENCES, SUMMARY)
    return texts


def completion_script(root: click.Context, shell: str) -> str:
    """The completion script for `shell`."""
    regions = completion.regions(partitions()["partitions"])
    return script(shell, completion.CompletionData(help_option.pages(root), regions))
