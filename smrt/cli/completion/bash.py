"""The tables of the script for bash: what a command has below it, and what completes what."""

from collections.abc import Iterator

from smrt.cli.help.page import Page
from smrt.invoke.option_table import Row

from . import SERVICE, TYPES, CompletionData, option_rows, single_quoted, words


def tables(facts: CompletionData) -> Iterator[str]:
    """A function of a command and an option, and lists of words."""
    yield f"_smrt_regions={single_quoted(' '.join(facts.regions))}"
    yield f"_smrt_types={single_quoted(' '.join(TYPES))}"
    yield from ("", "# Of the command $1: what is below it, its flags, what its words are;")
    yield from ("# of its option $2: what its value is, nothing for a flag.", "_smrt_table() {")
    yield from ("  subcommands='' flags='' kind='' positional=''", "  case $1 in")
    for page in facts.pages:
        yield from _command(page)
    yield from ("  esac", "}", "")


def _command(page: Page) -> Iterator[str]:
    yield f"    {single_quoted(page.name)})"
    service = () if " " in page.name or not page.commands else (SERVICE,)
    yield f"      subcommands={single_quoted(' '.join((*page.commands, *service)))}"
    yield f"      flags={single_quoted(' '.join(row.flag for row in option_rows(page)))}"
    if words(page):
        yield f"      positional={single_quoted(_kind(words(page)[0]))}"
    yield "      case $2 in"
    for row in option_rows(page):
        if row.takes_value:
            yield f"        {row.flag}) kind={single_quoted(_kind(row))} ;;"
    yield from ("      esac ;;",)


def _kind(row: Row) -> str:
    return " ".join((row.metavar, *row.choices))
