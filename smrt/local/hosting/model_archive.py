"""Extracts a model.tar.gz into a temporary folder; nothing in it can write anywhere else."""

import tarfile
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from weakref import finalize
from zlib import error as ZlibError  # noqa: N812 - it is a class

from smrt.errors import UsageError

SUFFIX = ".tar.gz"


class ExtractedArchive:
    """The folder with the content of an archive; it is removed with this object."""

    def __init__(self) -> None:
        self.folder = Path(mkdtemp(prefix="smrt-model-"))
        self.remove = finalize(self, rmtree, self.folder, ignore_errors=True)


def extracted(archive: Path) -> ExtractedArchive:
    """Extract `archive`. Raises UsageError if it is damaged, or contains unsafe files."""
    if not hasattr(tarfile, "data_filter"):
        raise UsageError(
            "this Python cannot extract archives safely", "use Python 3.10.12, 3.11.4 or newer"
        )
    result = ExtractedArchive()
    try:
        with tarfile.open(archive, "r:gz") as file:
            file.extractall(result.folder, filter="data")
    except (tarfile.TarError, OSError, EOFError, ZlibError) as exc:
        result.remove()
        raise UsageError(f"{archive} cannot be extracted: {exc}") from exc
    return result
