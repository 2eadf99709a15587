"""The tables of the script for bash: subcommands, options, and the kinds of their values."""

from collections.abc import Iterator

from smrt.cli.help.page import Page
from smrt.invoke.option_table import Row

from . import SERVICE, TYPES, CompletionData, option_rows, positional_rows, single_quoted


def tables(data: CompletionData) -> Iterator[str]:
    """Lists of words, and a function that reads the table of a command and an option."""
    yield f"_smrt_regions={single_quoted(' '.join(data.regions))}"
    yield f"_smrt_types={single_quoted(' '.join(TYPES))}"
    yield from (
        "",
        "# Read the table of the command $1: its subcommands, flags and positional argument,",
    )
    yield from (
        "# and the kind of the value of its option $2, empty for a flag.",
        "_smrt_table() {",
    )
    yield from ("  subcommands='' flags='' kind='' positional='' repeated=''", "  case $1 in")
    for page in data.pages:
        yield from _command(page)
    yield from ("  esac", "}", "")


def _command(page: Page) -> Iterator[str]:
    yield f"    {single_quoted(page.name)})"
    service = () if " " in page.name or not page.commands else (SERVICE,)
    yield f"      subcommands={single_quoted(' '.join((*page.commands, *service)))}"
    yield f"      flags={single_quoted(' '.join(row.flag for row in option_rows(page)))}"
    repeated = [row.flag for row in option_rows(page) if row.is_repeatable]
    if repeated:
        yield f"      repeated={single_quoted(' '.join(repeated))}"
    if positional_rows(page):
        yield f"      positional={single_quoted(_kind(positional_rows(page)[0]))}"
    yield "      case $2 in"
    for row in option_rows(page):
        if row.takes_value:
            yield f"        {row.flag}) kind={single_quoted(_kind(row))} ;;"
    yield from ("      esac ;;",)


def _kind(row: Row) -> str:
    return " ".join((row.metavar, *row.choices))
