"""A model folder that is loaded again when its files change.

Each call compares the files first, so that a client never gets the response of an old version. A
thread also does so once a second, so that an error is reported when the file is saved.
"""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock, Thread
from time import sleep
from typing import Any

from smrt.errors import ConfigurationError, UsageError
from smrt.local.endpoint import Invocation, Prediction
from smrt.local.model import Model
from smrt.local.streams.stream_endpoint import StreamCall
from smrt.protocol.bidirectional.parts import Part

Files = frozenset[tuple[str, int, int]]
"""Each file with its time of modification and its size."""
INTERVAL = 1.0


class ReloadingModel:
    """The model in `folder`; `report` reports that it was loaded again, or why it was not."""

    def __init__(
        self, folder: Path, load: Callable[[], Model], report: Callable[[str], None]
    ) -> None:
        self._folder = folder
        self._load = load
        self._report = report
        self._lock = Lock()
        sys.dont_write_bytecode = True  # a .pyc file is reused for an edit within the same second
        self._files = _files(folder)
        self._model = load()

    def predict(self, call: Invocation) -> Prediction:
        """The prediction of the newest version that can be loaded. Raises ModelFailure."""
        return self.current().predict(call)

    def stream(self, call: StreamCall) -> Iterator[Part]:
        """The messages of the newest version that can be loaded. Raises ModelFailure."""
        return self.current().stream(call)

    def current(self) -> Model:
        """The newest version that can be loaded."""
        with self._lock:
            files = _files(self._folder)
            if files != self._files:
                self._files = files
                self._reload()
            return self._model

    def _reload(self) -> None:
        importlib.invalidate_caches()
        try:
            self._model = self._load()
        except (UsageError, ConfigurationError) as exc:
            self._report(f"{exc.message}; the old version stays in use")
        else:
            self._report(f"{self._folder} was loaded again")

    def watch(self, sleep: Callable[[float], None] = sleep) -> None:
        """Load changes while this process runs."""
        Thread(target=self._watch, args=(sleep,), daemon=True).start()

    def _watch(self, sleep: Callable[[float], None]) -> None:
        while True:
            sleep(INTERVAL)
            self.current()


def _files(folder: Path) -> Files:
    return frozenset(_stats(folder))


def _stats(folder: Path) -> Iterator[tuple[str, int, int]]:
    """The files below `folder`, without hidden ones and what Python writes."""
    for path in _paths(folder):
        try:
            stat = path.stat()
        except OSError:  # an editor replaces it
            continue
        yield str(path), stat.st_mtime_ns, stat.st_size


def _paths(folder: Path) -> Iterator[Any]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name == "__pycache__":
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _paths(path)
        else:
            yield path
