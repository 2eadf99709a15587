"""Completion scripts for shells: an engine in the shell's own language, and tables from the pages.

The engines know what completes a value by what help calls it: FILE, PROFILE, REGION, ENDPOINT,
TYPE, INPUT; and by its choices.
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
"""MIME types that models are asked in, as SageMaker's own containers name them."""

FILE_NAMES = {"bash": "smrt.bash", "zsh": "_smrt", "fish": "smrt.fish"}
"""What the script of each shell is called."""


class CompletionData(NamedTuple):
    """What the scripts know: every page, the first one the program's own; and the regions."""

    pages: Sequence[Page]
    regions: Sequence[str]


def regions(partitions: Iterable[dict[str, dict[str, object]]]) -> list[str]:
    """The regions of botocore's partition data, without the pseudo-regions."""
    names = {name for partition in partitions for name in partition["regions"]}
    return sorted(name for name in names if not name.endswith("-global"))


def option_rows(page: Page) -> Iterator[Row]:
    """The rows of options of a page, those first that are needed."""
    rows = [row for row in (*page.rows, *page.anywhere) if row.flag]
    yield from sorted(rows, key=lambda row: row.group != "required")


def words(page: Page) -> list[Row]:
    """The rows of words that are no options."""
    return [row for row in page.rows if not row.flag]


def single_quoted(text: str) -> str:
    """`text` as bash and zsh take it."""
    return "'" + text.replace("'", "'\\''") + "'"
