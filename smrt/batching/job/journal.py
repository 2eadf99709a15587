"""The journal of a partition: that it is done in a round, and by which logs."""

import os
from typing import NamedTuple

from .disk.job_files import Files
from .disk.whole_files import create_whole, json_chunks, read_json
from .outcomes import Counts


class Journal(NamedTuple):
    """A round of a partition that is done; counts are of all its records, after this round."""

    logs: tuple[str, ...]
    """The paths of the logs, in the order of the attempts."""
    counts: Counts


def write_journal(files: Files, path: str, journal: Journal) -> None:
    """Write the journal whole; that it exists already is an error."""
    create_whole(files, path, journal_chunks(journal))


def journal_chunks(journal: Journal) -> tuple[bytes]:
    """The content of a journal."""
    names = [os.path.basename(log) for log in journal.logs]
    return json_chunks({"Logs": names, "Counts": journal.counts._asdict()})


def read_journal(path: str) -> Journal | None:
    """The journal at `path`; None if there is none."""
    value = read_json(path)
    if value is None:
        return None
    folder = os.path.dirname(path)
    logs = tuple(os.path.join(folder, name) for name in value["Logs"])
    return Journal(logs, Counts(**value["Counts"]))
