"""The servers that run: each has a file in the user's state folder while it serves.

A server that was killed leaves its file behind. A server therefore counts only if it responds with
the process ID in the file.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from smrt.config.paths import home_path
from smrt.local.endpoint_list import PATH, PROCESS_ID

_TIMEOUT = 2.0
_SUFFIX = ".json"


class RunningServer(NamedTuple):
    """A server; `storage_url` is that of its S3, `started_at` in seconds since the epoch."""

    process_id: int
    url: str
    storage_url: str | None
    endpoints: tuple[str, ...]
    started_at: float

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return urlsplit(self.url).port or 0


def state_folder(environ: Mapping[str, str]) -> Path:
    """The folder of the files."""
    parent = environ.get("XDG_STATE_HOME") or home_path(environ, "~/.local/state")
    return Path(parent, "smrt", "local")


@contextmanager
def recorded(folder: Path, server: RunningServer) -> Iterator[None]:
    """Have a file for `server` in `folder`, if it can be written."""
    path = folder / f"{server.process_id}{_SUFFIX}"
    with suppress(OSError):
        make_folder(folder)
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps(server))
        temporary.replace(path)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()


def make_folder(folder: Path) -> None:
    """Create `folder`, for this user only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def recorded_server(folder: Path, process_id: int) -> RunningServer | None:
    """The server of this process, if it has a file."""
    return _read(folder / f"{process_id}{_SUFFIX}")


def running_servers(folder: Path) -> list[RunningServer]:
    """The servers that respond, the oldest first; removes the files of those that do not."""
    running = []
    for path in folder.glob(f"*{_SUFFIX}"):
        server = _read(path)
        if server and responds(server):
            running.append(server)
            continue
        with suppress(OSError):
            path.unlink()
    return sorted(running, key=lambda each: each.started_at)


def responds(server: RunningServer) -> bool:
    """Whether this very process serves at the URL."""
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=_TIMEOUT)
    try:
        connection.request("GET", PATH)
        return bool(json.loads(connection.getresponse().read())[PROCESS_ID] == server.process_id)
    except (OSError, HTTPException, ValueError, LookupError, TypeError):
        return False
    finally:
        connection.close()


def _read(path: Path) -> RunningServer | None:
    try:
        process_id, url, storage_url, endpoints, started_at = json.loads(path.read_text())
    except (OSError, ValueError, TypeError):
        return None
    return RunningServer(process_id, url, storage_url, tuple(endpoints), started_at)
