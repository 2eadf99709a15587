"""A real browser that loads a page from a server of its own, and what it requested there."""

import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


class LoadedPage(NamedTuple):
    """The document after it was loaded, what was requested, and the messages of the console."""

    dom: str
    requested: list[str]
    messages: list[str]


def load_page(page: str, folder: Path, width: int = 1100) -> LoadedPage:
    """Load `page` in a headless browser; skips the test if none is installed."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium is installed")
    requested: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requested.append(self.path)
            body = page.encode() if self.path == "/report.html" else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        options = (
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--enable-logging=stderr", f"--user-data-dir={folder}", f"--window-size={width},2000",
            "--dump-dom",
        )  # fmt: skip
        url = f"http://127.0.0.1:{server.server_port}/report.html"
        words = [program, *options, url]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        server.shutdown()
    messages = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    return LoadedPage(done.stdout, requested, messages)
