"""The names of the files in a job folder."""

import os
import re
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

_WRITTEN = r"(\.[\w-]+)?(\.new)?"
"""What follows the name of a file that is being written, by one of several processes."""
_PART = re.compile(rf"part-\d+\.(lock|r\d+(\.json|\.\d+\.log|\.owner-\d+)){_WRITTEN}")
_OWN = re.compile(
    rf"((job|manifest)\.json|input|requests|round-\d+|stop|totals|queue|probe){_WRITTEN}|lock"
    rf"|(end\.r\d+\.owner-\d+|(beat|ended|clock)-[\w-]+){_WRITTEN}"
)


class JobPaths(NamedTuple):
    """The paths of a job's files; partitions, rounds and attempts are named by their numbers."""

    folder: str

    @property
    def job(self) -> str:
        """What the job is, written once."""
        return self._path("job.json")

    @property
    def lock(self) -> str:
        """The lock of the run."""
        return self._path("lock")

    @property
    def input(self) -> str:
        """The list of an input folder, or the copy of standard input."""
        return self._path("input")

    @property
    def requests(self) -> str:
        """A file with a byte for each request of the job."""
        return self._path("requests")

    @property
    def manifest(self) -> str:
        """What the result consists of, written after it."""
        return self._path("manifest.json")

    def round(self, number: int) -> str:
        """The mark that a round has started."""
        return self._path(f"round-{number}")

    def partition_lock(self, number: int) -> str:
        """The lock of a partition."""
        return self._path(f"part-{number}.lock")

    def journal(self, number: int, in_round: int) -> str:
        """The journal of a partition: it exists when the round is done."""
        return self._path(f"part-{number}.r{in_round}.json")

    def log(self, number: int, in_round: int, attempt: int) -> str:
        """The log of an attempt."""
        return self._path(f"part-{number}.r{in_round}.{attempt}.log")

    def logs(self, number: int, in_round: int) -> list[str]:
        """The existing logs of a partition in a round, in the order of the attempts."""
        return list(_existing(self.log(number, in_round, attempt) for attempt in count(1)))

    def rounds(self) -> int:
        """The number of the last round that has started; the first is 0."""
        return len(list(_existing(self.round(number) for number in count(1))))

    def _path(self, name: str) -> str:
        return os.path.join(self.folder, name)


def is_part(name: str) -> bool:
    """Whether a file belongs to a partition."""
    return bool(_PART.fullmatch(name))


def is_job_file(name: str) -> bool:
    """Whether a job makes files of this name."""
    return is_part(name) or bool(_OWN.fullmatch(name))


def _existing(paths: Iterator[str]) -> Iterator[str]:
    """The paths up to the first that does not exist."""
    for path in paths:
        if not os.path.exists(path):
            return
        yield path
