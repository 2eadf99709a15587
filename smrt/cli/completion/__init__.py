"""Completion scripts for shells: an engine in the shell's language, and tables of the help pages.

The metavar of a value selects its completion: FILE, PROFILE, REGION, ENDPOINT, TYPE or INPUT;
an option with choices completes these.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from smrt.cli.help.page import Page
from smrt.invoke.option_table import Row

SERVICE = "sagemaker-runtime"
TYPES = (
    "application/json",
    "application/jsonlines",
    "application/octet-stream",
    "application/x-image",
    "application/x-npy",
    "application/x-recordio-protobuf",
    "image/jpeg",
    "image/png",
    "text/csv",
    "text/libsvm",
    "text/plain",
)
"""MIME types of requests, as in SageMaker's containers."""

FILES = frozenset(
    {"FILE", "[OUTFILE]", "INPUT_FILE", "OUTPUT_FILE", "OLD_FILE", "NEW_FILE", "FOLDER"}
)
"""The metavars of paths."""
FILE_NAMES = {"bash": "smrt.bash", "zsh": "_smrt", "fish": "smrt.fish"}
"""The file name of each shell's script."""


class CompletionData(NamedTuple):
    """The data of the scripts: the help pages, starting with that of smrt, and the Regions."""

    pages: Sequence[Page]
    regions: Sequence[str]


def regions(partitions: Iterable[dict[str, dict[str, object]]]) -> list[str]:
    """The Regions in botocore's partition data, without the pseudo-Regions."""
    names = {name for partition in partitions for name in partition["regions"]}
    return sorted(name for name in names if not name.endswith("-global"))


def option_rows(page: Page) -> Iterator[Row]:
    """The option rows of a page, the required ones first."""
    rows = [row for row in (*page.rows, *page.anywhere) if row.flag]
    yield from sorted(rows, key=lambda row: row.group != "required")


def positional_rows(page: Page) -> list[Row]:
    """The rows of the positional arguments of a page."""
    return [row for row in page.rows if not row.flag]


def single_quoted(text: str) -> str:
    """Quote `text` for bash and zsh."""
    return "'" + text.replace("'", "'\\''") + "'"
