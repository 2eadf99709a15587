"""`smrt local start --detach`."""

from collections.abc import Sequence
from pathlib import Path

from smrt.errors import ExitCode
from smrt.output.console import NAME, App

from .foreground import TLS_NOTE, print_exports, warn_of_storage


def start_in_background(app: App, arguments: Sequence[str]) -> int:
    """Start a server with `arguments`, and print what it would print."""
    from time import sleep

    from smrt.local.daily.detached import StartError, start_detached
    from smrt.local.daily.running_servers import state_folder

    try:
        detached = start_detached(arguments, app.environ, state_folder(app.environ), sleep)
    except StartError as exc:
        app.console.print_stderr(exc.output)
        return exc.status
    server = detached.server
    print_exports(app, server.url, server.storage_url)
    names = ", ".join(server.endpoints)
    app.console.note(f"serving {names} at {server.url}; smrt local stop stops it")
    app.console.note(f"its log is {detached.log}")
    app.console.print_stderr(*_lines_about_tls(detached.log))
    warn_of_storage(app, server.storage_url)
    return ExitCode.OK


def _lines_about_tls(log: Path) -> list[str]:
    """What a client has to trust is printed before the server serves."""
    lines = log.read_text(errors="replace").splitlines(keepends=True)
    return [line for line in lines if line.startswith(f"{NAME}: {TLS_NOTE}")]
