"""Files that lose in a power cut what was not synced: contents, and a random part of the names."""

import os
import random
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.batching.job.job_runs import Plan, WatchedFiles


class Change(NamedTuple):
    """A change of names in a folder that has not been synced."""

    folder: str
    undo: Callable[[], None]


class UnsyncedFiles(WatchedFiles):
    """Files that can lose what was not synced; `backups` is a folder for what is removed."""

    def __init__(self, plan: Plan, backups: Path) -> None:
        super().__init__(
            plan,
            open=self._open,
            fsync=self._fsync,
            link=self._link,
            rename=self._rename,
            unlink=self._unlink,
        )
        self._backups = backups
        self._paths: dict[int, str] = {}
        self._synced_sizes: dict[int, int] = {}
        self._changes: list[Change] = []

    def cut_power(self, folder: Path, seed: int) -> None:
        """Die, and lose what was not synced in `folder` and below."""
        self.die()
        random_ = random.Random(seed)
        for change in reversed(self._changes):
            if random_.random() < 0.5:
                change.undo()
        for path in folder.rglob("*"):
            status = path.stat()
            size = self._synced_sizes.get(status.st_ino, status.st_size)
            if stat.S_ISREG(status.st_mode):
                os.truncate(path, min(size, status.st_size))

    def _open(self, path: str, flags: int, mode: int) -> int:
        is_new = not os.path.exists(path)
        descriptor = os.open(path, flags, mode)
        self._paths[descriptor] = path
        if is_new:
            self._synced_sizes[os.fstat(descriptor).st_ino] = 0
            self._changed(path, lambda: _remove(path))
        return descriptor

    def _fsync(self, descriptor: int) -> None:
        status, path = os.fstat(descriptor), self._paths[descriptor]
        if stat.S_ISDIR(status.st_mode):
            self._changes = [change for change in self._changes if change.folder != path]
        else:
            self._synced_sizes[status.st_ino] = status.st_size

    def _link(self, source: str, target: str) -> None:
        os.link(source, target)
        self._changed(target, lambda: _remove(target))

    def _rename(self, source: str, target: str) -> None:
        restore = self._restorer(target)
        os.replace(source, target)
        self._changed(target, restore)

    def _unlink(self, path: str) -> None:
        restore = self._restorer(path)
        os.unlink(path)
        self._changed(path, restore)

    def _restorer(self, path: str) -> Callable[[], None]:
        """A function that restores what `path` names now."""
        if not os.path.exists(path):
            return lambda: _remove(path)
        backup = self._backups / str(len(os.listdir(self._backups)))
        os.link(path, backup)
        return lambda: _restore(str(backup), path)

    def _changed(self, path: str, undo: Callable[[], None]) -> None:
        self._changes.append(Change(os.path.dirname(path), undo))


def _remove(path: str) -> None:
    if os.path.exists(path):
        os.unlink(path)


def _restore(backup: str, path: str) -> None:
    if os.path.isdir(os.path.dirname(path)):
        os.replace(backup, path)
