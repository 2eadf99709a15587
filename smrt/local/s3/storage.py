"""S3 on loopback: moto's, in this process, imported at the first request.

Needs the extra `local-async`. Importing moto takes half a second; only
asynchronous calls need it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from threading import Lock, Thread
from typing import TYPE_CHECKING
from uuid import uuid4
from xml.sax.saxutils import escape

from smrt.config import configuration
from smrt.local import loopback
from smrt.local.api_errors import REGION, ApiError, access_denied
from smrt.local.server import Server
from smrt.local.server_response import ServerResponse, date_header
from smrt.local.signature import CREDENTIALS
from smrt.protocol.messages import Request, Settings
from smrt.protocol.responses import header
from smrt.s3 import botocore_client
from smrt.s3.objects import S3

from . import authorization

if TYPE_CHECKING:
    from .moto_app import MotoS3

BUCKET = "smrt-local"
_REQUIRED_MODULES = ("moto", "flask", "flask_cors")
_NO_FILES = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
_CODES = {
    "AccessDeniedException": "AccessDenied",
    "IncompleteSignature": "AuthorizationHeaderMalformed",
    "InvalidSignatureException": "SignatureDoesNotMatch",
}
"""S3's codes for errors that have other codes in the runtime."""


def installed() -> bool:
    """Whether the extra `local-async` is installed."""
    return all(find_spec(name) is not None for name in _REQUIRED_MODULES)


class Storage:
    """An S3 with the empty bucket BUCKET; `serve` runs until another thread calls `close`.

    `clock` returns seconds since the epoch.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._moto: MotoS3 | None = None
        self._server = Server(self)
        self.serve = self._server.serve
        self.url = self._server.url

    @cached_property
    def s3(self) -> S3:
        """A client of this S3."""
        settings = Settings(region=REGION, endpoint_url=self.url)
        return botocore_client.connect(configuration.load(_NO_FILES), settings, lambda: CREDENTIALS)

    def rejection(self, head: Request) -> ServerResponse | None:
        """The error response to a request that may not send a body."""
        now = self._clock()
        try:
            _check_head(head, now)
        except ApiError as exc:
            return _error_response(exc, now)
        return None

    def respond(self, request: Request) -> ServerResponse:
        """The response to `request`, errors included."""
        now = self._clock()
        try:
            _check_head(request, now)
            authorization.check_payload(request)
            response = self._load_moto().respond(request)
        except ApiError as exc:
            return _error_response(exc, now)
        return response._replace(headers=(*response.headers, date_header(now)))

    def close(self) -> None:
        """Stop `serve`."""
        if "s3" in self.__dict__:
            self.s3.close()
        self._server.close()

    def _load_moto(self) -> "MotoS3":
        with self._lock:
            if self._moto is None:
                from .moto_app import MotoS3

                self._moto = MotoS3(BUCKET, REGION)
            return self._moto


@contextmanager
def running_storage(clock: Callable[[], float]) -> Iterator[Storage]:
    """Run an S3 in the background."""
    storage = Storage(clock)
    thread = Thread(target=storage.serve, daemon=True)
    thread.start()
    try:
        yield storage
    finally:
        storage.close()
        thread.join()


def _check_head(request: Request, now: float) -> None:
    _check_sender(request)
    authorization.check_authorization(request, now=now)


def _check_sender(request: Request) -> None:
    """Reject requests of web pages, and requests for other AWS services."""
    if reason := loopback.rejection_reason(request):
        raise access_denied(reason)
    path = request.url.target.partition("?")[0]
    is_action = request.method == "POST" and path == "/" and not _is_virtual(request)
    if is_action or header(request.headers, "X-Amz-Target") is not None:
        raise access_denied("only S3 is available here")


def _is_virtual(request: Request) -> bool:
    """Whether the bucket is in the Host header."""
    return bool(loopback.subdomain(header(request.headers, "Host") or ""))


def _error_response(exc: ApiError, now: float) -> ServerResponse:
    code = _CODES.get(exc.code, exc.code)
    request_id = str(uuid4())
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code>'
        f"<Message>{escape(exc.message)}</Message><RequestId>{request_id}</RequestId></Error>"
    ).encode()
    headers = (
        ("Content-Type", "application/xml"),
        ("x-amz-request-id", request_id),
        date_header(now),
    )
    return ServerResponse(exc.status, headers, body)
