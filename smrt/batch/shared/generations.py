"""Ownership by generations: the owner is whoever created the owner file with the highest number."""

from collections.abc import Callable
from itertools import count

from .control_files import ControlFiles


class Generations:
    """Takes what no live process owns: `is_alive` says whether one is, by its name."""

    def __init__(self, control: ControlFiles, worker: str) -> None:
        self._control, self._worker = control, worker
        self.is_alive: Callable[[str], bool] = lambda _: True

    def take(self, name: str) -> bool:
        """Become the owner of `name`; False if another process is.

        What this process owned before its lease lapsed, it takes again like any other.
        """
        last, owner = self._last(name)
        if owner is not None and owner != self._worker and self.is_alive(owner):
            return False
        return self._control.create(owner_file(name, last + 1), self._worker.encode())

    def owner(self, name: str) -> str | None:
        """The process that owns `name`, alive or not."""
        return self._last(name)[1]

    def has_live_owner(self, name: str) -> bool:
        """Whether a live process owns `name`."""
        owner = self.owner(name)
        return owner is not None and self.is_alive(owner)

    def _last(self, name: str) -> tuple[int, str | None]:
        owner = None
        for number in count(1):
            content = self._control.read(owner_file(name, number))
            if content is None:
                return number - 1, owner
            owner = content.decode()
        raise AssertionError  # pragma: no cover - count has no end


def owner_file(name: str, generation: int) -> str:
    """The name of the file whose creator owns `name` in a generation."""
    return f"{name}.owner-{generation}"
