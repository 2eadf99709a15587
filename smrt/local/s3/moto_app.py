"""Moto's S3 as a function from a request to its response, without the server around it.

Importing this takes half a second. Moto's own server would also expose its other services, an API
that resets them all, and CORS for every origin.
"""

import sys
from contextlib import nullcontext
from io import BytesIO
from threading import Lock
from typing import Any
from urllib.parse import unquote_to_bytes

from moto.core import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import create_backend_app
from moto.s3.models import s3_backends
from werkzeug.test import run_wsgi_app

from smrt.local.api_errors import internal_error
from smrt.local.loopback import subdomain
from smrt.local.server_response import ServerResponse
from smrt.protocol.messages import Headers, Request
from smrt.protocol.responses import header

_PARTITION = "aws"
_PRESERVED_NAMES = "moto.preserved_header_names"
"""Moto's WSGI variable of original header names: WSGI turns both a_b and a-b into A_B."""
_BODY_HEADERS = {"content-length": "CONTENT_LENGTH", "content-type": "CONTENT_TYPE"}
_METADATA = "x-amz-meta-"
_CORS = "access-control-"
_READING = ("GET", "HEAD", "OPTIONS")


class MotoS3:
    """An S3 in memory, one per process, with the empty bucket `bucket`."""

    def __init__(self, bucket: str, region: str) -> None:
        self._bucket = bucket
        self._region = region
        self._lock, self._writing = Lock(), Lock()
        self._app = create_backend_app("s3")
        self._app.debug = False
        self._app.config["PROPAGATE_EXCEPTIONS"] = True
        s3_backends.reset()

    def respond(self, request: Request) -> ServerResponse:
        """The response, without checking authorization. Raises ApiError if moto fails.

        One request writes at a time: moto checks If-None-Match and If-Match before it writes.
        """
        self._make_bucket()
        try:
            with nullcontext() if request.method in _READING else self._writing:
                chunks, status_line, headers = run_wsgi_app(
                    self._app, _environ(request), buffered=True
                )
        except Exception as exc:
            raise internal_error(f"moto failed: {type(exc).__name__}: {exc}") from exc
        body = b"".join(chunks)
        status = int(status_line.partition(" ")[0])
        allowed = tuple(pair for pair in headers if not pair[0].lower().startswith(_CORS))
        return ServerResponse(status, allowed, body)

    def _make_bucket(self) -> None:
        """Create the bucket if it does not exist: results go there, and clients may delete it."""
        backend = s3_backends[DEFAULT_ACCOUNT_ID][_PARTITION]
        with self._lock:
            if self._bucket not in backend.buckets:
                backend.create_bucket(self._bucket, self._region)


def _environ(request: Request) -> dict[str, Any]:
    """`request` as a WSGI environ (PEP 3333), always with the bucket in its path."""
    bucket = subdomain(header(request.headers, "Host") or "")
    target = f"/{bucket}{request.url.target}" if bucket else request.url.target
    path, _, query = target.partition("?")
    content = request.payload.content
    return {
        **_headers(request.headers),
        "HTTP_HOST": request.url.authority,
        "CONTENT_LENGTH": str(request.payload.length),
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": target,
        "REQUEST_URI": target,
        "SERVER_NAME": request.url.host,
        "SERVER_PORT": str(request.url.port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(content) if isinstance(content, bytes) else content,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _headers(headers: Headers) -> dict[str, Any]:
    """The headers by their WSGI names, repeated ones joined; the body is no longer chunked.

    Names with an underscore come last, and only those of metadata: none replaces another header.
    """
    environ: dict[str, Any] = {}
    preserved: dict[str, str] = {}
    for name, value in sorted(headers, key=lambda pair: "_" in pair[0]):
        key = _BODY_HEADERS.get(name.lower()) or f"HTTP_{name.upper().replace('-', '_')}"
        text = value.encode().decode("latin-1")
        if "_" not in name:
            environ[key] = f"{environ[key]},{text}" if key in environ else text
        elif name.lower().startswith(_METADATA) and key not in environ:
            environ[key], preserved[key] = text, name
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return {**environ, _PRESERVED_NAMES: preserved}
