"""What a server prints when it starts, and its entry in the list of servers."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from shlex import quote

from smrt.output.console import App

TLS_NOTE = "TLS at "
"""The start of the note about TLS."""


@contextmanager
def announced(
    app: App, url: str, storage_url: str | None, endpoints: Iterable[str]
) -> Iterator[None]:
    """Print the variables of the server at `url`, and list it while it serves."""
    import os
    from time import time

    from smrt.local.daily.running_servers import RunningServer, recorded, state_folder

    server = RunningServer(os.getpid(), url, storage_url, tuple(endpoints), time())
    with recorded(state_folder(app.environ), server):
        print_exports(app, url, storage_url)
        names = ", ".join(server.endpoints)
        app.console.note(f"serving {names} at {url}; press Ctrl-C to stop")
        warn_of_storage(app, storage_url)
        yield


def print_exports(app: App, url: str, storage_url: str | None) -> None:
    """Print shell commands that point AWS clients to the server."""
    from smrt.local.environment import variables

    exports = variables(url, app.environ, storage_url).items()
    app.console.write(
        "".join(f"export {name}={quote(value)}\n" for name, value in exports).encode()
    )


def warn_of_storage(app: App, storage_url: str | None) -> None:
    """Report what AWS_ENDPOINT_URL_S3 does to other tools."""
    from smrt.local.environment import STORAGE_WARNING

    if storage_url is not None:
        app.console.note(STORAGE_WARNING)
