"""S3 on loopback: moto's, in this process, started when the first client comes.

Needs the extra `local-async`. Importing moto takes half a second, which those do not pay who call
no asynchronous endpoint: the port is there from the start, and connections wait in its queue.
"""

import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from threading import Lock, Thread
from typing import Any

from smrt import config, s3_client
from smrt.message import Settings
from smrt.s3 import S3

from .refusal import REGION
from .server import HOST
from .signature import CREDENTIALS

BUCKET = "smrt-local"
_NEEDED = ("moto", "flask", "flask_cors")
_BACKLOG = 128
_POLL = 0.05
"""Seconds until an end is noticed."""


def installed() -> bool:
    """Whether the extra is there."""
    return all(find_spec(name) is not None for name in _NEEDED)


class Storage:
    """S3 with the bucket BUCKET, empty; `serve` runs until `close` is called elsewhere."""

    def __init__(self) -> None:
        self._listener = socket.create_server((HOST, 0), backlog=_BACKLOG)
        self._server: Any = None
        self._closing = False
        self._lock = Lock()
        self.url = f"http://{HOST}:{self._listener.getsockname()[1]}"

    @cached_property
    def s3(self) -> S3:
        """A client of it."""
        settings = Settings(region=REGION, endpoint_url=self.url)
        return s3_client.connect(config.load(_NOWHERE), settings, lambda: CREDENTIALS)

    def serve(self) -> None:
        """Wait for a client, then import moto and answer."""
        with self._listener:
            select.select([self._listener], [], [])
            with self._lock:
                if not self._closing:
                    self._server = _moto(self._listener)
            if self._server is not None:
                with self._server:
                    self._server.serve_forever(poll_interval=_POLL)

    def close(self) -> None:
        """End `serve`."""
        if "s3" in self.__dict__:
            self.s3.close()
        with self._lock:
            self._closing = True
            if self._server is None:  # the connection only wakes the thread that waits
                socket.create_connection(self._listener.getsockname()).close()
        if self._server is not None:
            self._server.shutdown()


@contextmanager
def running() -> Iterator[Storage]:
    """S3 in the background."""
    storage = Storage()
    thread = Thread(target=storage.serve, daemon=True)
    thread.start()
    try:
        yield storage
    finally:
        storage.close()
        thread.join()


_NOWHERE = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}


def _moto(listener: socket.socket) -> Any:
    """Moto's S3 on a socket that listens already."""
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from moto.s3.models import s3_backends
    from werkzeug.serving import make_server

    class Quiet(MotoRequestHandler):  # type: ignore[misc]  # moto is not looked into
        def log(self, *_: object) -> None:
            """Say nothing."""

    s3_backends.reset()
    s3_backends[DEFAULT_ACCOUNT_ID]["aws"].create_bucket(BUCKET, REGION)
    host, port = listener.getsockname()
    application = DomainDispatcherApplication(create_backend_app)
    return make_server(
        host, port, application, threaded=True, request_handler=Quiet, fd=listener.fileno()
    )
