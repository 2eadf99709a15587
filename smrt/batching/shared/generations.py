"""Ownership by generations: the owner is whoever created the owner file with the highest number."""

from collections.abc import Callable
from itertools import count, takewhile

from smrt.errors import SmrtError

from .beats import ENDED
from .control_files import ControlFiles

MOST_DEATHS = 10
"""Processes that may die with a partition: more of them, and the partition itself is the cause."""


class Generations:
    """Takes what no live process owns: `is_alive` says whether one is, by its name."""

    def __init__(self, control: ControlFiles, worker: str) -> None:
        self._control, self._worker = control, worker
        self.is_alive: Callable[[str], bool] = lambda _: True

    def take(self, name: str) -> bool:
        """Become the owner of `name`; False if another process is.

        What this process owned before its lease lapsed, it takes again like any other.
        """
        owners = self._owners(name)
        owner, last = (owners[-1] if owners else None), len(owners)
        if owner is not None and owner != self._worker and self.is_alive(owner):
            return False
        if last >= MOST_DEATHS and sum(map(self._has_died, owners)) >= MOST_DEATHS:
            raise SmrtError(
                f"{MOST_DEATHS} processes have died with {name}",
                "find out why, such as too little memory, and start again with a new job",
                code="WorkersDied",
            )
        return self._control.create(owner_file(name, last + 1), self._worker.encode())

    def owner(self, name: str) -> str | None:
        """The process that owns `name`, alive or not."""
        return next(iter(self._owners(name)[::-1]), None)

    def has_live_owner(self, name: str) -> bool:
        """Whether a live process owns `name`."""
        owner = self.owner(name)
        return owner is not None and self.is_alive(owner)

    def _has_died(self, owner: str) -> bool:
        """Whether a process has left no last heartbeat."""
        return owner != self._worker and self._control.read(ENDED + owner) is None

    def _owners(self, name: str) -> list[str]:
        """The owners of all generations."""
        contents = (self._control.read(owner_file(name, number)) for number in count(1))
        return [content.decode() for content in takewhile(_exists, contents) if content]


def _exists(content: bytes | None) -> bool:
    return content is not None


def owner_file(name: str, generation: int) -> str:
    """The name of the file whose creator owns `name` in a generation."""
    return f"{name}.owner-{generation}"
